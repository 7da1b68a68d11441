"""The delivery log: which e-mail was claimed, is being sent, was sent, or failed.

`claimed -> sending -> sent | failed`. The lease keeps two processes from sending one e-mail at
once; it is longer than an SMTP exchange may take (FACTS "E-mail" 2). A crash between the server's
"250" and our record of it leaves `sending`: it then goes out again, with the same Message-ID.

What became of it waits in the same document until the scheduler was told (`outcomes`): so the
record of the one is the record of the other, and neither is there without the other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from services.notifier.client_news import About
from shared.mongo import (
    Client,
    Collection,
    Database,
    Document,
    DuplicateKeyError,
    is_reachable,
)
from shared.schemas.notification_failed import FailureReason

DATABASE: Final = "openchair_notifier"
LEASE: Final = timedelta(seconds=29)
"""Longer than an SMTP exchange may take, shorter than the first retry delay."""


TO_TELL: Final = {"tell_after": "", "telling": ""}
"""The fields that are there until the outcome was told."""


class Standing(StrEnum):
    """Why an e-mail could not be claimed."""

    SENT_ALREADY = "sent already"
    BEING_SENT = "being sent"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send one e-mail, until the lease ends and somebody else takes it."""

    event_id: str
    token: UUID


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an e-mail did not go out; `detail` is for operators, and holds no address either."""

    reason: FailureReason
    detail: str
    smtp_code: int | None = None


class ClaimLost(Exception):
    """Somebody else has claimed the e-mail since, or has sent it."""


class Deliveries:
    """One document for each event, under the event's id. Each write needs the claim that holds."""

    def __init__(self, client: Client, name: str = DATABASE) -> None:
        self.database: Database = client[name]
        self.collection: Collection = self.database["deliveries"]

    async def ready(self) -> bool:
        """Say whether the database answers."""
        return await is_reachable(self.database)

    async def claim(self, about: About, *, now: datetime) -> Claim | Standing:
        """Take an e-mail to send, unless it was sent, or is being sent under a lease."""
        claim = Claim(about.event_id, uuid4())
        try:
            await self.collection.insert_one(
                {
                    "_id": about.event_id,
                    **_ids(about),
                    "state": "claimed",
                    "claim": claim.token,
                    "lease_until": now + LEASE,
                    "attempts": 1,
                    "created_at": now,
                    "finished_at": None,
                    "failed_for": None,
                    "smtp_code": None,
                    "reason": None,
                    "told_at": None,
                }
            )
        except DuplicateKeyError:
            return await self._claim_again(about, claim, now)
        return claim

    async def _claim_again(self, about: About, claim: Claim, now: datetime) -> Claim | Standing:
        taken = await self.collection.update_one(
            {"_id": claim.event_id, "state": {"$ne": "sent"}, "lease_until": {"$lte": now}},
            {
                "$set": {
                    **_ids(about),
                    "state": "claimed",
                    "claim": claim.token,
                    "lease_until": now + LEASE,
                    "smtp_code": None,
                },
                "$inc": {"attempts": 1},
                "$unset": TO_TELL,  # that it failed is not so any more, or not yet
            },
        )
        if taken.modified_count:
            return claim
        standing = await self.collection.find_one({"_id": claim.event_id}, {"state": 1})
        if standing is not None and standing["state"] == "sent":
            return Standing.SENT_ALREADY
        return Standing.BEING_SENT

    async def mark_sending(self, claim: Claim, *, now: datetime) -> None:
        """Note, right before it happens, that the e-mail goes to the server; raises ClaimLost."""
        await self._set(claim, {"state": "sending", "lease_until": now + LEASE})

    async def mark_sent(self, claim: Claim, *, now: datetime) -> None:
        """Note, right after it happened, that the server has the e-mail; whoever claims it now."""
        await self.collection.update_one(
            {"_id": claim.event_id, "state": {"$ne": "sent"}},
            _finished("sent", now, {"failed_for": None, "smtp_code": None, "reason": None}),
        )

    async def mark_failed(self, claim: Claim, failure: Failure, *, now: datetime) -> None:
        """Note that it will not be sent, and why; replaying the message tries again."""
        written = await self.collection.update_one(
            _held_by(claim),
            _finished(
                "failed",
                now,
                {
                    "lease_until": now,
                    "failed_for": failure.reason.value,
                    "smtp_code": failure.smtp_code,
                    "reason": failure.detail,
                },
            ),
        )
        if written.matched_count == 0:
            raise ClaimLost

    async def give_back(
        self, claim: Claim, reason: str, *, smtp_code: int | None, now: datetime
    ) -> None:
        """Let the next attempt claim it at once."""
        await self._set(
            claim,
            {"state": "claimed", "lease_until": now, "reason": reason, "smtp_code": smtp_code},
        )

    async def mark_given_up(self, about: About, reason: str, *, now: datetime) -> None:
        """Note that the attempts are used up, unless it was sent or is being sent."""
        given_up = FailureReason.GIVEN_UP.value
        await self.collection.update_one(
            {"_id": about.event_id, "state": {"$ne": "sent"}, "lease_until": {"$lte": now}},
            _finished("failed", now, {**_ids(about), "failed_for": given_up, "reason": reason}),
        )

    async def _set(self, claim: Claim, fields: Document) -> None:
        written = await self.collection.update_one(_held_by(claim), {"$set": fields})
        if written.matched_count == 0:
            raise ClaimLost


def _ids(about: About) -> Document:
    return {
        "practice_id": about.practice_id,
        "appointment_id": about.appointment_id,
        "request_id": about.request_id,
        "correlation_id": about.correlation_id,
    }


def _held_by(claim: Claim) -> Document:
    return {"_id": claim.event_id, "claim": claim.token, "state": {"$ne": "sent"}}


def _finished(state: str, now: datetime, fields: Document) -> Document:
    """Return the update that ends a delivery and leaves its outcome to be told."""
    return {
        "$set": {"state": state, "finished_at": now, "tell_after": now, "told_at": None, **fields},
        "$unset": {"telling": ""},
    }
