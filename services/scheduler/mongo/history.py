"""`history`: who did what and when, before and after; only ever added to (PRODUCT 8.12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.mongo import Collection, Database, Session


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One thing done; `id` makes writing it twice impossible."""

    id: str
    practice_id: UUID
    request_id: UUID
    appointment_id: UUID | None
    action: str
    by_staff_id: UUID
    by_name: str
    at: datetime
    before: Mapping[str, Any]
    after: Mapping[str, Any]


class History:
    """Adds to the history."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["history"]

    async def add(self, entry: HistoryEntry, *, session: Session) -> None:
        """Insert an entry."""
        await self._collection.insert_one(
            {
                "_id": entry.id,
                "practice_id": entry.practice_id,
                "request_id": entry.request_id,
                "appointment_id": entry.appointment_id,
                "action": entry.action,
                "by": {"staff_id": entry.by_staff_id, "name": entry.by_name},
                "at": entry.at,
                "before": dict(entry.before),
                "after": dict(entry.after),
            },
            session=session,
        )
