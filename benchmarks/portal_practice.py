"""The practice with its portal open, for what the portal asks: one clinician's weeks are full."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from benchmarks.practice import CLINICIANS, PRACTICE, SCHEDULER, SESSION, bench_id
from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.domain.portal_settings import (
    ClinicianOffer,
    PortalSettings,
    ServiceOffer,
)
from services.scheduler.domain.work_schedule import WeeklyHours, WorkSchedule
from services.scheduler.mongo.indexes import migrate
from services.scheduler.mongo.store import Store
from shared.auth.actors import Role
from shared.portal.policy import Audience

DANA: Final = CLINICIANS[0]
CLIENTS: Final = 50
_WORKDAYS: Final = 5
_HOURS: Final = range(9, 17)
_WEEKS_AHEAD: Final = 6


def client(number: int) -> Client:
    """Return one of the clients, all of Dana's."""
    return Client(
        id=bench_id(f"portal-client:{number}"),
        practice_id=PRACTICE.id,
        name=f"Client {number:03d}",
        email=f"client.{number:03d}@example.org",
        phone="+1 617 555 0123",
        birth_date=date(1985, 4, 12),
        assigned_staff_ids=(DANA.id,),
    )


def monday(today: date, weeks: int) -> date:
    """Return a Monday, some weeks ahead."""
    return today + timedelta(weeks=weeks, days=-today.weekday())


async def fill(store: Store, today: date, *, others: int = 0, past_years: int = 0) -> None:
    """Write the practice into an empty database: Dana with forty appointments a week.

    `others` are clinicians who are as busy, `past_years` how long Dana has been there.
    """
    await migrate(store.database)
    colleagues = [_colleague(number) for number in range(others)]
    everybody = [DANA, *colleagues]
    await store.practices.save(PRACTICE)
    await store.services.save(SESSION)
    for member in (SCHEDULER, *everybody):
        await store.staff.save(member)
    for clinician in everybody:
        await store.work_schedules.save(_nine_to_six(clinician))
    for number in range(CLIENTS):
        await store.clients.save(client(number))
    await store.portal_settings.save(
        PortalSettings(
            PRACTICE.id,
            is_open=True,
            services=(ServiceOffer(SESSION.id, Audience.BOTH),),
            clinicians=tuple(ClinicianOffer(one.id, accepts_new_clients=True) for one in everybody),
            most_pending=1_000_000,
            horizon_days=365,
            version=1,
        )
    )
    days = [
        day
        for clinician in everybody
        for weeks in range(-52 * past_years if clinician is DANA else 0, _WEEKS_AHEAD)
        for day in _full_week(clinician.id, monday(today, weeks))
    ]
    await store.database["calendar_days"].insert_many(days)


def _colleague(number: int) -> StaffMember:
    return StaffMember(
        bench_id(f"colleague:{number}"),
        PRACTICE.id,
        f"Colleague {number:03d}",
        f"colleague.{number:03d}@example.org",
        Role.CLINICIAN,
    )


def _nine_to_six(clinician: StaffMember) -> WorkSchedule:
    hours = tuple(WeeklyHours(day, time(9), time(18)) for day in range(_WORKDAYS))
    return WorkSchedule(clinician.id, PRACTICE.id, hours)


def _full_week(clinician_id: UUID, first: date) -> Iterator[dict[str, Any]]:
    zone = ZoneInfo(PRACTICE.time_zone)
    for day in (first + timedelta(days=n) for n in range(_WORKDAYS)):
        starts = [datetime.combine(day, time(hour), zone).astimezone(UTC) for hour in _HOURS]
        yield {
            "_id": f"{clinician_id}:{day.isoformat()}",
            "practice_id": PRACTICE.id,
            "clinician_id": clinician_id,
            "day": datetime(day.year, day.month, day.day, tzinfo=UTC),
            "busy": [
                {
                    "appointment_id": bench_id(f"appointment:{clinician_id}:{start.isoformat()}"),
                    "start": start,
                    "end": start + timedelta(minutes=SESSION.minutes),
                }
                for start in starts
            ],
        }
