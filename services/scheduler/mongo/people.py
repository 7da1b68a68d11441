"""`practices`, `staff`, `services` and `clients`."""

import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime
from uuid import UUID

from services.scheduler.domain.people import Client, Practice, Service, StaffMember
from shared.auth.actors import Role
from shared.mongo import Collection, Database, Document, Session
from shared.schemas.vocabulary import Modality


class Practices:
    """Reads and writes practices."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["practices"]

    async def get(self, practice_id: UUID) -> Practice | None:
        """Return it, or None."""
        document = await self._collection.find_one({"_id": practice_id})
        return None if document is None else _practice(document)

    async def get_existing(self, ids: Iterable[UUID]) -> set[UUID]:
        """Return those of the ids that are practices."""
        cursor = self._collection.find({"_id": {"$in": list(ids)}}, {"_id": 1})
        return {document["_id"] async for document in cursor}

    async def save(self, practice: Practice) -> None:
        """Insert or replace it."""
        document = {
            "_id": practice.id,
            "slug": practice.slug,
            "name": practice.name,
            "time_zone": practice.time_zone,
            "phone": practice.phone,
            "email": practice.email,
        }
        await self._collection.replace_one({"_id": practice.id}, document, upsert=True)


class Staff:
    """Reads and writes members of staff."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["staff"]

    async def get(self, practice_id: UUID, staff_id: UUID) -> StaffMember | None:
        """Return the practice's member of staff, or None."""
        document = await self._collection.find_one({"_id": staff_id, "practice_id": practice_id})
        return None if document is None else _staff_member(document)

    async def get_many(self, ids: Iterable[UUID]) -> dict[UUID, StaffMember]:
        """Return those that exist, by id, of any practice; for taking requests in."""
        cursor = self._collection.find({"_id": {"$in": list(ids)}})
        return {document["_id"]: _staff_member(document) async for document in cursor}

    async def save(self, member: StaffMember) -> None:
        """Insert or replace the member."""
        document = {
            "_id": member.id,
            "practice_id": member.practice_id,
            "name": member.name,
            "email": member.email,
            "role": member.role.value,
        }
        await self._collection.replace_one({"_id": member.id}, document, upsert=True)


class Services:
    """Reads and writes services."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["services"]

    async def get(self, practice_id: UUID, service_id: UUID) -> Service | None:
        """Return the practice's service, or None."""
        document = await self._collection.find_one({"_id": service_id, "practice_id": practice_id})
        return None if document is None else _service(document)

    async def get_many(self, ids: Iterable[UUID]) -> dict[UUID, Service]:
        """Return those that exist, by id, of any practice; for taking requests in."""
        cursor = self._collection.find({"_id": {"$in": list(ids)}})
        return {document["_id"]: _service(document) async for document in cursor}

    async def save(self, service: Service) -> None:
        """Insert or replace it."""
        document = {
            "_id": service.id,
            "practice_id": service.practice_id,
            "code": service.code,
            "label": service.label,
            "appointment_type": service.appointment_type,
            "minutes": service.minutes,
            "modality": service.modality.value,
            "location": service.location,
        }
        await self._collection.replace_one({"_id": service.id}, document, upsert=True)


class Clients:
    """Reads and writes client records."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["clients"]

    async def get(self, practice_id: UUID, client_id: UUID) -> Client | None:
        """Return the practice's client, or None."""
        document = await self._collection.find_one({"_id": client_id, "practice_id": practice_id})
        return None if document is None else _client(document)

    async def get_many(self, ids: Iterable[UUID]) -> dict[UUID, Client]:
        """Return those that exist, by id, of any practice; for taking requests in."""
        cursor = self._collection.find({"_id": {"$in": list(ids)}})
        return {document["_id"]: _client(document) async for document in cursor}

    async def add(self, client: Client, *, session: Session) -> None:
        """Insert a new client."""
        await self._collection.insert_one(_client_document(client), session=session)

    async def save(self, client: Client) -> None:
        """Insert or replace the client."""
        document = _client_document(client)
        await self._collection.replace_one({"_id": client.id}, document, upsert=True)


def search_words(name: str) -> list[str]:
    """Return the words of a name without case and accents, for prefix search."""
    folded = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(character for character in folded if not unicodedata.combining(character))
    return plain.split()


def date_to_bson(value: date | None) -> datetime | None:
    """Return a calendar date as BSON keeps one: midnight UTC."""
    return None if value is None else datetime(value.year, value.month, value.day, tzinfo=UTC)


def _practice(document: Document) -> Practice:
    return Practice(
        id=document["_id"],
        slug=document["slug"],
        name=document["name"],
        time_zone=document["time_zone"],
        phone=document["phone"],
        email=document["email"],
    )


def _staff_member(document: Document) -> StaffMember:
    return StaffMember(
        id=document["_id"],
        practice_id=document["practice_id"],
        name=document["name"],
        email=document["email"],
        role=Role(document["role"]),
    )


def _service(document: Document) -> Service:
    return Service(
        id=document["_id"],
        practice_id=document["practice_id"],
        code=document["code"],
        label=document["label"],
        appointment_type=document["appointment_type"],
        minutes=document["minutes"],
        modality=Modality(document["modality"]),
        location=document["location"],
    )


def _client_document(client: Client) -> Document:
    return {
        "_id": client.id,
        "practice_id": client.practice_id,
        "name": client.name,
        "search_words": search_words(client.name),
        "email": client.email,
        "phone": client.phone,
        "birth_date": date_to_bson(client.birth_date),
        "assigned_staff_ids": list(client.assigned_staff_ids),
        "time_zone": client.time_zone,
    }


def _client(document: Document) -> Client:
    return Client(
        id=document["_id"],
        practice_id=document["practice_id"],
        name=document["name"],
        email=document["email"],
        phone=document["phone"],
        birth_date=document["birth_date"].date(),
        assigned_staff_ids=tuple(document["assigned_staff_ids"]),
        time_zone=document["time_zone"],
    )
