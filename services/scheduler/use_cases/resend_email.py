"""Send the e-mail about an appointment's last change once more (PRODUCT 8.10).

It is the same e-mail, to the client as on record now; where the appointment was changed since
without one, or the first is not kept any more, it tells of the appointment as it is.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field, TypeAdapter

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.notification import Notification
from services.scheduler.domain.people import Client, Practice, StaffMember
from services.scheduler.domain.refusals import AppointmentOver, EmailsNotWanted
from services.scheduler.events import appointment_changed_event, contact_of, recipient_of
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_appointment import (
    find_appointment,
    find_client_of,
    find_practice,
)
from services.scheduler.use_cases.change_calendar import LostRace
from services.scheduler.use_cases.send_again import Resending, must_be_over_with, send_again
from shared.schemas.appointment_changed import AppointmentChange, AppointmentChanged
from shared.schemas.appointment_details import Recipient
from shared.schemas.request_approved import RequestApproved

_Told = RequestApproved | AppointmentChanged
_AS_TOLD: Final[TypeAdapter[_Told]] = TypeAdapter(Annotated[_Told, Field(discriminator="type")])


@dataclass(frozen=True, slots=True)
class _Records:
    """What the e-mail needs as it is now, and the event of the last one while it is kept."""

    practice: Practice
    client: Client
    last: _Told | None


async def resend_email(
    store: Store,
    actor: StaffMember,
    appointment_id: UUID,
    *,
    correlation_id: str,
    now: datetime,
) -> Appointment:
    """Return the appointment, another e-mail about it on its way.

    Raises:
        AppointmentNotFound, NoEmailToResend, EmailWaiting, AppointmentOver, EmailsNotWanted,
        ClientUnknown

    """
    while True:
        appointment = await find_appointment(store, actor, appointment_id)
        before = must_be_over_with(appointment.notification)
        if appointment.over_at <= now:
            raise AppointmentOver
        records = await _read(store, actor, appointment, before)
        if not _is_wanted(records, appointment, before):
            raise EmailsNotWanted
        again = before.again(now)
        event = _event(records, appointment, again, correlation_id)
        try:
            await send_again(
                store, Resending(actor, before, again, event, appointment=appointment), now=now
            )
        except LostRace:
            continue  # read again: it is on its way, or is about a later change
        return replace(appointment, notification=again)


async def _read(
    store: Store, actor: StaffMember, appointment: Appointment, before: Notification
) -> _Records:
    practice, client, body = await asyncio.gather(
        find_practice(store, actor),
        find_client_of(store, appointment),
        store.outbox.body_of(appointment.practice_id, before.event_id),
    )
    return _Records(practice, client, None if body is None else _AS_TOLD.validate_json(body))


def _is_wanted(records: _Records, appointment: Appointment, before: Notification) -> bool:
    # A decision is always e-mailed; what staff change of their own only if the practice wants it.
    if records.practice.emails.staff_changes:
        return True
    return before.is_of_approval and (
        records.last is None or _is_current(records.last, appointment)
    )


def _is_current(told: _Told, appointment: Appointment) -> bool:
    return told.data.appointment.sequence == appointment.sequence


def _event(
    records: _Records, appointment: Appointment, again: Notification, correlation_id: str
) -> _Told:
    last = records.last
    if last is None or not _is_current(last, appointment):
        return _as_it_is(records, appointment, again, correlation_id)
    news = {
        "practice": contact_of(records.practice, records.client),
        "client": _recipient(records.client, last.data.client),
    }
    return last.model_copy(update={"data": last.data.model_copy(update=news)})


def _recipient(client: Client, told: Recipient) -> Recipient:
    """Return the client as on record; what they told with a request fills what is not."""
    known = recipient_of(client)
    return known.model_copy(
        update={
            "time_zone": told.time_zone or known.time_zone,
            "language": known.language or told.language,
        }
    )


def _as_it_is(
    records: _Records, appointment: Appointment, again: Notification, correlation_id: str
) -> AppointmentChanged:
    booked = appointment.is_booked
    return appointment_changed_event(
        again.event_id,
        AppointmentChange.BOOKED if booked else AppointmentChange.CANCELLED,
        practice=records.practice,
        client=records.client,
        appointment=appointment,
        previous=None if booked else appointment,
        changes=(),
        notify_client=True,
        correlation_id=correlation_id,
    )
