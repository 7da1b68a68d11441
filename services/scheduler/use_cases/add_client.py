"""Add a client record."""

from datetime import datetime

from services.scheduler.domain.appointment_request import Requester
from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.domain.permissions import Permission, require_permission
from services.scheduler.domain.record_refusals import ClientLooksKnown
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.add_record import Added
from services.scheduler.use_cases.choose_client import find_resembling
from services.scheduler.use_cases.edit_client import require_assignable, require_born
from shared.mongo import DuplicateKeyError


async def add_client(
    store: Store, actor: StaffMember, wanted: Client, *, anyway: bool, now: datetime
) -> Added[Client]:
    """Add them under their id; when that is there already, they are what is there.

    Raises:
        NotPermitted, BirthDateInFuture, AssignedStaffUnknown
        ClientLooksKnown: somebody on record is much like them, and nobody said `anyway`.

    """
    require_permission(actor, Permission.EDIT_CLIENTS)
    if (standing := await store.clients.get(actor.practice_id, wanted.id)) is not None:
        return Added(standing, repeated=True)
    require_born(wanted, now)
    await require_assignable(store, actor, wanted.assigned_staff_ids)
    if not anyway:
        candidates = await find_resembling(store, actor, _as_requester(wanted))
        if candidates:
            raise ClientLooksKnown(candidates)
    try:
        await store.clients.add(wanted)
    except DuplicateKeyError:  # the same key at the same moment
        standing = await store.clients.get(actor.practice_id, wanted.id)
        if standing is None:
            raise
        return Added(standing, repeated=True)
    return Added(wanted)


def _as_requester(client: Client) -> Requester:
    return Requester(
        client_id=None,
        is_new=True,
        name=client.name,
        email=client.email,
        phone=client.phone,
        birth_date=client.birth_date,
        time_zone=client.time_zone,
        language=client.language,
    )
