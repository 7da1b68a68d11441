"""Withdraw a client's access to the portal; what they asked for and have booked stays."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.domain.permissions import Permission, require_permission
from services.scheduler.domain.portal_access import PortalAccess
from services.scheduler.domain.record_refusals import ClientNotFound
from services.scheduler.mongo.history import HistoryEntry
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.list_clients import find_client
from shared.mongo import Session

WITHDRAWN: Final = "portal-access-withdrawn"
"""What the history says was done."""


async def withdraw_portal_access(
    store: Store, actor: StaffMember, client_id: UUID, *, now: datetime
) -> Client:
    """Return the client, who has no access; without a change when they had none.

    An invitation that has not left yet is not sent any more.

    Raises:
        ClientNotFound, NotPermitted

    """
    await find_client(store, actor, client_id)
    require_permission(actor, Permission.INVITE_CLIENTS)
    entry_id = f"{client_id}:{uuid4()}:{WITHDRAWN}"

    async def body(session: Session) -> Client:
        before = await store.clients.get_visible(actor, client_id, session=session)
        if before is None:
            raise ClientNotFound
        if before.portal_access is PortalAccess.NONE:
            return before
        after = replace(before, portal_access=PortalAccess.NONE)
        await store.invitations.write(after, session=session)
        await store.history.add(_history_entry(entry_id, actor, before, now), session=session)
        if before.invitation is not None:
            event_id = before.invitation.notification.event_id
            await store.outbox.drop(event_id, session=session)
        return after

    return await store.transaction(body)


def _history_entry(
    entry_id: str, actor: StaffMember, before: Client, now: datetime
) -> HistoryEntry:
    return HistoryEntry(
        id=entry_id,
        practice_id=before.practice_id,
        request_id=None,
        appointment_id=None,
        action=WITHDRAWN,
        by_staff_id=actor.id,
        by_name=actor.name,
        at=now,
        before={"portal_access": before.portal_access.value},
        after={"portal_access": "none"},
        client_id=before.id,
    )
