"""The practice that all is measured in: a hundred clinicians, some thousands of active clients."""

from datetime import time
from typing import Final
from uuid import UUID, uuid5

from services.scheduler.domain.people import Practice, Service, StaffMember
from services.scheduler.domain.work_schedule import WeeklyHours, WorkSchedule
from services.scheduler.mongo.store import Store
from shared.auth.actors import Role
from shared.schemas.vocabulary import Modality

_NAMESPACE: Final = UUID("5d0f0a52-3c1b-4a55-9d4e-6f1f4d3a2b10")
_CLINICIANS: Final = 100
_WORKDAYS: Final = range(5)


def bench_id(name: str) -> UUID:
    """Return the id of something in the practice; the same at each run."""
    return uuid5(_NAMESPACE, name)


PRACTICE: Final = Practice(
    id=bench_id("practice"),
    slug="long-wharf",
    name="Long Wharf Practice",
    time_zone="America/New_York",
    phone="+1 617 555 0100",
    email="office@example.org",
)
SCHEDULER: Final = StaffMember(
    bench_id("staff:scheduler"),
    PRACTICE.id,
    "Wilma Berg",
    "wilma.berg@example.org",
    Role.PRACTICE_SCHEDULER,
)
CLINICIANS: Final = tuple(
    StaffMember(
        bench_id(f"staff:{number}"),
        PRACTICE.id,
        f"Clinician {number:03d}",
        f"clinician.{number:03d}@example.org",
        Role.CLINICIAN,
    )
    for number in range(_CLINICIANS)
)


def _service(code: str, label: str, minutes: int, fewest: int, most: int | None) -> Service:
    return Service(
        id=bench_id(f"service:{code}"),
        practice_id=PRACTICE.id,
        code=code,
        label=label,
        appointment_type="Therapy Intake" if code == "90791" else "Therapy Session",
        minutes=minutes,
        modality=Modality.IN_PERSON,
        location="3 Long Wharf, Floor 2",
        fewest_minutes=fewest,
        most_minutes=most,
    )


INTAKE: Final = _service("90791", "First conversation", 60, 45, 90)
SESSION: Final = _service("90834", "Session", 45, 38, 52)
SERVICES: Final = (INTAKE, SESSION, _service("90832", "Short session", 30, 16, 37))


async def save_practice(store: Store) -> None:
    """Write the practice, its staff with their hours, and its services."""
    await store.practices.save(PRACTICE)
    for member in (SCHEDULER, *CLINICIANS):
        await store.staff.save(member)
    for clinician in CLINICIANS:
        await store.work_schedules.save(_nine_to_six(clinician))
    for service in SERVICES:
        await store.services.save(service)


def _nine_to_six(clinician: StaffMember) -> WorkSchedule:
    hours = tuple(WeeklyHours(day, time(9), time(18)) for day in _WORKDAYS)
    return WorkSchedule(clinician.id, PRACTICE.id, hours)
