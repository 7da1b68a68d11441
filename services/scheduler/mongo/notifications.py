"""The outcome of an e-mail, inside the documents of what it tells of.

That is an appointment and, when it was asked for, the request. The outcome changes neither's
`version`: that is for what people edit.
"""

from dataclasses import dataclass
from uuid import UUID

from services.scheduler.domain.notification import Notification, NotificationStatus
from shared.mongo import Collection, Database, Document, Session


@dataclass(frozen=True, slots=True)
class ToldOf:
    """What was written to, and the status `before`; no id where a later e-mail is about it.

    `client_id` is there when it was an invitation (`mongo.invitations`).
    """

    request_id: UUID | None
    appointment_id: UUID | None
    before: NotificationStatus
    client_id: UUID | None = None


class Notifications:
    """Writes into both documents, in the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._requests: Collection = database["requests"]
        self._appointments: Collection = database["appointments"]

    async def record(
        self, practice_id: UUID, outcome: Notification, *, session: Session
    ) -> ToldOf | None:
        """Write an outcome where its event is the last one and nothing better is known."""
        replaced = sorted(status.value for status in outcome.status.replaces)
        return await self._update(
            {
                "practice_id": practice_id,
                "notification.event_id": outcome.event_id,
                "notification.status": {"$in": replaced},
            },
            {
                "notification.status": outcome.status.value,
                "notification.at": outcome.at,
                "notification.reason": outcome.reason,
            },
            session,
        )

    async def mark_handled(
        self, practice_id: UUID, event_id: str, by_name: str, *, session: Session
    ) -> ToldOf | None:
        """Write who told the client of what an e-mail, which still counts as failed, did not."""
        return await self._update(
            {
                "practice_id": practice_id,
                "notification.event_id": event_id,
                "notification.status": NotificationStatus.FAILED.value,
                "notification.handled_by": None,
            },
            {"notification.handled_by": by_name},
            session,
        )

    async def send_again(
        self,
        practice_id: UUID,
        before: Notification,
        again: Notification,
        *,
        appointment_version: int | None,
        session: Session,
    ) -> ToldOf | None:
        """Write the e-mail of another delivery where `before` still is the last one.

        `appointment_version` is what an appointment must still have, if it is about one.
        """
        as_read = {} if appointment_version is None else {"version": appointment_version}
        return await self._update(
            {
                "practice_id": practice_id,
                "notification.event_id": before.event_id,
            },
            {"notification": to_document(again)},
            session,
            of_appointment=as_read,
        )

    async def _update(
        self,
        query: Document,
        fields: Document,
        session: Session,
        *,
        of_appointment: Document | None = None,
    ) -> ToldOf | None:
        found_by = (
            (self._requests, query),
            (self._appointments, {**query, **(of_appointment or {})}),
        )
        written = [
            await collection.find_one_and_update(
                wanted, {"$set": fields}, projection={"notification.status": 1}, session=session
            )
            for collection, wanted in found_by
        ]
        found = [document for document in written if document is not None]
        if not found:
            return None
        request_id, appointment_id = (_id_of(document) for document in written)
        before = NotificationStatus(found[0]["notification"]["status"])
        return ToldOf(request_id, appointment_id, before)


def _id_of(document: Document | None) -> UUID | None:
    return None if document is None else document["_id"]


def to_document(notification: Notification | None) -> Document | None:
    """Return the sub-document."""
    if notification is None:
        return None
    return {
        "event_id": notification.event_id,
        "status": notification.status.value,
        "at": notification.at,
        "reason": notification.reason,
        "handled_by": notification.handled_by,
    }


def from_document(document: Document | None) -> Notification | None:
    """Return the outcome."""
    if document is None:
        return None
    return Notification(
        event_id=document["event_id"],
        status=NotificationStatus(document["status"]),
        at=document["at"],
        reason=document["reason"],
        handled_by=document["handled_by"],
    )
