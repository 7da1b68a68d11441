"""`requests` that wait, as those who take requests in hold them against each other."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from services.scheduler.domain.appointment_request import RequestFlag
from services.scheduler.domain.intervals import Interval
from services.scheduler.mongo import dates
from services.scheduler.mongo.appointments import LONGEST
from shared.mongo import Collection, Database, Document
from shared.schemas.vocabulary import RequestStatus

_PENDING: Final = RequestStatus.PENDING.value
_FIELDS: Final = {
    "submitted_at": 1,
    "asked.start": 1,
    "asked.minutes": 1,
    "client.client_id": 1,
    "client.email": 1,
    "client.birth_date": 1,
}


@dataclass(frozen=True, slots=True, order=True)
class Waiting:
    """A request that waits, in the order in which they were made; `submitted_at` in UTC.

    `person` is the same for two requests of one client, or of one new client as they say they are.
    """

    submitted_at: datetime
    id: UUID
    asked: Interval | None = field(compare=False)
    person: object = field(compare=False)

    def is_in_the_way_of(self, other: "Waiting") -> bool:
        """Say whether the two are of two people who want some of the same time."""
        return (
            self.person != other.person
            and self.asked is not None
            and other.asked is not None
            and self.asked.overlaps(other.asked)
        )


class WaitingRequests:
    """Reads what waits of a practice, whoever may see it, and flags it; for taking requests in."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["requests"]

    async def around(
        self, practice_id: UUID, clinician_id: UUID, wanted: Interval
    ) -> list[Waiting]:
        """Return those for a clinician's time in or near a range."""
        query = {
            "practice_id": practice_id,
            "asked.clinician_id": clinician_id,
            "status": _PENDING,
            "relevant_time": {"$gt": wanted.start - LONGEST, "$lt": wanted.end},
        }
        cursor = self._collection.find(query, _FIELDS).hint("by_clinician")
        return [_waiting(row) async for row in cursor]

    async def count_of_clients(
        self, practice_id: UUID, client_ids: Iterable[UUID]
    ) -> dict[UUID, int]:
        """Return how many wait of each client on record."""
        of_clients = {
            "practice_id": practice_id,
            "client.client_id": {"$in": sorted(client_ids)},
            "status": _PENDING,
        }
        steps: list[Document] = [
            {"$match": of_clients},
            {"$group": {"_id": "$client.client_id", "count": {"$sum": 1}}},
        ]
        found = self._collection.aggregate(steps, hint="waiting_of_client")
        return {row["_id"]: row["count"] async for row in found}

    async def beyond(self, practice_id: UUID, client_id: UUID, most: int) -> set[UUID]:
        """Return those of a client that were made after the first `most`, as far as they wait."""
        query = {"practice_id": practice_id, "client.client_id": client_id, "status": _PENDING}
        cursor = self._collection.find(query, {"_id": 1}).sort([("submitted_at", 1), ("_id", 1)])
        cursor = cursor.hint("waiting_of_client").skip(most)
        return {row["_id"] async for row in cursor}

    async def of_new(self, practice_id: UUID, births: Iterable[date]) -> list[Waiting]:
        """Return those of new clients who were born on those days."""
        query = {
            "practice_id": practice_id,
            "client.birth_date": {"$in": [dates.to_bson(day) for day in births]},
            "status": _PENDING,
            "client.is_new": True,
        }
        cursor = self._collection.find(query, _FIELDS).hint("waiting_of_new")
        return [_waiting(row) async for row in cursor]

    async def flag(self, practice_id: UUID, ids: Iterable[UUID], flag: RequestFlag) -> None:
        """Flag those that still wait, once."""
        wanted = sorted(ids)
        if not wanted:
            return
        await self._collection.update_many(
            {
                "_id": {"$in": wanted},
                "practice_id": practice_id,
                "status": _PENDING,
                "flags": {"$ne": flag.value},
            },
            {"$addToSet": {"flags": flag.value}, "$inc": {"version": 1}},
        )


def _waiting(row: Document) -> Waiting:
    asked, client = row["asked"], row["client"]
    start = asked["start"]
    born = client["birth_date"]
    said = (client["email"] or "").casefold(), born and dates.from_bson(born)
    return Waiting(
        submitted_at=row["submitted_at"],
        id=row["_id"],
        asked=start and Interval(start, start + timedelta(minutes=asked["minutes"] or 0)),
        person=client["client_id"] or said,
    )
