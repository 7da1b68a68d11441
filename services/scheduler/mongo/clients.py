"""`clients`: client records."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.mongo import dates
from services.scheduler.mongo.access import clients_visible_to
from services.scheduler.mongo.search import name_begins, searchable, sort_key
from shared.mongo import Collection, Database, Document, Session

_MOST_ALIKE: Final = 10


@dataclass(frozen=True, slots=True)
class ClientFilter:
    """Which clients; None leaves it open. `name` holds beginnings of words of the name."""

    name: str | None = None
    assigned_to: UUID | None = None


class Clients:
    """Reads and writes client records."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["clients"]

    async def get(self, practice_id: UUID, client_id: UUID) -> Client | None:
        """Return the practice's client, or None."""
        document = await self._collection.find_one({"_id": client_id, "practice_id": practice_id})
        return None if document is None else from_document(document)

    async def get_many(self, ids: Iterable[UUID]) -> dict[UUID, Client]:
        """Return those that exist, by id, of any practice; for taking requests in."""
        cursor = self._collection.find({"_id": {"$in": list(ids)}})
        return {document["_id"]: from_document(document) async for document in cursor}

    async def get_visible(self, actor: StaffMember, client_id: UUID) -> Client | None:
        """Return the client when the actor may see the record, or None."""
        document = await self._collection.find_one({**clients_visible_to(actor), "_id": client_id})
        return None if document is None else from_document(document)

    async def find(
        self,
        actor: StaffMember,
        wanted: ClientFilter,
        *,
        after: tuple[str, UUID] | None,
        limit: int,
    ) -> list[Client]:
        """Return at most `limit` that the actor may see, by name, beginning after a position."""
        query = _to_query(actor, wanted)
        if after is not None:
            query["$and"] = [*query.get("$and", []), _beyond(*after)]
        cursor = self._collection.find(query).sort([("search.sort", 1), ("_id", 1)]).limit(limit)
        cursor = cursor.hint(_index_for(actor, wanted))
        return [from_document(document) async for document in cursor]

    async def count(self, actor: StaffMember, wanted: ClientFilter, *, at_most: int) -> int:
        """Return how many there are, counting no further than `at_most`."""
        return await self._collection.count_documents(
            _to_query(actor, wanted), limit=at_most, hint=_index_for(actor, wanted)
        )

    async def resembling(
        self, practice_id: UUID, *, email: str, name: str, birth_date: date
    ) -> list[Client]:
        """Return the practice's clients with that address, or with that name and birth date."""
        query = {
            "practice_id": practice_id,
            "$or": [
                {"email_key": email.casefold()},
                {"birth_date": dates.to_bson(birth_date), "search.sort": sort_key(name)},
            ],
        }
        cursor = self._collection.find(query).sort("_id").limit(_MOST_ALIKE)
        return [from_document(row) async for row in cursor]

    async def add(self, client: Client, *, session: Session | None = None) -> None:
        """Insert a new client; raises DuplicateKeyError for an id that is there."""
        await self._collection.insert_one(to_document(client), session=session)

    async def save(self, client: Client) -> None:
        """Insert or replace the client, whatever is there."""
        await self._collection.replace_one({"_id": client.id}, to_document(client), upsert=True)

    async def replace(self, before: Client, after: Client) -> bool:
        """Replace the client if still as it was read; say whether it was."""
        written = await self._collection.replace_one(
            {"_id": before.id, "practice_id": before.practice_id, "version": before.version},
            to_document(after),
        )
        return bool(written.matched_count)


def position_of(client: Client) -> tuple[str, UUID]:
    """Return where a page ends whose last client this is."""
    return sort_key(client.name), client.id


def _to_query(actor: StaffMember, wanted: ClientFilter) -> Document:
    conditions: list[Document] = []
    if wanted.assigned_to is not None:
        conditions.append({"assigned_staff_ids": wanted.assigned_to})
    if wanted.name is not None:
        conditions.append(name_begins("search", wanted.name))
    query = clients_visible_to(actor)
    return {**query, "$and": conditions} if conditions else query


def _beyond(sort: str, client_id: UUID) -> Document:
    # One range, at which the index is entered; an `$or` would be read from the beginning.
    return {
        "search.sort": {"$gte": sort},
        "$nor": [{"search.sort": sort, "_id": {"$lte": client_id}}],
    }


def _index_for(actor: StaffMember, wanted: ClientFilter) -> str:
    # Said, not left to the planner (see `request_queries`). Somebody's clients are few enough.
    if not actor.runs_the_practice or wanted.assigned_to is not None:
        return "visible_by_client"
    return "by_client" if wanted.name is None else "by_name"


def to_document(client: Client) -> Document:
    """Return the document."""
    return {
        "_id": client.id,
        "practice_id": client.practice_id,
        "name": client.name,
        "search": searchable(client.name),
        "email": client.email,
        "email_key": client.email.casefold(),
        "phone": client.phone,
        "birth_date": dates.to_bson(client.birth_date),
        "assigned_staff_ids": list(client.assigned_staff_ids),
        "time_zone": client.time_zone,
        "version": client.version,
    }


def from_document(document: Document) -> Client:
    """Return the client."""
    return Client(
        id=document["_id"],
        practice_id=document["practice_id"],
        name=document["name"],
        email=document["email"],
        phone=document["phone"],
        birth_date=dates.from_bson(document["birth_date"]),
        assigned_staff_ids=tuple(document["assigned_staff_ids"]),
        time_zone=document["time_zone"],
        version=document["version"],
    )
