"""`services`: what can be booked."""

from collections.abc import Iterable
from uuid import UUID

from services.scheduler.domain.people import Service
from shared.mongo import Collection, Database, Document
from shared.schemas.vocabulary import Modality


class Services:
    """Reads and writes services."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["services"]

    async def get(self, practice_id: UUID, service_id: UUID) -> Service | None:
        """Return the practice's service, or None."""
        document = await self._collection.find_one({"_id": service_id, "practice_id": practice_id})
        return None if document is None else from_document(document)

    async def get_many(self, ids: Iterable[UUID]) -> dict[UUID, Service]:
        """Return those that exist, by id, of any practice; for taking requests in."""
        cursor = self._collection.find({"_id": {"$in": list(ids)}})
        return {document["_id"]: from_document(document) async for document in cursor}

    async def of_practice(self, practice_id: UUID) -> list[Service]:
        """Return all of the practice, by label, those not offered any more included."""
        cursor = self._collection.find({"practice_id": practice_id}).sort(
            [("label", 1), ("_id", 1)]
        )
        return [from_document(document) async for document in cursor]

    async def save(self, service: Service) -> None:
        """Insert or replace it, whatever is there."""
        await self._collection.replace_one({"_id": service.id}, to_document(service), upsert=True)

    async def add(self, service: Service) -> None:
        """Insert a new one; raises DuplicateKeyError for an id that is there."""
        await self._collection.insert_one(to_document(service))

    async def replace(self, before: Service, after: Service) -> bool:
        """Replace it if it is still as it was read; say whether it was."""
        written = await self._collection.replace_one(
            {"_id": before.id, "practice_id": before.practice_id, "version": before.version},
            to_document(after),
        )
        return bool(written.matched_count)


def to_document(service: Service) -> Document:
    """Return the document."""
    return {
        "_id": service.id,
        "practice_id": service.practice_id,
        "code": service.code,
        "label": service.label,
        "appointment_type": service.appointment_type,
        "minutes": service.minutes,
        "fewest_minutes": service.fewest_minutes,
        "most_minutes": service.most_minutes,
        "modality": service.modality.value,
        "location": service.location,
        "active": service.active,
        "version": service.version,
    }


def from_document(document: Document) -> Service:
    """Return the service."""
    return Service(
        id=document["_id"],
        practice_id=document["practice_id"],
        code=document["code"],
        label=document["label"],
        appointment_type=document["appointment_type"],
        minutes=document["minutes"],
        modality=Modality(document["modality"]),
        location=document["location"],
        fewest_minutes=document["fewest_minutes"],
        most_minutes=document["most_minutes"],
        active=document["active"],
        version=document["version"],
    )
