"""An approved request whose e-mail waits, what is told of it, and what staff do then."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import AppointmentRequest, Edits
from services.scheduler.domain.booking_plan import NOTHING_CONFIRMED
from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_appointment import find_appointment
from services.scheduler.use_cases.decide import find_request
from services.scheduler.use_cases.handle_failed_email import handle_failed_email
from services.scheduler.use_cases.move_appointment import move_appointment
from services.scheduler.use_cases.read_history import appointment_history, request_history
from services.scheduler.use_cases.record_notification import EmailOutcome, record_notification
from services.scheduler.use_cases.show_to_do import show_to_do
from tests.harness.practice import NOW, START, SmallPractice, approve

FAILED: Final = NotificationStatus.FAILED
SENT: Final = NotificationStatus.SENT
SKIPPED: Final = NotificationStatus.SKIPPED
REFUSED: Final = "address-refused"
OVER: Final = "over"
_REASONS: Final = {FAILED: REFUSED, SKIPPED: OVER}


class Approved:
    """An approved request, its appointment, and what is told of its e-mail."""

    def __init__(self, small: SmallPractice, request_id: UUID, appointment_id: UUID) -> None:
        self.small = small
        self.request_id = request_id
        self.appointment_id = appointment_id
        self.event_id = f"{request_id}:approved"

    async def request(self) -> AppointmentRequest:
        """Return the request as it is."""
        return await find_request(self.small.store, self.small.priya, self.request_id)

    async def appointment(self) -> Appointment:
        """Return the appointment as it is."""
        return await find_appointment(self.small.store, self.small.priya, self.appointment_id)

    async def tell(
        self,
        status: NotificationStatus,
        *,
        minutes: int = 1,
        event_id: str | None = None,
        practice_id: UUID | None = None,
    ) -> bool:
        """Record an outcome, so many minutes after the approval."""
        practice_id = practice_id or self.small.practice.id
        notification = told(status, event_id or self.event_id, minutes)
        return await tell(self.small.store, practice_id, notification)

    async def move(self, **edits: object) -> Appointment:
        """Move the appointment directly, half a minute after the approval."""
        changed = await move_appointment(
            self.small.store,
            self.small.priya,
            self.appointment_id,
            Edits(**edits),  # type: ignore[arg-type]
            confirmed=NOTHING_CONFIRMED,
            expected_version=None,
            correlation_id="a-correlation",
            now=NOW + timedelta(seconds=30),
        )
        return changed.appointment

    async def handle(self, actor: StaffMember, *, minutes: int = 5) -> Appointment:
        """Tick the failed e-mail off."""
        now = NOW + timedelta(minutes=minutes)
        return await handle_failed_email(self.small.store, actor, self.appointment_id, now=now)

    async def to_do(self, actor: StaffMember) -> list[UUID]:
        """Return the appointments whose e-mails somebody's To-Do shows as failed."""
        shown = await show_to_do(self.small.store, actor, now=NOW)
        return [one.appointment.id for one in shown.failed_emails]

    async def actions(self) -> list[tuple[str, str]]:
        """Return what both histories, which must agree, say happened after the approval."""
        store, priya = self.small.store, self.small.priya
        of_request = await request_history(store, priya, self.request_id)
        of_appointment = await appointment_history(store, priya, self.appointment_id)
        told = [(entry.action, entry.by_name) for entry in of_request]
        assert told[0][0] == "submitted"
        assert told[1:] == [(entry.action, entry.by_name) for entry in of_appointment]
        return told[2:]


async def approve_one(small: SmallPractice, start: datetime = START) -> Approved:
    """Approve a request of Amara's."""
    decided = await approve(small, await small.receive(start=start))
    assert decided.appointment is not None
    return Approved(small, decided.request.id, decided.appointment.id)


async def tell(store: Store, practice_id: UUID, notification: Notification) -> bool:
    """Record an outcome as the notifier tells it."""
    code = 550 if notification.status is FAILED else None
    return await record_notification(store, EmailOutcome(practice_id, notification, code))


def told(status: NotificationStatus, event_id: str, minutes: int) -> Notification:
    """Return what the records are to say."""
    at = NOW + timedelta(minutes=minutes)
    return Notification(event_id, status, at, _REASONS.get(status))
