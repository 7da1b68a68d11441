"""What staff write to a client whom they decline, where the practice lets them (PRODUCT 8.7)."""

import asyncio

from services.scheduler.domain.appointment_request import AppointmentRequest
from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.domain.refusals import ClientNotReachable, DeclineMessagesOff
from services.scheduler.events import decline_message, recipient_of
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_appointment import find_practice
from shared.schemas.appointment_details import Addressee
from shared.schemas.request_declined import DeclineMessage


async def write_decline_message(
    store: Store, actor: StaffMember, request: AppointmentRequest, text: str
) -> DeclineMessage:
    """Return the message to whoever asked: a client as on record now, a new one as they said.

    Raises:
        DeclineMessagesOff, ClientNotReachable

    """
    practice, client = await asyncio.gather(
        find_practice(store, actor), _client_on_record(store, request)
    )
    if not practice.emails.decline_messages:
        raise DeclineMessagesOff
    return decline_message(
        text, request.asked, practice=practice, client=client, addressee=_addressee(request, client)
    )


async def _client_on_record(store: Store, request: AppointmentRequest) -> Client | None:
    client_id = request.requester.client_id
    return None if client_id is None else await store.clients.get(request.practice_id, client_id)


def _addressee(request: AppointmentRequest, client: Client | None) -> Addressee:
    who = request.requester
    if client is not None:
        return Addressee(**recipient_of(client, who).model_dump(exclude={"client_id"}))
    if who.email is None:
        raise ClientNotReachable
    return Addressee(name=who.name, email=who.email, time_zone=who.time_zone, language=who.language)
