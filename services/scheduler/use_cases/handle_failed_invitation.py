"""Tick off a failed invitation: somebody told the client in another way (PRODUCT 8.10)."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.domain.portal_access import PortalAccess
from services.scheduler.domain.portal_refusals import NoFailedInvitation
from services.scheduler.mongo.history import HistoryEntry
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_calendar import LostRace
from services.scheduler.use_cases.list_clients import find_client
from shared.mongo import Session


async def handle_failed_invitation(
    store: Store, actor: StaffMember, client_id: UUID, *, now: datetime
) -> Client:
    """Return the client, their invitation handled by the actor, or by who was there first.

    Raises:
        ClientNotFound, NoFailedInvitation

    """
    while True:
        client = await find_client(store, actor, client_id)
        invitation = client.invitation
        if invitation is None or client.portal_access is not PortalAccess.INVITED:
            raise NoFailedInvitation
        notification = invitation.notification
        if notification.handled_by is not None:
            return client
        if notification.status is not NotificationStatus.FAILED:
            raise NoFailedInvitation
        try:
            await _write(store, actor, client, notification, now)
        except LostRace:
            continue  # read again: it was ticked off, sent after all, or there is a later one
        handled = replace(notification, handled_by=actor.name)
        return replace(client, invitation=replace(invitation, notification=handled))


async def _write(
    store: Store, actor: StaffMember, client: Client, notification: Notification, now: datetime
) -> None:
    entry = HistoryEntry(
        id=f"{notification.event_id}:email-handled",
        practice_id=client.practice_id,
        request_id=None,
        appointment_id=None,
        action="email-handled",
        by_staff_id=actor.id,
        by_name=actor.name,
        at=now,
        before={"email_handled": False},
        after={"email_handled": True},
        client_id=client.id,
    )

    async def body(session: Session) -> None:
        told_of = await store.invitations.mark_handled(
            client, notification.event_id, actor.name, session=session
        )
        if told_of is None:
            raise LostRace
        await store.history.add(entry, session=session)

    await store.transaction(body)
