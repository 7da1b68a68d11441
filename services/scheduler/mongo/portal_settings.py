"""`portal_settings`: one document for each practice, under the practice's id."""

from collections.abc import Iterable
from uuid import UUID

from services.scheduler.domain.portal_settings import (
    ClinicianOffer,
    PortalSettings,
    ServiceOffer,
)
from shared.mongo import Collection, Database, Document, DuplicateKeyError
from shared.portal.policy import Audience
from shared.schemas.vocabulary import RequestType


class AllPortalSettings:
    """Reads and writes portal settings; who never set any has those of version 0."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["portal_settings"]

    async def get(self, practice_id: UUID) -> PortalSettings:
        """Return the practice's."""
        document = await self._collection.find_one({"_id": practice_id})
        return PortalSettings(practice_id) if document is None else from_document(document)

    async def get_many(self, practice_ids: Iterable[UUID]) -> dict[UUID, PortalSettings]:
        """Return those that were ever set; for taking requests in."""
        cursor = self._collection.find({"_id": {"$in": list(practice_ids)}})
        return {document["_id"]: from_document(document) async for document in cursor}

    async def save(self, settings: PortalSettings) -> None:
        """Insert or replace them, whatever is there."""
        await self._collection.replace_one(
            {"_id": settings.practice_id}, to_document(settings), upsert=True
        )

    async def replace(self, before: PortalSettings, after: PortalSettings) -> bool:
        """Replace them if they are still as they were read; say whether they were."""
        if before.version == 0:
            try:
                await self._collection.insert_one(to_document(after))
            except DuplicateKeyError:
                return False
            return True
        written = await self._collection.replace_one(
            {"_id": before.practice_id, "version": before.version}, to_document(after)
        )
        return bool(written.matched_count)


def to_document(settings: PortalSettings) -> Document:
    """Return the document."""
    return {
        "_id": settings.practice_id,
        "is_open": settings.is_open,
        "audience": settings.audience.value,
        "request_types": sorted(kind.value for kind in settings.request_types),
        "services": [
            {"service_id": offer.service_id, "audience": offer.audience.value}
            for offer in settings.services
        ],
        "clinicians": [
            {"staff_id": offer.staff_id, "accepts_new_clients": offer.accepts_new_clients}
            for offer in settings.clinicians
        ],
        "scheduling_notice_minutes": settings.scheduling_notice_minutes,
        "rescheduling_notice_minutes": settings.rescheduling_notice_minutes,
        "cancelling_notice_minutes": settings.cancelling_notice_minutes,
        "horizon_days": settings.horizon_days,
        "most_pending": settings.most_pending,
        "pending_holds_slot": settings.pending_holds_slot,
        "portal_url": settings.portal_url,
        "version": settings.version,
    }


def from_document(document: Document) -> PortalSettings:
    """Return the settings."""
    return PortalSettings(
        practice_id=document["_id"],
        is_open=document["is_open"],
        audience=Audience(document["audience"]),
        request_types=frozenset(RequestType(kind) for kind in document["request_types"]),
        services=tuple(
            ServiceOffer(offer["service_id"], Audience(offer["audience"]))
            for offer in document["services"]
        ),
        clinicians=tuple(
            ClinicianOffer(offer["staff_id"], offer["accepts_new_clients"])
            for offer in document["clinicians"]
        ),
        scheduling_notice_minutes=document["scheduling_notice_minutes"],
        rescheduling_notice_minutes=document["rescheduling_notice_minutes"],
        cancelling_notice_minutes=document["cancelling_notice_minutes"],
        horizon_days=document["horizon_days"],
        most_pending=document["most_pending"],
        pending_holds_slot=document["pending_holds_slot"],
        portal_url=document.get("portal_url"),
        version=document["version"],
    )
