"""`withdrawals`: what clients took back, kept under the request's id.

A withdrawal may overtake its submission: it is kept first, and whichever of the two comes second
finds the other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.mongo import Collection, Database


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Who took which request back, and when (UTC)."""

    request_id: UUID
    practice_id: UUID
    withdrawn_by: str
    client_id: UUID | None
    at: datetime
    correlation_id: str


class Withdrawals:
    """Keeps and finds withdrawals."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["withdrawals"]

    async def keep(self, withdrawal: Withdrawal) -> None:
        """Keep it, once for each who says so: a stranger's must not hide the client's own."""
        await self._collection.update_one(
            {"_id": f"{withdrawal.request_id}:{withdrawal.withdrawn_by}"},
            {
                "$setOnInsert": {
                    "practice_id": withdrawal.practice_id,
                    "request_id": withdrawal.request_id,
                    "withdrawn_by": withdrawal.withdrawn_by,
                    "client_id": withdrawal.client_id,
                    "at": withdrawal.at,
                    "correlation_id": withdrawal.correlation_id,
                }
            },
            upsert=True,
        )

    async def of_requests(self, ids: Iterable[UUID]) -> list[Withdrawal]:
        """Return those of the requests, of any practice; for taking requests in."""
        cursor = self._collection.find({"request_id": {"$in": list(ids)}})
        return [
            Withdrawal(
                request_id=row["request_id"],
                practice_id=row["practice_id"],
                withdrawn_by=row["withdrawn_by"],
                client_id=row["client_id"],
                at=row["at"],
                correlation_id=row["correlation_id"],
            )
            async for row in cursor
        ]
