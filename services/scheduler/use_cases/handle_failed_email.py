"""Tick off a failed e-mail: somebody told the client in another way (PRODUCT 8.10)."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import NoFailedEmail
from services.scheduler.mongo.history import HistoryEntry
from services.scheduler.mongo.notifications import ToldOf
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_appointment import find_appointment
from services.scheduler.use_cases.change_calendar import LostRace
from shared.mongo import Session


async def handle_failed_email(
    store: Store, actor: StaffMember, appointment_id: UUID, *, now: datetime
) -> Appointment:
    """Return the appointment, its e-mail handled by the actor, or by who was there first.

    Raises:
        AppointmentNotFound, NoFailedEmail

    """
    while True:
        appointment = await find_appointment(store, actor, appointment_id)
        notification = appointment.notification
        if notification is not None and notification.handled_by is not None:
            return appointment
        if notification is None or notification.status is not NotificationStatus.FAILED:
            raise NoFailedEmail
        try:
            await _write(store, actor, appointment, notification, now)
        except LostRace:
            continue  # read again: it was ticked off, sent after all, or is about a later change
        return replace(appointment, notification=replace(notification, handled_by=actor.name))


async def _write(
    store: Store,
    actor: StaffMember,
    appointment: Appointment,
    notification: Notification,
    now: datetime,
) -> None:
    async def body(session: Session) -> None:
        told_of = await store.notifications.mark_handled(
            appointment.practice_id, notification.event_id, actor.name, session=session
        )
        if told_of is None or told_of.appointment_id is None:
            raise LostRace
        entry = _history_entry(actor, appointment, notification, told_of, now)
        await store.history.add(entry, session=session)

    await store.transaction(body)


def _history_entry(
    actor: StaffMember,
    appointment: Appointment,
    notification: Notification,
    told_of: ToldOf,
    now: datetime,
) -> HistoryEntry:
    return HistoryEntry(
        id=f"{notification.event_id}:email-handled",
        practice_id=appointment.practice_id,
        request_id=told_of.request_id,
        appointment_id=appointment.id,
        action="email-handled",
        by_staff_id=actor.id,
        by_name=actor.name,
        at=now,
        before={"email_handled": False},
        after={"email_handled": True},
    )
