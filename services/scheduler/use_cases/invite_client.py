"""Invite a client on record to the practice's portal, or send the invitation once more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.people import Client, Practice, StaffMember
from services.scheduler.domain.permissions import Permission, require_permission
from services.scheduler.domain.portal_access import Invitation, new_invitation
from services.scheduler.domain.portal_refusals import PortalUrlNeeded
from services.scheduler.domain.record_refusals import ClientNotFound
from services.scheduler.events import client_invited_event
from services.scheduler.mongo.history import HistoryEntry
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_appointment import find_practice
from services.scheduler.use_cases.list_clients import find_client
from shared.messaging.topology import SCHEDULING
from shared.mongo import DuplicateKeyError, Session

INVITED = "invited"
"""What the history says was done."""


@dataclass(frozen=True, slots=True)
class Inviter:
    """Who invites to which portal, and when.

    `id_for` returns the id of a client's invitation: the same for a call that is repeated.
    """

    actor: StaffMember
    practice: Practice
    portal_url: str
    id_for: Callable[[UUID], UUID]
    correlation_id: str
    now: datetime


async def invite_client(
    store: Store,
    actor: StaffMember,
    client_id: UUID,
    *,
    id_for: Callable[[UUID], UUID],
    correlation_id: str,
    now: datetime,
) -> Client:
    """Return the client as invited; a repeated call finds its own invitation, and sends none.

    Raises:
        ClientNotFound, NotPermitted, PortalUrlNeeded, PortalAccessActive, InvitedJustNow

    """
    await find_client(store, actor, client_id)
    inviter = await prepare_to_invite(
        store, actor, id_for=id_for, correlation_id=correlation_id, now=now
    )
    return await send_invitation(store, inviter, client_id)


async def prepare_to_invite(
    store: Store,
    actor: StaffMember,
    *,
    id_for: Callable[[UUID], UUID],
    correlation_id: str,
    now: datetime,
) -> Inviter:
    """Return what all invitations of a call have in common.

    Raises:
        NotPermitted, PortalUrlNeeded

    """
    require_permission(actor, Permission.INVITE_CLIENTS)
    practice = await find_practice(store, actor)
    if practice.portal_url is None:
        raise PortalUrlNeeded
    return Inviter(actor, practice, practice.portal_url, id_for, correlation_id, now)


async def send_invitation(store: Store, inviter: Inviter, client_id: UUID) -> Client:
    """Write the client's access, the history and the event in one transaction.

    Of two at once, the later one to commit reads the other's invitation, and is refused.

    Raises:
        ClientNotFound, PortalAccessActive, InvitedJustNow

    """
    actor = inviter.actor
    invitation = new_invitation(inviter.id_for(client_id), actor.id, actor.name, inviter.now)

    async def body(session: Session) -> Client:
        before = await store.clients.get_visible(actor, client_id, session=session)
        if before is None:
            raise ClientNotFound
        if before.invitation is not None and before.invitation.id == invitation.id:
            return before
        after = before.invite(invitation)
        await store.invitations.write(after, session=session)
        await store.history.add(_history_entry(before, invitation), session=session)
        event = client_invited_event(
            after,
            invitation,
            practice=inviter.practice,
            portal_url=inviter.portal_url,
            correlation_id=inviter.correlation_id,
        )
        await store.outbox.add(
            event, exchange=SCHEDULING, routing_key="client.invited", session=session
        )
        return after

    try:
        return await store.transaction(body)
    except DuplicateKeyError:  # a repeated call, after another invitation
        return await find_client(store, actor, client_id)


def _history_entry(before: Client, invitation: Invitation) -> HistoryEntry:
    return HistoryEntry(
        id=f"{invitation.id}:{INVITED}",
        practice_id=before.practice_id,
        request_id=None,
        appointment_id=None,
        action=INVITED,
        by_staff_id=invitation.by_staff_id,
        by_name=invitation.by_name,
        at=invitation.at,
        before={"portal_access": before.portal_access.value},
        after={"portal_access": "invited"},
        client_id=before.id,
    )
