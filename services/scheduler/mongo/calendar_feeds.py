"""`calendar_feeds`: who may be read by whom knows a secret; one for each clinician.

The secret itself is never kept: its SHA-256 finds the feed, and cannot be turned back into it. A
slow hash as for passwords is not needed, since nobody can guess 256 random bits.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.people import StaffMember
from shared.mongo import Collection, Database, Document


@dataclass(frozen=True, slots=True)
class CalendarFeed:
    """A clinician's feed; `since` (UTC) is when its secret was made."""

    clinician_id: UUID
    practice_id: UUID
    since: datetime


class CalendarFeeds:
    """Keeps, finds and removes feeds."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["calendar_feeds"]

    async def replace(self, feed: CalendarFeed, secret: str) -> None:
        """Keep the feed under a new secret; the one before is of no use any more."""
        await self._collection.replace_one(
            {"_id": feed.clinician_id},
            {
                "_id": feed.clinician_id,
                "practice_id": feed.practice_id,
                "secret_sha256": _hash(secret),
                "since": feed.since,
            },
            upsert=True,
        )

    async def get(self, clinician: StaffMember) -> CalendarFeed | None:
        """Return the clinician's feed, or None."""
        return await self._find(
            {"_id": clinician.id, "practice_id": clinician.practice_id},
        )

    async def get_by_secret(self, secret: str) -> CalendarFeed | None:
        """Return the feed of that secret, or None."""
        return await self._find({"secret_sha256": _hash(secret)})

    async def remove(self, clinician: StaffMember) -> bool:
        """Remove the clinician's feed; say whether there was one."""
        removed = await self._collection.delete_one(
            {"_id": clinician.id, "practice_id": clinician.practice_id}
        )
        return bool(removed.deleted_count)

    async def _find(self, query: Document) -> CalendarFeed | None:
        row = await self._collection.find_one(query)
        if row is None:
            return None
        return CalendarFeed(row["_id"], row["practice_id"], row["since"])


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
