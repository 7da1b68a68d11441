"""What became of e-mails and was not told yet; kept in the documents of the delivery log.

`tell_after` (UTC) is there until it was told, and `telling` while a process is about it, under a
lease. `told_at` is None until then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from services.notifier.client_news import About
from services.notifier.deliveries import TO_TELL, Deliveries
from shared.mongo import Document
from shared.schemas.notification_failed import FailureReason
from shared.schemas.notification_skipped import SkipReason

_LEASE: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an e-mail at `at` (UTC): sent, unless it failed or was skipped for a reason.

    `token` is of who tells it.
    """

    about: About
    at: datetime
    failed_for: FailureReason | None
    skipped_for: SkipReason | None
    smtp_code: int | None
    token: UUID


class Outcomes:
    """Finds what is to be told and notes that it was."""

    def __init__(self, deliveries: Deliveries) -> None:
        self._collection = deliveries.collection

    async def prepare(self) -> None:
        """Create the index of what is to be told, which is small; safe at any time."""
        await self._collection.create_index("tell_after", name="to_tell", sparse=True)

    async def claim(self, *, now: datetime, limit: int) -> list[Outcome]:
        """Take what waits longest, so that no other process tells it within the next 30 seconds."""
        due = {"tell_after": {"$lte": now}}
        cursor = self._collection.find(due, {"_id": 1}).sort("tell_after", 1).limit(limit)
        ids = [document["_id"] async for document in cursor]
        if not ids:
            return []
        token = uuid4()
        await self._collection.update_many(
            {"_id": {"$in": ids}, **due}, {"$set": {"tell_after": now + _LEASE, "telling": token}}
        )
        ours = self._collection.find({"_id": {"$in": ids}, "telling": token})
        return [_from_document(document) async for document in ours]

    async def mark_told(self, outcomes: Sequence[Outcome], *, now: datetime) -> None:
        """Note that these were told; what became of an e-mail since is still to be told."""
        await self._collection.update_many(
            _still(outcomes), {"$set": {"told_at": now}, "$unset": TO_TELL}
        )

    async def give_back(self, outcomes: Sequence[Outcome], *, now: datetime) -> None:
        """Let what could not be told be told by whoever comes next."""
        await self._collection.update_many(
            _still(outcomes), {"$set": {"tell_after": now}, "$unset": {"telling": ""}}
        )


def _still(outcomes: Sequence[Outcome]) -> Document:
    """Match those that are still ours to tell: nothing became of them since, nobody took over."""
    ids = [outcome.about.event_id for outcome in outcomes]
    return {"_id": {"$in": ids}, "telling": {"$in": list({one.token for one in outcomes})}}


def _from_document(document: Document) -> Outcome:
    failed_for, skipped_for = document["failed_for"], document.get("skipped_for")
    return Outcome(
        about=About(
            event_id=document["_id"],
            practice_id=document["practice_id"],
            correlation_id=document["correlation_id"],
            appointment_id=document.get("appointment_id"),
            sequence=document.get("sequence"),
            request_id=document["request_id"],
            client_id=document.get("client_id"),
        ),
        at=document["finished_at"],
        failed_for=None if failed_for is None else FailureReason(failed_for),
        skipped_for=None if skipped_for is None else SkipReason(skipped_for),
        smtp_code=document.get("smtp_code"),
        token=document["telling"],
    )
