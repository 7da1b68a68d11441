"""The delivery log: which e-mail was claimed, is being sent, was sent, or failed.

`claimed -> sending -> sent | failed`. The lease keeps two processes from sending one e-mail at
once; it is longer than an SMTP exchange may take (FACTS "E-mail" 2). A crash between the server's
"250" and our record of it leaves `sending`: it then goes out again, with the same Message-ID.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

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


class Standing(StrEnum):
    """Why an e-mail could not be claimed."""

    SENT_ALREADY = "sent already"
    BEING_SENT = "being sent"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send one e-mail, until the lease ends and somebody else takes it."""

    event_id: str
    token: UUID


class ClaimLost(Exception):
    """Somebody else has claimed the e-mail since, or has sent it."""


class Deliveries:
    """One document for each event, under the event's id. Each write needs the claim that holds."""

    def __init__(self, client: Client, name: str = DATABASE) -> None:
        self.database: Database = client[name]
        self._collection: Collection = self.database["deliveries"]

    async def ready(self) -> bool:
        """Say whether the database answers."""
        return await is_reachable(self.database)

    async def claim(
        self, event_id: str, *, practice_id: UUID, request_id: UUID, now: datetime
    ) -> Claim | Standing:
        """Take an e-mail to send, unless it was sent, or is being sent under a lease."""
        claim = Claim(event_id, uuid4())
        try:
            await self._collection.insert_one(
                {
                    "_id": event_id,
                    "practice_id": practice_id,
                    "request_id": request_id,
                    "state": "claimed",
                    "claim": claim.token,
                    "lease_until": now + LEASE,
                    "attempts": 1,
                    "created_at": now,
                    "finished_at": None,
                    "reason": None,
                }
            )
        except DuplicateKeyError:
            return await self._claim_again(claim, now)
        return claim

    async def _claim_again(self, claim: Claim, now: datetime) -> Claim | Standing:
        taken = await self._collection.update_one(
            {"_id": claim.event_id, "state": {"$ne": "sent"}, "lease_until": {"$lte": now}},
            {
                "$set": {"state": "claimed", "claim": claim.token, "lease_until": now + LEASE},
                "$inc": {"attempts": 1},
            },
        )
        if taken.modified_count:
            return claim
        standing = await self._collection.find_one({"_id": claim.event_id}, {"state": 1})
        if standing is not None and standing["state"] == "sent":
            return Standing.SENT_ALREADY
        return Standing.BEING_SENT

    async def mark_sending(self, claim: Claim, *, now: datetime) -> None:
        """Note, right before it happens, that the e-mail goes to the server; raises ClaimLost."""
        await self._set(claim, {"state": "sending", "lease_until": now + LEASE})

    async def mark_sent(self, claim: Claim, *, now: datetime) -> None:
        """Note, right after it happened, that the server has the e-mail; whoever claims it now."""
        await self._collection.update_one(
            {"_id": claim.event_id},
            {"$set": {"state": "sent", "finished_at": now, "reason": None}},
        )

    async def mark_failed(self, claim: Claim, reason: str, *, now: datetime) -> None:
        """Note that it will not be sent, and why; replaying the message tries again."""
        await self._set(
            claim, {"state": "failed", "finished_at": now, "lease_until": now, "reason": reason}
        )

    async def give_back(self, claim: Claim, reason: str, *, now: datetime) -> None:
        """Let the next attempt claim it at once."""
        await self._set(claim, {"state": "claimed", "lease_until": now, "reason": reason})

    async def mark_given_up(self, event_id: str, reason: str, *, now: datetime) -> None:
        """Note that the attempts are used up, unless it was sent or is being sent."""
        await self._collection.update_one(
            {"_id": event_id, "state": {"$ne": "sent"}, "lease_until": {"$lte": now}},
            {"$set": {"state": "failed", "finished_at": now, "reason": reason}},
        )

    async def _set(self, claim: Claim, fields: Document) -> None:
        written = await self._collection.update_one(
            {"_id": claim.event_id, "claim": claim.token, "state": {"$ne": "sent"}},
            {"$set": fields},
        )
        if written.matched_count == 0:
            raise ClaimLost
