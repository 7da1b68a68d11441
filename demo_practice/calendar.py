"""The demo practice's services, and a month of appointments around a day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle, islice
from typing import Final
from zoneinfo import ZoneInfo

from demo_practice.people import (
    CLIENTS,
    DANA,
    INES,
    MARCUS,
    OTHER_PRACTICE,
    OTHER_ROOM,
    PRACTICE,
    ROOMS,
    demo_id,
)
from services.scheduler.domain.appointment import Appointment, Booking
from services.scheduler.domain.people import Client, Practice, Service, StaffMember
from services.scheduler.domain.service_codes import CATALOGUE
from shared.schemas.vocabulary import Modality


def _service(
    key: str,
    code: str,
    label: str,
    *,
    place: str | None = ROOMS[0],
    practice: Practice = PRACTICE,
) -> Service:
    usual = CATALOGUE[code]
    return Service(
        id=demo_id(f"service:{key}"),
        practice_id=practice.id,
        code=code,
        label=label,
        appointment_type=usual.appointment_type,
        minutes=usual.lengths.minutes,
        modality=Modality.IN_PERSON if place else Modality.TELEHEALTH,
        location=place,
        fewest_minutes=usual.lengths.fewest_minutes,
        most_minutes=usual.lengths.most_minutes,
    )


SERVICES: Final = {
    "intake": _service("intake", "90791", "First conversation"),
    "short": _service("short", "90832", "Short session"),
    "session": _service("session", "90834", "Session"),
    "long": _service("long", "90837", "Long session"),
    "online": _service("online", "90834", "Session online", place=None),
    "family": _service("family", "90847", "Family session"),
    "elm-session": _service(
        "elm-session", "90834", "Session", place=OTHER_ROOM, practice=OTHER_PRACTICE
    ),
}

_HOURS: Final = (time(9), time(10), time(11), time(13), time(14), time(15, 30), time(16, 30))
_WEEKS_BACK: Final = 2
_WEEKS_AHEAD: Final = 3


def next_local(day: date, at: time, practice: Practice = PRACTICE) -> datetime:
    """Return the instant, in UTC, of a wall-clock time in the practice."""
    return datetime.combine(day, at, ZoneInfo(practice.time_zone)).astimezone(UTC)


def month_of_appointments(today: date) -> Iterator[Appointment]:
    """Return appointments from two weeks back to three ahead: each client weekly, same hour.

    Nobody overlaps: each of a clinician's clients has a weekday and an hour of their own.
    """
    monday = today - timedelta(days=today.weekday())
    kinds = cycle(("session", "online", "long", "short", "session", "family"))
    for clinician in (DANA, MARCUS, INES):
        own = [
            client for client in CLIENTS.values() if client.assigned_staff_ids[0] == clinician.id
        ]
        slots = ((weekday, hour) for hour in _HOURS for weekday in range(5))
        for client, (weekday, hour), kind in zip(own, slots, islice(kinds, len(own)), strict=False):
            for week in range(-_WEEKS_BACK, _WEEKS_AHEAD):
                day = monday + timedelta(weeks=week, days=weekday)
                yield _appointment(client, clinician, SERVICES[kind], day, hour)


def _appointment(
    client: Client, clinician: StaffMember, service: Service, day: date, hour: time
) -> Appointment:
    return Appointment(
        id=demo_id(f"appointment:{client.id}:{day.isoformat()}"),
        practice_id=PRACTICE.id,
        client_id=client.id,
        client_name=client.name,
        booking=Booking(
            start=next_local(day, hour),
            minutes=service.minutes,
            clinician_id=clinician.id,
            clinician_name=clinician.name,
            service_id=service.id,
            service_code=service.code,
            service_label=service.label,
            appointment_type=service.appointment_type,
            modality=service.modality,
            location=service.location,
            alert=None,
        ),
        changed_at=next_local(day, hour) - timedelta(days=30),
    )
