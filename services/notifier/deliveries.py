"""The delivery log: which e-mail was claimed, is being sent, was sent, or came to another end.

`claimed -> sending -> sent | failed | skipped`. The lease keeps two processes from sending one
e-mail at once; it is longer than an SMTP exchange may take (FACTS "E-mail" 2). A crash between the
server's "250" and our record of it leaves `sending`: it then goes out again, with the same
Message-ID. `unwanted` is what no e-mail follows from; it is here for its place in the order.

What became of it waits in the same document until the scheduler was told (`outcomes`): so the
record of the one is the record of the other, and neither is there without the other.

The order of the e-mails about one appointment is kept by this log alone (ADR 0018): who sends has
claimed first and looked for others after that, so of two at once at least one sees the other.
"""

from datetime import datetime
from typing import Final
from uuid import uuid4

from services.notifier.claims import LEASE, Claim, ClaimLost, Failure, Standing, Turn
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
from shared.schemas.notification_skipped import SkipReason

DATABASE: Final = "openchair_notifier"
TO_TELL: Final = {"tell_after": "", "telling": ""}
"""The fields that are there until the outcome was told."""

_ENDED: Final = ["sent", "skipped", "unwanted"]
_UNDER_WAY: Final = ["claimed", "sending"]


class Deliveries:
    """One document for each event, under the event's id. Each write needs the claim that holds.

    One process has one of these and works on one e-mail once at a time.
    """

    def __init__(self, client: Client, name: str = DATABASE) -> None:
        self.database: Database = client[name]
        self.collection: Collection = self.database["deliveries"]
        self._owner = uuid4()

    async def prepare(self) -> None:
        """Create the index of what is about one appointment; safe at any time."""
        await self.collection.create_index("appointment_id", name="of_appointment", sparse=True)

    async def ready(self) -> bool:
        """Say whether the database answers."""
        return await is_reachable(self.database)

    async def claim(self, about: About, *, now: datetime) -> Claim | Standing:
        """Take an e-mail to send, unless that has an end, or is going on under a lease."""
        claim = Claim(about.event_id, uuid4())
        try:
            await self.collection.insert_one(
                {
                    **_blank(about, now),
                    "state": "claimed",
                    "claim": claim.token,
                    "owner": self._owner,
                    "lease_until": now + LEASE,
                }
            )
        except DuplicateKeyError:
            return await self._claim_again(about, claim, now)
        return claim

    async def _claim_again(self, about: About, claim: Claim, now: datetime) -> Claim | Standing:
        taken = await self.collection.update_one(
            self._free(about, now),
            {
                "$set": {
                    **_ids(about),
                    "state": "claimed",
                    "claim": claim.token,
                    "owner": self._owner,
                    "lease_until": now + LEASE,
                    "smtp_code": None,
                },
                "$unset": TO_TELL,  # that it failed is not so any more, or not yet
            },
        )
        if taken.modified_count:
            return claim
        standing = await self.collection.find_one({"_id": claim.event_id}, {"state": 1})
        if standing is not None and standing["state"] in _ENDED:
            return Standing.DEALT_WITH
        return Standing.BEING_SENT

    async def turn_of(self, about: About, *, now: datetime) -> Turn:
        """Say whether an e-mail that is claimed may leave now, after and before others.

        The same state of an appointment may be told again: that is no order.
        """
        if about.appointment_id is None or about.sequence is None:
            return Turn.OURS
        under_way = {
            "sequence": {"$lt": about.sequence},
            "state": {"$in": _UNDER_WAY},
            "lease_until": {"$gt": now},
        }
        newest = await self.collection.find_one(
            {
                "appointment_id": about.appointment_id,
                "$or": [{"sequence": {"$gt": about.sequence}}, under_way],
            },
            {"sequence": 1},
            sort=[("sequence", -1)],
        )
        if newest is None:
            return Turn.OURS
        return Turn.SUPERSEDED if newest["sequence"] > about.sequence else Turn.AFTER_OLDER

    async def mark_sending(self, claim: Claim, *, now: datetime) -> None:
        """Note, right before it happens, that the e-mail goes to the server; raises ClaimLost."""
        written = await self.collection.update_one(
            # Under the lease still: whoever found it ended does not wait for us any more.
            {**_held_by(claim), "lease_until": {"$gt": now}},
            {"$set": {"state": "sending", "lease_until": now + LEASE}, "$inc": {"attempts": 1}},
        )
        if written.matched_count == 0:
            raise ClaimLost

    async def mark_sent(self, claim: Claim, *, now: datetime) -> None:
        """Note, right after it happened, that the server has the e-mail; whoever claims it now."""
        await self.collection.update_one(
            {"_id": claim.event_id, "state": {"$ne": "sent"}},
            _finished("sent", now, {"failed_for": None, "smtp_code": None, "reason": None}),
        )

    async def mark_failed(self, claim: Claim, failure: Failure, *, now: datetime) -> None:
        """Note that it will not be sent, and why; replaying the message tries again."""
        fields = {
            "lease_until": now,
            "failed_for": failure.reason.value,
            "smtp_code": failure.smtp_code,
            "reason": failure.detail,
        }
        await self._write(claim, _finished("failed", now, fields))

    async def mark_skipped(self, claim: Claim, reason: SkipReason, *, now: datetime) -> None:
        """Note that it is of no use any more and will never be sent."""
        fields = {"skipped_for": reason.value, "failed_for": None, "reason": reason.value}
        await self._write(claim, _finished("skipped", now, fields))

    async def give_back(
        self, claim: Claim, reason: str, *, smtp_code: int | None = None, now: datetime
    ) -> None:
        """Let the next attempt claim it at once."""
        fields = {"state": "claimed", "lease_until": now, "reason": reason, "smtp_code": smtp_code}
        await self._write(claim, {"$set": fields})

    async def mark_given_up(self, about: About, reason: str, *, now: datetime) -> None:
        """Note that the attempts are used up, unless it has an end or is being sent."""
        fields = {**_ids(about), "failed_for": FailureReason.GIVEN_UP.value, "reason": reason}
        await self.collection.update_one(
            self._free(about, now), _finished("failed", now, {**fields, "lease_until": now})
        )

    async def note_unwanted(self, about: About, *, now: datetime) -> None:
        """Note that no e-mail tells of this, and that older ones would now mislead."""
        noted = {**_blank(about, now), "state": "unwanted", "lease_until": now}
        try:
            await self.collection.insert_one({**noted, "finished_at": now})
        except DuplicateKeyError:
            return

    def _free(self, about: About, now: datetime) -> Document:
        """Match an e-mail under no lease, or under one of ours that we do nothing with.

        The latter is there when MongoDB went away in between.
        """
        ours = {"owner": self._owner, "state": "claimed"}
        return {
            "_id": about.event_id,
            "state": {"$nin": _ENDED},
            "$or": [{"lease_until": {"$lte": now}}, ours],
        }

    async def _write(self, claim: Claim, update: Document) -> None:
        written = await self.collection.update_one(_held_by(claim), update)
        if written.matched_count == 0:
            raise ClaimLost


def _blank(about: About, now: datetime) -> Document:
    return {
        "_id": about.event_id,
        **_ids(about),
        "attempts": 0,
        "created_at": now,
        "finished_at": None,
        "failed_for": None,
        "smtp_code": None,
        "reason": None,
        "told_at": None,
    }


def _ids(about: About) -> Document:
    ids: Document = {
        "practice_id": about.practice_id,
        "request_id": about.request_id,
        "client_id": about.client_id,
        "correlation_id": about.correlation_id,
    }
    if about.appointment_id is not None:
        ids |= {"appointment_id": about.appointment_id, "sequence": about.sequence}
    return ids


def _held_by(claim: Claim) -> Document:
    return {"_id": claim.event_id, "claim": claim.token, "state": {"$nin": _ENDED}}


def _finished(state: str, now: datetime, fields: Document) -> Document:
    """Return the update that ends a delivery and leaves its outcome to be told."""
    return {
        "$set": {"state": state, "finished_at": now, "tell_after": now, "told_at": None, **fields},
        "$unset": {"telling": ""},
    }
