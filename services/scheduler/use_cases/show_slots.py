"""Show when a clinician is free and when busy, without saying with whom."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.people import Practice, StaffMember
from services.scheduler.domain.refusals import RangeEmpty, RangeTooLong, SlotNotFound
from services.scheduler.domain.slots import Slot, local_days, slots_of
from services.scheduler.domain.work_schedule import working_time
from services.scheduler.mongo.appointments import LONGEST
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_appointment import find_practice
from services.scheduler.use_cases.list_bookable import find_bookable
from services.scheduler.use_cases.show_calendar import LONGEST_RANGE

_AN_INSTANT: Final = timedelta(microseconds=1)


async def show_slots(
    store: Store, actor: StaffMember, clinician_id: UUID, starting: Interval
) -> Sequence[Slot]:
    """Return the clinician's slots that begin within a range, in order.

    Everybody on the staff may know when a colleague is busy: booking tells it anyway.

    Raises:
        CalendarNotFound: nobody of that id can be booked.
        RangeEmpty, RangeTooLong: over 100 days by the practice's clock.

    """
    practice, clinician = await asyncio.gather(
        find_practice(store, actor), find_bookable(store, actor, clinician_id)
    )
    _require_range(starting, practice.time_zone)
    days = local_days(practice.time_zone, starting)
    slots = await _slots_on(store, practice, clinician, days)
    return [slot for slot in slots if starting.start <= slot.interval.start < starting.end]


async def find_slot(store: Store, actor: StaffMember, clinician_id: UUID, start: datetime) -> Slot:
    """Return the slot that begins at an instant; raises CalendarNotFound, SlotNotFound."""
    instant = Interval(start, start + _AN_INSTANT)
    found = await show_slots(store, actor, clinician_id, instant)
    if not found:
        raise SlotNotFound
    return found[0]


async def _slots_on(
    store: Store, practice: Practice, clinician: StaffMember, days: Sequence[Interval]
) -> Sequence[Slot]:
    whole = Interval(days[0].start, days[-1].end)
    # Before the first day for what began then, and for the pause after it.
    around = Interval(whole.start - LONGEST, whole.end)
    schedule, taken = await asyncio.gather(
        store.work_schedules.get(practice.id, clinician.id),
        store.calendar_days.busy(practice.id, clinician.id, around),
    )
    works = working_time(schedule, practice.closures, practice.time_zone, whole)
    buffer = timedelta(minutes=schedule.buffer_minutes)
    return [
        slot
        for day in days
        for slot in slots_of(clinician.id, day, works=works, taken=taken, buffer=buffer)
    ]


def _require_range(wanted: Interval, zone: str) -> None:
    if wanted.end <= wanted.start:
        raise RangeEmpty
    local = ZoneInfo(zone)
    first, last = (
        instant.astimezone(local).replace(tzinfo=None) for instant in (wanted.start, wanted.end)
    )
    if last - first > LONGEST_RANGE:  # a hundred days are so also where the clocks change
        raise RangeTooLong
