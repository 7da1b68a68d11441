"""What staff and clients do in a small practice beside deciding, and what it leaves behind."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.booking_plan import NOTHING_CONFIRMED, Confirmed
from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.mongo.history import HistoryEntry
from services.scheduler.mongo.withdrawals import Withdrawal
from services.scheduler.use_cases.book_appointment import NewBooking, book_appointment
from services.scheduler.use_cases.cancel_appointment import cancel_appointment
from services.scheduler.use_cases.change_appointment import Changed
from services.scheduler.use_cases.move_appointment import move_appointment
from services.scheduler.use_cases.withdraw_request import withdraw_request
from shared.mongo import Document
from shared.schemas.appointment_changed import AppointmentChanged
from shared.schemas.vocabulary import RequestType
from tests.harness.practice import NOW, START, SmallPractice, approve

NEW_CLIENT = {
    "name": "Wren Abernathy",
    "birth_date": "1991-05-06",
    "email": "wren@example.org",
    "phone": "+1 212 555 0199",
}


async def book(
    small: SmallPractice,
    start: datetime = START,
    *,
    client: Client | None = None,
    clinician: StaffMember | None = None,
    details: Edits | None = None,
    confirmed: Confirmed = NOTHING_CONFIRMED,
    key: str | None = None,
    actor: StaffMember | None = None,
) -> Changed:
    """Book directly: by default Priya books Amara with Dana."""
    wanted = NewBooking(
        client_id=(client or small.amara).id,
        clinician_id=(clinician or small.dana).id,
        service_id=small.session.id,
        start=start,
        details=details or Edits(),
    )
    return await book_appointment(
        small.store,
        actor or small.priya,
        wanted,
        confirmed=confirmed,
        idempotency_key=key,
        correlation_id="a-call",
        now=NOW,
    )


async def move(
    small: SmallPractice,
    appointment: Appointment,
    edits: Edits,
    *,
    confirmed: Confirmed = NOTHING_CONFIRMED,
    version: int | None = None,
    actor: StaffMember | None = None,
) -> Changed:
    """Move or change an appointment directly."""
    return await move_appointment(
        small.store,
        actor or small.priya,
        appointment.id,
        edits,
        confirmed=confirmed,
        expected_version=version,
        correlation_id="a-call",
        now=NOW,
    )


async def cancel(
    small: SmallPractice,
    appointment: Appointment,
    *,
    version: int | None = None,
    actor: StaffMember | None = None,
) -> Changed:
    """Cancel an appointment directly."""
    return await cancel_appointment(
        small.store,
        actor or small.priya,
        appointment.id,
        expected_version=version,
        correlation_id="a-call",
        now=NOW,
    )


async def ask_about(
    small: SmallPractice, appointment: Appointment, kind: RequestType, **fields: Any
) -> UUID:
    """Have Amara ask to move an appointment, to the time in `start`, or to cancel it."""
    told = {"start": None, "service_id": None, "clinician_id": None, **fields}
    return await small.receive(request_type=kind, appointment_id=appointment.id, **told)


async def booked_by_request(small: SmallPractice, **fields: Any) -> Appointment:
    """Return the appointment that a request became."""
    appointment = (await approve(small, await small.receive(**fields))).appointment
    assert appointment is not None
    return appointment


def withdrawal_of(small: SmallPractice, request: UUID, **fields: Any) -> Withdrawal:
    """Return Amara's own withdrawal, or another one by the fields."""
    hers = Withdrawal(
        request_id=request,
        practice_id=small.practice.id,
        withdrawn_by="a test",
        client_id=small.amara.id,
        at=NOW,
        correlation_id="a-call",
    )
    return replace(hers, **fields)


async def withdraw(small: SmallPractice, request: UUID, **fields: Any) -> None:
    """Take a request back."""
    await withdraw_request(small.store, withdrawal_of(small, request, **fields), now=NOW)


async def stored(small: SmallPractice, collection: str, identifier: UUID) -> Document:
    """Return a document."""
    document = await small.store.database[collection].find_one({"_id": identifier})
    assert document is not None
    return document


async def changes_told(small: SmallPractice) -> list[AppointmentChanged]:
    """Return the events of direct changes that are on their way, oldest first."""
    query = {"routing_key": "appointment.changed"}
    rows = small.store.database["outbox"].find(query).sort("_id", 1)
    return [AppointmentChanged.model_validate_json(row["body"]) async for row in rows]


async def history_of(small: SmallPractice, appointment: Appointment) -> list[HistoryEntry]:
    """Return what happened to an appointment; of one that was booked directly, in order."""
    found = await small.store.history.of_appointment(small.practice.id, appointment.id)
    return sorted(found, key=lambda entry: entry.id)
