"""Tick off a failed e-mail: somebody told the client in another way (PRODUCT 8.10)."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import AppointmentRequest
from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import NoFailedEmail
from services.scheduler.mongo.history import HistoryEntry
from services.scheduler.mongo.notifications import ToldOf
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_appointment import find_appointment
from services.scheduler.use_cases.change_calendar import LostRace
from services.scheduler.use_cases.decide import find_request
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
        try:
            handled = await _handle(
                store, actor, appointment.notification, now, appointment_id=appointment.id
            )
        except LostRace:
            continue  # read again: it was ticked off, sent after all, or is about a later change
        return replace(appointment, notification=handled)


async def handle_failed_message(
    store: Store, actor: StaffMember, request_id: UUID, *, now: datetime
) -> AppointmentRequest:
    """Return the declined request, its message handled by the actor, or by who was there first.

    The e-mail of an approved request is its appointment's, and not ticked off here.

    Raises:
        RequestNotFound, NoFailedEmail

    """
    while True:
        request = await find_request(store, actor, request_id)
        told = request.decision is not None and request.decision.message is not None
        last = request.notification if told else None
        try:
            handled = await _handle(store, actor, last, now)
        except LostRace:
            continue  # read again: it was ticked off, sent after all, or is sent again
        return replace(request, notification=handled)


async def _handle(
    store: Store,
    actor: StaffMember,
    notification: Notification | None,
    now: datetime,
    *,
    appointment_id: UUID | None = None,
) -> Notification:
    if notification is not None and notification.handled_by is not None:
        return notification
    if notification is None or notification.status is not NotificationStatus.FAILED:
        raise NoFailedEmail

    async def body(session: Session) -> None:
        told_of = await store.notifications.mark_handled(
            actor.practice_id, notification.event_id, actor.name, session=session
        )
        if told_of is None or (appointment_id is not None and told_of.appointment_id is None):
            raise LostRace
        entry = _history_entry(actor, notification, told_of, now)
        await store.history.add(entry, session=session)

    await store.transaction(body)
    return replace(notification, handled_by=actor.name)


def _history_entry(
    actor: StaffMember, notification: Notification, told_of: ToldOf, now: datetime
) -> HistoryEntry:
    return HistoryEntry(
        id=f"{notification.event_id}:email-handled",
        practice_id=actor.practice_id,
        request_id=told_of.request_id,
        appointment_id=told_of.appointment_id,
        action="email-handled",
        by_staff_id=actor.id,
        by_name=actor.name,
        at=now,
        before={"email_handled": False},
        after={"email_handled": True},
    )
