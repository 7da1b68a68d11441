"""The To-Do: what waits for staff (PRODUCT 3.1, 8.5, 8.7, 8.10)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import AppointmentRequest
from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.mongo.request_queries import Order, RequestFilter, SortKey
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.list_requests import COUNTED, PAST_YEAR, Total
from shared.schemas.vocabulary import RequestStatus

_MOST: Final = 200
_NOBODY: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Requests to confirm: how many of the past year, and since when the oldest waits (UTC)."""

    total: Total
    oldest: AppointmentRequest | None


@dataclass(frozen=True, slots=True)
class FailedEmail:
    """An e-mail that did not reach the client, who is to be called; None: no longer on record."""

    appointment: Appointment
    client: Client | None


@dataclass(frozen=True, slots=True)
class FailedMessage:
    """A decline's message that did not reach the client; None: not on record."""

    request: AppointmentRequest
    client: Client | None


@dataclass(frozen=True, slots=True)
class ToContact:
    """A declined request whose client nobody has told; the client as on record now, if at all."""

    request: AppointmentRequest
    client: Client | None


@dataclass(frozen=True, slots=True)
class ToDo:
    """Everything that waits and that the actor may see; longest waiting first."""

    waiting: Waiting
    to_contact: Sequence[ToContact]
    failed_emails: Sequence[FailedEmail]
    failed_invitations: Sequence[Client]
    failed_decline_messages: Sequence[FailedMessage]


async def show_to_do(store: Store, actor: StaffMember, *, now: datetime) -> ToDo:
    """Return what waits."""
    pending = RequestFilter(statuses=frozenset({RequestStatus.PENDING}), made_from=now - PAST_YEAR)
    order = Order(SortKey.MADE)
    count, oldest, declined, failed, uninvited, unheard = await asyncio.gather(
        store.requests.count(actor, pending, order, at_most=COUNTED + 1),
        store.requests.find(actor, pending, order, after=None, limit=1),
        store.requests.to_follow_up(actor, limit=_MOST),
        store.appointments.with_failed_email(actor, limit=_MOST),
        store.invitations.failed(actor, limit=_MOST),
        store.requests.with_failed_message(actor, limit=_MOST),
    )
    ids = {request.requester.client_id for request in (*declined, *unheard)} | {
        appointment.client_id for appointment in failed
    }
    clients = await store.clients.get_many(one for one in ids if one is not None)
    return ToDo(
        waiting=Waiting(Total.of(count), oldest[0] if oldest else None),
        to_contact=[
            ToContact(request, clients.get(request.requester.client_id or _NOBODY))
            for request in declined
        ],
        failed_emails=[
            FailedEmail(appointment, clients.get(appointment.client_id)) for appointment in failed
        ],
        failed_invitations=uninvited,
        failed_decline_messages=[
            FailedMessage(request, clients.get(request.requester.client_id or _NOBODY))
            for request in unheard
        ],
    )
