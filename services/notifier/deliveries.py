"""The delivery log: which e-mail was claimed, is being sent, was sent, or failed.

`claimed -> sending -> sent | failed`. The lease keeps two processes from sending one e-mail at
once; it is longer than an SMTP exchange may take (FACTS "E-mail" 2). A crash between the server's
"250" and our record of it leaves `sending`: it then goes out again, with the same Message-ID.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.mongo import (
    Client,
    Collection,
    Database,
    Document,
    DuplicateKeyError,
    is_reachable,
)

DATABASE: Final = "openchair_notifier"
LEASE: Final = timedelta(seconds=29)
"""Longer than an SMTP exchange may take, shorter than the first retry delay."""


class Claim(StrEnum):
    """What came of asking for an e-mail to send."""

    OURS = "ours"
    SENT_ALREADY = "sent already"
    BEING_SENT = "being sent"


class Deliveries:
    """One document for each event, under the event's id."""

    def __init__(self, client: Client, name: str = DATABASE) -> None:
        self.database: Database = client[name]
        self._collection: Collection = self.database["deliveries"]

    async def ready(self) -> bool:
        """Say whether the database answers."""
        return await is_reachable(self.database)

    async def claim(
        self, event_id: str, *, practice_id: UUID, request_id: UUID, now: datetime
    ) -> Claim:
        """Take an e-mail to send, unless it was sent, or is being sent under a lease."""
        try:
            await self._collection.insert_one(
                {
                    "_id": event_id,
                    "practice_id": practice_id,
                    "request_id": request_id,
                    "state": "claimed",
                    "lease_until": now + LEASE,
                    "attempts": 1,
                    "created_at": now,
                    "finished_at": None,
                    "reason": None,
                }
            )
        except DuplicateKeyError:
            return await self._claim_again(event_id, now)
        return Claim.OURS

    async def _claim_again(self, event_id: str, now: datetime) -> Claim:
        free = {"_id": event_id, "state": {"$ne": "sent"}, "lease_until": {"$lte": now}}
        taken = await self._collection.update_one(
            free,
            {"$set": {"state": "claimed", "lease_until": now + LEASE}, "$inc": {"attempts": 1}},
        )
        if taken.modified_count:
            return Claim.OURS
        standing = await self._collection.find_one({"_id": event_id}, {"state": 1})
        if standing is not None and standing["state"] == "sent":
            return Claim.SENT_ALREADY
        return Claim.BEING_SENT

    async def mark_sending(self, event_id: str, *, now: datetime) -> None:
        """Note, right before it happens, that the e-mail goes to the server."""
        await self._set(event_id, {"state": "sending", "lease_until": now + LEASE})

    async def mark_sent(self, event_id: str, *, now: datetime) -> None:
        """Note, right after it happened, that the server has the e-mail."""
        await self._set(event_id, {"state": "sent", "finished_at": now, "reason": None})

    async def mark_failed(self, event_id: str, reason: str, *, now: datetime) -> None:
        """Note that it will not be sent, and why; replaying the message tries again."""
        await self._set(
            event_id,
            {"state": "failed", "finished_at": now, "lease_until": now, "reason": reason},
        )

    async def give_back(self, event_id: str, reason: str, *, now: datetime) -> None:
        """Let the next attempt claim it at once."""
        await self._set(event_id, {"state": "claimed", "lease_until": now, "reason": reason})

    async def _set(self, event_id: str, fields: Document) -> None:
        await self._collection.update_one({"_id": event_id}, {"$set": fields})
