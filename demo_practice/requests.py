"""A dozen requests that wait in the demo practice: seven new, three to move, two to cancel."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from demo_practice.calendar import SERVICES, next_local
from demo_practice.people import CLIENTS, DANA, INES, MARCUS, PRACTICE, demo_id
from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.people import StaffMember
from shared.schemas.request_submitted import (
    ProspectiveClient,
    RequestSubmitted,
    RequestSubmittedData,
)
from shared.schemas.vocabulary import RequestType

_SOURCE: Final = "/openchair/demo_practice"


def waiting_requests(
    appointments: Sequence[Appointment], now: datetime
) -> Iterator[RequestSubmitted]:
    """Return the submissions, as the portal would have sent them over the past two days."""
    today = now.date()
    details = [*_for_clients(today), *_for_new_clients(today), *_about(appointments, now)]
    for number, detail in enumerate(details):
        made = now - timedelta(hours=3 * number + 1)
        identifier = demo_id(f"request:{number}:{today.isoformat()}")
        yield RequestSubmitted(
            id=f"{identifier}:submitted",
            source=_SOURCE,
            subject=str(identifier),
            time=made,
            practiceid=PRACTICE.id,
            correlationid=f"demo-{identifier.hex}",
            data=RequestSubmittedData(
                request_id=identifier, submitted_at=made, submitted_by="demo", **detail
            ),
        )


def _for_clients(today: date) -> Iterator[dict[str, Any]]:
    yield _new("amara", "session", _weekday(today, 8, time(12)), DANA)
    yield _new("gabriel", "online", _weekday(today, 9, time(17, 30)), DANA, "After work, please.")
    yield _new("keisha", "long", _weekday(today, 10, time(12)), MARCUS)
    yield _new("tara", "short", _weekday(today, 11, time(8)), INES)
    yield _new("yusuf", "session", _weekday(today, 12, time(12)), None, "Any clinician is fine.")


def _for_new_clients(today: date) -> Iterator[dict[str, Any]]:
    for name, key, born, start, clinician in (
        ("Zoë Hartmann", "zoe.hartmann", date(1996, 2, 29), _weekday(today, 13, time(12)), DANA),
        ("Adaeze Umeh", "adaeze.umeh", date(1984, 6, 18), _weekday(today, 14, time(8)), None),
    ):
        yield {
            "request_type": RequestType.NEW,
            "prospective_client": ProspectiveClient(
                name=name,
                birth_date=born,
                email=f"{key}@example.org",
                phone="+1 212 555 0190",
            ),
            "service_id": SERVICES["intake"].id,
            "start": start,
            "clinician_id": clinician and clinician.id,
            "note": "I would like to talk to someone for the first time.",
        }


def _about(appointments: Sequence[Appointment], now: datetime) -> Iterator[dict[str, Any]]:
    soon = now + timedelta(days=5)
    for key in ("benjamin", "liam", "umar"):
        original = _upcoming(appointments, key, soon)
        yield {
            "request_type": RequestType.RESCHEDULE,
            "client_id": original.client_id,
            "appointment_id": original.id,
            "start": original.booking.start + timedelta(hours=3),
            "note": "I have a conflict at the usual time.",
        }
    for key in ("hannah", "olivia"):
        original = _upcoming(appointments, key, soon)
        yield {
            "request_type": RequestType.CANCELLATION,
            "client_id": original.client_id,
            "appointment_id": original.id,
        }


def _new(
    client: str,
    service: str,
    start: datetime,
    clinician: StaffMember | None,
    note: str | None = None,
) -> dict[str, Any]:
    return {
        "request_type": RequestType.NEW,
        "client_id": CLIENTS[client].id,
        "service_id": SERVICES[service].id,
        "start": start,
        "clinician_id": clinician and clinician.id,
        "note": note,
    }


def _weekday(today: date, days_ahead: int, at: time) -> datetime:
    day = today + timedelta(days=days_ahead)
    while day.isoweekday() > 5:  # noqa: PLR2004  Saturday and Sunday
        day += timedelta(days=1)
    return next_local(day, at)


def _upcoming(appointments: Sequence[Appointment], client: str, after: datetime) -> Appointment:
    return next(
        appointment
        for appointment in appointments
        if appointment.client_id == CLIENTS[client].id and appointment.booking.start > after
    )
