"""`clients`: client records."""

from collections.abc import Iterable
from datetime import date
from typing import Final
from uuid import UUID

from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.mongo import dates
from services.scheduler.mongo.access import clients_visible_to
from services.scheduler.mongo.search import searchable, sort_key
from shared.mongo import Collection, Database, Document, Session

_MOST_ALIKE: Final = 10


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

    async def resembling(
        self,
        practice_id: UUID,
        *,
        email: str,
        name: str,
        birth_date: date,
        session: Session | None = None,
    ) -> list[Client]:
        """Return the practice's clients with that address, or with that name and birth date."""
        query = {
            "practice_id": practice_id,
            "$or": [
                {"email_key": email.casefold()},
                {"birth_date": dates.to_bson(birth_date), "search.sort": sort_key(name)},
            ],
        }
        cursor = self._collection.find(query, session=session).sort("_id").limit(_MOST_ALIKE)
        return [from_document(row) async for row in cursor]

    async def add(self, client: Client, *, session: Session) -> None:
        """Insert a new client."""
        await self._collection.insert_one(to_document(client), session=session)

    async def save(self, client: Client) -> None:
        """Insert or replace the client, whatever is there."""
        await self._collection.replace_one({"_id": client.id}, to_document(client), upsert=True)


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
