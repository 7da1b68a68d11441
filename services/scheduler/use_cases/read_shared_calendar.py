"""Read a clinician's calendar by the secret it is shared under; whoever knows it may."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from services.scheduler.domain.appointment import Appointment, AppointmentStatus
from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.people import Practice, StaffMember
from services.scheduler.domain.refusals import CalendarFeedNotFound
from services.scheduler.mongo.appointments import AppointmentFilter
from services.scheduler.mongo.store import Store

BACK: Final = timedelta(days=60)
AHEAD: Final = timedelta(days=400)
_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class SharedCalendar:
    """What a clinician has booked in a range of whole days of the practice, by start."""

    practice: Practice
    clinician: StaffMember
    within: Interval
    appointments: Sequence[Appointment]


async def read_shared_calendar(store: Store, secret: str, *, now: datetime) -> SharedCalendar:
    """Return what is booked from 60 days before `now` to 400 after.

    The range is of whole days, so that it is the same all day. Raises CalendarFeedNotFound, also
    when the clinician has left or cannot be booked any more.
    """
    feed = await store.calendar_feeds.get_by_secret(secret)
    if feed is None:
        raise CalendarFeedNotFound
    clinician = await store.staff.get(feed.practice_id, feed.clinician_id)
    practice = await store.practices.get(feed.practice_id)
    if clinician is None or practice is None or not clinician.bookable:
        raise CalendarFeedNotFound
    within = _days_around(now, practice.time_zone)
    appointments = await store.appointments.find(
        clinician,
        AppointmentFilter(
            clinician_ids=frozenset({clinician.id}),
            statuses=frozenset({AppointmentStatus.BOOKED}),
            starts_from=within.start,
            starts_until=within.end,
        ),
        limit=_MOST,
    )
    return SharedCalendar(practice, clinician, within, appointments)


def _days_around(now: datetime, zone: str) -> Interval:
    local = ZoneInfo(zone)
    today = now.astimezone(local).date()
    first, last = (
        datetime.combine(day, time(0), local).astimezone(UTC)
        for day in (today - BACK, today + AHEAD + timedelta(days=1))
    )
    return Interval(first, last)
