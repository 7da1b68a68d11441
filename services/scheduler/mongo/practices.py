"""`practices`: the tenants."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from services.scheduler.domain.people import Closure, Practice
from services.scheduler.mongo import dates, email_settings
from shared.mongo import Collection, Database, Document, Session

WITH_PORTAL: Final[Document] = {
    "$lookup": {
        "from": "portal_settings",
        "localField": "_id",
        "foreignField": "_id",
        "pipeline": [{"$project": {"portal_url": 1}}],
        "as": "portal",
    }
}
"""The stage that reads, with a practice, what its e-mails say of the portal."""


class Practices:
    """Reads and writes practices."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["practices"]

    async def get(self, practice_id: UUID) -> Practice | None:
        """Return it, or None."""
        return await self._find({"_id": practice_id})

    async def get_by_slug(self, slug: str) -> Practice | None:
        """Return the practice of that short name, or None; for commands."""
        return await self._find({"slug": slug})

    async def get_existing(self, ids: Iterable[UUID]) -> set[UUID]:
        """Return those of the ids that are practices."""
        cursor = self._collection.find({"_id": {"$in": list(ids)}}, {"_id": 1})
        return {document["_id"] async for document in cursor}

    async def take_turn(self, practice_id: UUID, *, session: Session) -> None:
        """Make every other transaction that takes a turn in the practice come after this one."""
        await self._collection.update_one(
            {"_id": practice_id}, {"$inc": {"turns": 1}}, session=session
        )

    async def save(self, practice: Practice) -> None:
        """Insert or replace it, whatever is there."""
        document = to_document(practice)
        await self._collection.replace_one({"_id": practice.id}, document, upsert=True)

    async def replace(self, before: Practice, after: Practice) -> bool:
        """Replace it if it is still as it was read; say whether it was."""
        written = await self._collection.replace_one(
            {"_id": before.id, "version": before.version}, to_document(after)
        )
        return bool(written.matched_count)

    async def lock_staff(self, practice_id: UUID, *, session: Session) -> None:
        """Let no other transaction that locks the staff of the practice commit beside this one.

        It is a write, so that the two conflict; its value means nothing.
        """
        await self._collection.update_one(
            {"_id": practice_id}, {"$inc": {"staff_locks": 1}}, session=session
        )

    async def _find(self, query: Document) -> Practice | None:
        async for row in self._collection.aggregate([{"$match": query}, WITH_PORTAL]):
            return from_document(row)
        return None


def to_document(practice: Practice) -> Document:
    """Return the document; where the portal is stays with its own settings."""
    return {
        "_id": practice.id,
        "slug": practice.slug,
        "name": practice.name,
        "time_zone": practice.time_zone,
        "phone": practice.phone,
        "email": practice.email,
        "locations": list(practice.locations),
        "closures": [
            {
                "first_day": dates.to_bson(closure.first_day),
                "last_day": dates.to_bson(closure.last_day),
                "reason": closure.reason,
            }
            for closure in practice.closures
        ],
        **email_settings.to_fields(practice.emails),
        "version": practice.version,
    }


def from_document(document: Document) -> Practice:
    """Return the practice, read with `WITH_PORTAL`."""
    portal: Document = next(iter(document["portal"]), {})
    return Practice(
        id=document["_id"],
        slug=document["slug"],
        name=document["name"],
        time_zone=document["time_zone"],
        phone=document["phone"],
        email=document["email"],
        locations=tuple(document["locations"]),
        closures=tuple(
            Closure(
                dates.from_bson(closure["first_day"]),
                dates.from_bson(closure["last_day"]),
                closure["reason"],
            )
            for closure in document["closures"]
        ),
        emails=email_settings.from_document(document),
        portal_url=portal.get("portal_url"),
        version=document["version"],
    )
