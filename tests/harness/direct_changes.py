"""Booking, moving, cancelling and taking back, as the people of a small practice do it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.booking_plan import NOTHING_CONFIRMED, Confirmed
from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.mongo.withdrawals import Withdrawal
from services.scheduler.use_cases.book_appointment import NewBooking, book_appointment
from services.scheduler.use_cases.cancel_appointment import cancel_appointment
from services.scheduler.use_cases.change_appointment import Changed
from services.scheduler.use_cases.move_appointment import move_appointment
from services.scheduler.use_cases.withdraw_request import withdraw_request
from tests.harness.practice import NOW, START, SmallPractice


async def book(
    small: SmallPractice,
    start: datetime = START,
    *,
    client: Client | None = None,
    clinician: StaffMember | None = None,
    confirmed: Confirmed = NOTHING_CONFIRMED,
    key: str | None = None,
    now: datetime = NOW,
    **details: Any,
) -> Changed:
    """Book as the practice scheduler; by default, a session of Amara with Dana."""
    wanted = NewBooking(
        (client or small.amara).id,
        (clinician or small.dana).id,
        small.session.id,
        start,
        Edits(**details),
    )
    return await book_appointment(
        small.store,
        small.priya,
        wanted,
        confirmed=confirmed,
        idempotency_key=key,
        correlation_id="test",
        now=now,
    )


async def move(
    small: SmallPractice,
    appointment: Appointment,
    edits: Edits,
    *,
    confirmed: Confirmed = NOTHING_CONFIRMED,
    now: datetime = NOW,
) -> Changed:
    """Move as the practice scheduler."""
    return await move_appointment(
        small.store,
        small.priya,
        appointment.id,
        edits,
        confirmed=confirmed,
        expected_version=None,
        correlation_id="test",
        now=now,
    )


async def cancel(small: SmallPractice, appointment: Appointment) -> Changed:
    """Cancel as the practice scheduler."""
    return await cancel_appointment(
        small.store,
        small.priya,
        appointment.id,
        expected_version=None,
        correlation_id="test",
        now=NOW,
    )


async def withdraw(small: SmallPractice, request: UUID, client: Client | None = None) -> None:
    """Take a request back as its client; by default Amara."""
    withdrawal = Withdrawal(
        request_id=request,
        practice_id=small.practice.id,
        withdrawn_by="a test",
        client_id=(client or small.amara).id,
        at=NOW,
        correlation_id="test",
    )
    await withdraw_request(small.store, withdrawal, now=NOW)
