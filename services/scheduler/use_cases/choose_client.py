"""Which client record an approval is for: the one on record, or a new one that is not there yet."""

from uuid import UUID, uuid4

from services.scheduler.domain.appointment_request import AppointmentRequest, Requester
from services.scheduler.domain.booking_plan import Confirmed
from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.domain.refusals import (
    ClientMayExist,
    ClientOnRecord,
    ClientUnknown,
    Resemblance,
)
from services.scheduler.mongo.search import sort_key
from services.scheduler.mongo.store import Store


async def choose_client(
    store: Store,
    actor: StaffMember,
    request: AppointmentRequest,
    chosen_id: UUID | None,
    confirmed: Confirmed,
    *,
    found: Client | None,
    clinician_id: UUID,
) -> tuple[Client, bool]:
    """Return the client, and whether the record is new and to be written.

    `found` is the record of `chosen_id`, or else of the request's own client, if the actor may
    choose it; a new one is assigned to the clinician.

    Raises:
        ClientUnknown: there is no such record, or not enough was told to make one.
        ClientOnRecord: the client is known, so there is nothing to choose.
        ClientMayExist: somebody on record is much like the new client, and staff have not said
            whether that is the same person.

    """
    who = request.requester
    if not who.is_new:
        if chosen_id is not None or confirmed.new_client:
            raise ClientOnRecord
        return _required(found), False
    if chosen_id is not None:
        return _required(found), False
    if not confirmed.new_client:
        candidates = await find_resembling(store, actor, who)
        if candidates:
            raise ClientMayExist(candidates)
    return _new_client(request.practice_id, who, clinician_id), True


async def find_resembling(
    store: Store, actor: StaffMember, who: Requester
) -> tuple[Resemblance, ...]:
    """Return who on record may be this new client (PRODUCT 5).

    Of records that the actor may not see there is only that they are alike.
    """
    if who.email is None or who.birth_date is None:
        return ()
    found = await store.clients.resembling(
        actor.practice_id, email=who.email, name=who.name, birth_date=who.birth_date
    )
    return tuple(_resemblance(client, who, actor) for client in found)


def _resemblance(client: Client, who: Requester, actor: StaffMember) -> Resemblance:
    may_see = actor.runs_the_practice or actor.id in client.assigned_staff_ids
    return Resemblance(
        client_id=client.id if may_see else None,
        name=client.name if may_see else None,
        birth_date=client.birth_date if may_see else None,
        same_email=client.email.casefold() == (who.email or "").casefold(),
        same_name_and_birth_date=(sort_key(client.name), client.birth_date)
        == (sort_key(who.name), who.birth_date),
    )


def _required(found: Client | None) -> Client:
    if found is None:
        raise ClientUnknown
    return found


def _new_client(practice_id: UUID, who: Requester, clinician_id: UUID) -> Client:
    if who.email is None or who.phone is None or who.birth_date is None:
        raise ClientUnknown
    return Client(
        id=uuid4(),
        practice_id=practice_id,
        name=who.name,
        email=who.email,
        phone=who.phone,
        birth_date=who.birth_date,
        assigned_staff_ids=(clinician_id,),
        time_zone=who.time_zone,
        language=who.language,
    )
