"""`outbox`: events that were decided with their transaction and leave after it.

A row is `waiting` until RabbitMQ confirmed it, then `published` and removed after two weeks.
Replicas share the work by leases.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from shared.mongo import Collection, Database, Session
from shared.schemas.envelope import Envelope

_FREE: Final = datetime(1970, 1, 1, tzinfo=UTC)  # whoever's clock is behind or ahead


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One event on its way; `body` is the JSON that is published."""

    id: str
    exchange: str
    routing_key: str
    body: str
    correlation_id: str


class Outbox:
    """Adds, claims and finishes rows."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["outbox"]

    async def add(
        self, event: Envelope[Any], *, exchange: str, routing_key: str, session: Session
    ) -> None:
        """Insert an event under its own id, which makes a second one impossible."""
        await self._collection.insert_one(
            {
                "_id": event.id,
                "practice_id": event.practiceid,
                "exchange": exchange,
                "routing_key": routing_key,
                "body": event.model_dump_json(),
                "correlation_id": event.correlationid,
                "state": "waiting",
                "created_at": event.time,
                "leased_until": _FREE,
                "lease": None,
                "published_at": None,
            },
            session=session,
        )

    async def body_of(self, practice_id: UUID, event_id: str) -> str | None:
        """Return the JSON of a practice's event, or None when it is not kept any more."""
        query = {"_id": event_id, "practice_id": practice_id}
        row = await self._collection.find_one(query, {"body": 1})
        return None if row is None else str(row["body"])

    async def claim(self, *, now: datetime, lease: timedelta, limit: int) -> list[OutboxRow]:
        """Lease the oldest free rows, so that no other replica publishes them meanwhile."""
        free = {"state": "waiting", "leased_until": {"$lte": now}}
        cursor = (
            self._collection.find(free, {"_id": 1})
            .sort([("leased_until", 1), ("created_at", 1)])
            .limit(limit)
        )
        ids = [document["_id"] async for document in cursor]
        if not ids:
            return []
        token = uuid4()
        await self._collection.update_many(
            {"_id": {"$in": ids}, **free}, {"$set": {"lease": token, "leased_until": now + lease}}
        )
        mine = self._collection.find({"_id": {"$in": ids}, "lease": token})
        return [
            OutboxRow(
                id=document["_id"],
                exchange=document["exchange"],
                routing_key=document["routing_key"],
                body=document["body"],
                correlation_id=document["correlation_id"],
            )
            async for document in mine
        ]

    async def drop(self, event_id: str, *, session: Session) -> None:
        """Remove an event that is of no use any more, unless it has left."""
        await self._collection.delete_one({"_id": event_id, "state": "waiting"}, session=session)

    async def mark_published(self, ids: Sequence[str], *, now: datetime) -> None:
        """Note that RabbitMQ confirmed them."""
        await self._collection.update_many(
            {"_id": {"$in": list(ids)}}, {"$set": {"state": "published", "published_at": now}}
        )

    async def release(self, ids: Sequence[str], *, now: datetime) -> None:
        """Give rows back that could not be published."""
        await self._collection.update_many(
            {"_id": {"$in": list(ids)}, "state": "waiting"}, {"$set": {"leased_until": now}}
        )

    async def oldest_waiting(self) -> datetime | None:
        """Return when the oldest unpublished event was made, or None."""
        document = await self._collection.find_one(
            {"state": "waiting"}, {"created_at": 1}, sort=[("created_at", 1)]
        )
        return None if document is None else document["created_at"]
