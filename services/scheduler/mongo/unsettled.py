"""`unsettled`: records that were changed and are perhaps not followed yet by what hangs on them.

A row is written before or with the change, and removed by whoever has repeated what follows. The
same record may have several.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from shared.mongo import Collection, Database, Session


class Changed(StrEnum):
    """Of which kind a changed record is."""

    CLIENT = "client"
    APPOINTMENT = "appointment"


@dataclass(frozen=True, slots=True)
class UnsettledChange:
    """A change of one record; `at` in UTC."""

    id: UUID
    kind: Changed
    record_id: UUID
    at: datetime


class Unsettled:
    """Notes changes, finds and removes them."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["unsettled"]

    async def note(
        self,
        kind: Changed,
        record_id: UUID,
        *,
        practice_id: UUID,
        now: datetime,
        session: Session | None = None,
    ) -> None:
        """Note that a record is changed about now."""
        await self._collection.insert_one(
            {
                "_id": uuid4(),
                "practice_id": practice_id,
                "kind": kind.value,
                "record_id": record_id,
                "at": now,
            },
            session=session,
        )

    async def noted_until(self, until: datetime, *, limit: int) -> list[UnsettledChange]:
        """Return those noted until then, of all practices, oldest first."""
        cursor = self._collection.find({"at": {"$lte": until}}).sort("at", 1).limit(limit)
        return [
            UnsettledChange(row["_id"], Changed(row["kind"]), row["record_id"], row["at"])
            async for row in cursor
        ]

    async def remove(self, change: UnsettledChange) -> None:
        """Forget a change; what was noted since stays."""
        await self._collection.delete_one({"_id": change.id})
