"""Send an e-mail once more: another delivery, with an event of its own (PRODUCT 8.10)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.notification import Notification
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import EmailWaiting, NoEmailToResend
from services.scheduler.mongo.history import HistoryEntry
from services.scheduler.mongo.notifications import ToldOf
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_calendar import LostRace
from shared.messaging.topology import SCHEDULING
from shared.mongo import Session
from shared.schemas.appointment_changed import AppointmentChanged
from shared.schemas.request_approved import RequestApproved
from shared.schemas.request_declined import RequestDeclined

ClientEvent = RequestApproved | AppointmentChanged | RequestDeclined

_ROUTING_KEYS: Final[dict[type[ClientEvent], str]] = {
    RequestApproved: "request.approved",
    AppointmentChanged: "appointment.changed",
    RequestDeclined: "request.declined",
}


@dataclass(frozen=True, slots=True)
class Resending:
    """One delivery more; `before` is the last e-mail as it was read, `again` the one to wait for.

    It is about the `appointment` as it was read, or else about a declined request.
    """

    actor: StaffMember
    before: Notification
    again: Notification
    event: ClientEvent
    appointment: Appointment | None = None
    request_id: UUID | None = None

    def reaches(self, told_of: ToldOf) -> bool:
        """Say whether what it is about was still as it was read."""
        if self.appointment is not None:
            return told_of.appointment_id == self.appointment.id
        return told_of.request_id == self.request_id


def must_be_over_with(notification: Notification | None) -> Notification:
    """Return the last e-mail, of which all is known that will be.

    Raises:
        NoEmailToResend: there is none.
        EmailWaiting: another one would be a second.

    """
    if notification is None:
        raise NoEmailToResend
    if notification.is_waiting:
        raise EmailWaiting
    return notification


async def send_again(store: Store, resending: Resending, *, now: datetime) -> None:
    """Write it in one transaction; of two at once, one does. Raises LostRace: read again."""
    practice_id, appointment = resending.actor.practice_id, resending.appointment
    event = resending.event.model_copy(update={"id": resending.again.event_id, "time": now})

    async def body(session: Session) -> None:
        told_of = await store.notifications.send_again(
            practice_id,
            resending.before,
            resending.again,
            appointment_version=None if appointment is None else appointment.version,
            session=session,
        )
        if told_of is None or not resending.reaches(told_of):
            raise LostRace
        await store.history.add(_history_entry(resending, told_of, now), session=session)
        await store.outbox.add(
            event,
            exchange=SCHEDULING,
            routing_key=_ROUTING_KEYS[type(event)],
            session=session,
        )

    await store.transaction(body)


def _history_entry(resending: Resending, told_of: ToldOf, now: datetime) -> HistoryEntry:
    return HistoryEntry(
        id=f"{resending.again.event_id}:email-resent",
        practice_id=resending.actor.practice_id,
        request_id=told_of.request_id,
        appointment_id=told_of.appointment_id,
        action="email-resent",
        by_staff_id=resending.actor.id,
        by_name=resending.actor.name,
        at=now,
        before={"email": told_of.before.value},
        after={"email": resending.again.status.value},
    )
