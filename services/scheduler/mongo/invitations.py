"""Portal access and the last invitation, inside the documents of clients.

Neither changes the client's `version`: that is for what people edit, and a client who uses the
portal for the first time must not send back whoever edits their record just then.
"""

from dataclasses import replace
from typing import Final
from uuid import UUID

from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.domain.portal_access import PortalAccess
from services.scheduler.mongo.access import clients_visible_to
from services.scheduler.mongo.clients import access_in, from_document, invitation_document
from services.scheduler.mongo.notifications import ToldOf
from shared.mongo import Collection, Database, Document, Session

_EMAIL: Final = "invitation.notification"


class Invitations:
    """Reads them and writes them, in the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._clients: Collection = database["clients"]

    async def access_of(self, practice_id: UUID, client_id: UUID) -> PortalAccess:
        """Return what a client may; none for somebody who is not on record."""
        found = await self._clients.find_one(
            {"_id": client_id, "practice_id": practice_id}, {"portal_access": 1}
        )
        return PortalAccess.NONE if found is None else access_in(found)

    async def write(self, client: Client, *, session: Session) -> None:
        """Write access and invitation as they are in `client`, read in the same transaction."""
        access = {
            "portal_access": client.portal_access.value,
            "invitation": invitation_document(client.invitation),
        }
        await self._clients.update_one(
            {"_id": client.id, "practice_id": client.practice_id}, {"$set": access}, session=session
        )

    async def accept(
        self, practice_id: UUID, client_id: UUID, *, session: Session
    ) -> Client | None:
        """Make an invited client an active one; return them, or None if they are not invited."""
        document = await self._clients.find_one_and_update(
            {
                "_id": client_id,
                "practice_id": practice_id,
                "portal_access": PortalAccess.INVITED.value,
            },
            {"$set": {"portal_access": PortalAccess.ACTIVE.value}},
            session=session,
        )
        return _accepted(document)

    async def record(
        self, practice_id: UUID, client_id: UUID, outcome: Notification, *, session: Session
    ) -> ToldOf | None:
        """Write what became of the last invitation's e-mail; None where a better one is known."""
        replaced = sorted(status.value for status in outcome.status.replaces)
        return await self._update(
            {
                "_id": client_id,
                "practice_id": practice_id,
                f"{_EMAIL}.event_id": outcome.event_id,
                f"{_EMAIL}.status": {"$in": replaced},
            },
            {
                f"{_EMAIL}.status": outcome.status.value,
                f"{_EMAIL}.at": outcome.at,
                f"{_EMAIL}.reason": outcome.reason,
            },
            session,
        )

    async def mark_handled(
        self, client: Client, event_id: str, by_name: str, *, session: Session
    ) -> ToldOf | None:
        """Write who told the client of the portal, as the e-mail did not."""
        return await self._update(
            {
                "_id": client.id,
                "practice_id": client.practice_id,
                f"{_EMAIL}.event_id": event_id,
                f"{_EMAIL}.status": NotificationStatus.FAILED.value,
                f"{_EMAIL}.handled_by": None,
            },
            {f"{_EMAIL}.handled_by": by_name},
            session,
        )

    async def failed(self, actor: StaffMember, *, limit: int) -> list[Client]:
        """Return the clients whose invitation did not reach them, longest ago first."""
        query = {
            **clients_visible_to(actor),
            f"{_EMAIL}.status": NotificationStatus.FAILED.value,
            f"{_EMAIL}.handled_by": None,
            "portal_access": PortalAccess.INVITED.value,
        }
        cursor = self._clients.find(query).sort([(f"{_EMAIL}.at", 1), ("_id", 1)]).limit(limit)
        return [from_document(document) async for document in cursor]

    async def _update(self, query: Document, fields: Document, session: Session) -> ToldOf | None:
        before = await self._clients.find_one_and_update(
            query, {"$set": fields}, projection={f"{_EMAIL}.status": 1}, session=session
        )
        return _told_of(before)


def _accepted(before: Document | None) -> Client | None:
    if before is None:
        return None
    return replace(from_document(before), portal_access=PortalAccess.ACTIVE)


def _told_of(before: Document | None) -> ToldOf | None:
    if before is None:
        return None
    status = NotificationStatus(before["invitation"]["notification"]["status"])
    return ToldOf(None, None, status, client_id=before["_id"])
