"""Let a client into the portal: with the first call, who was invited has accepted."""

from datetime import datetime
from typing import Final
from uuid import UUID

from services.scheduler.domain.people import Client
from services.scheduler.domain.portal_access import PortalAccess
from services.scheduler.domain.portal_refusals import PortalAccessWithdrawn
from services.scheduler.mongo.history import HistoryEntry
from services.scheduler.mongo.store import Store
from shared.auth.actors import ClientActor, PortalActor
from shared.mongo import Session

ACCEPTED: Final = "invitation-accepted"
"""What the history says was done."""


async def admit_client(store: Store, actor: PortalActor, *, now: datetime) -> None:
    """Let in who has access; the portal itself, which asks for new clients, always has.

    Raises:
        PortalAccessWithdrawn: the client was never invited, or staff withdrew their access, or
            they are not on record (any more).

    """
    if not isinstance(actor, ClientActor):
        return
    access = await store.invitations.access_of(actor.practice_id, actor.client_id)
    if access is PortalAccess.INVITED:
        await _accept(store, actor.practice_id, actor.client_id, now)
        access = await store.invitations.access_of(actor.practice_id, actor.client_id)
    if access is PortalAccess.NONE:
        raise PortalAccessWithdrawn


async def _accept(store: Store, practice_id: UUID, client_id: UUID, now: datetime) -> None:
    async def body(session: Session) -> None:
        client = await store.invitations.accept(practice_id, client_id, session=session)
        if client is not None:
            await store.history.add(_history_entry(client, now), session=session)

    await store.transaction(body)


def _history_entry(client: Client, now: datetime) -> HistoryEntry:
    which = client.id if client.invitation is None else client.invitation.id
    return HistoryEntry(
        id=f"{which}:{ACCEPTED}",
        practice_id=client.practice_id,
        request_id=None,
        appointment_id=None,
        action=ACCEPTED,
        by_staff_id=None,
        by_name=client.name,
        at=now,
        before={"portal_access": "invited"},
        after={"portal_access": "active"},
        client_id=client.id,
    )
