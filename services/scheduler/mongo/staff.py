"""`staff`: the people of a practice who sign in."""

from collections.abc import Iterable
from uuid import UUID

from services.scheduler.domain.people import StaffMember
from shared.auth.actors import Role
from shared.mongo import Collection, Database, Document, Session


class Staff:
    """Reads and writes members of staff."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["staff"]

    async def get(
        self, practice_id: UUID, staff_id: UUID, *, session: Session | None = None
    ) -> StaffMember | None:
        """Return the practice's member of staff, or None."""
        document = await self._collection.find_one(
            {"_id": staff_id, "practice_id": practice_id}, session=session
        )
        return None if document is None else from_document(document)

    async def of_practice(self, practice_id: UUID) -> list[StaffMember]:
        """Return all of the practice, those who have left included, in no order."""
        cursor = self._collection.find({"practice_id": practice_id})
        return [from_document(document) async for document in cursor]

    async def others_run_the_practice(self, member: StaffMember, *, session: Session) -> bool:
        """Say whether somebody else is an active practice scheduler there."""
        other = await self._collection.find_one(
            {
                "practice_id": member.practice_id,
                "_id": {"$ne": member.id},
                "role": Role.PRACTICE_SCHEDULER.value,
                "active": True,
            },
            {"_id": 1},
            session=session,
        )
        return other is not None

    async def get_many(self, ids: Iterable[UUID]) -> dict[UUID, StaffMember]:
        """Return those that exist, by id, of any practice; for taking requests in."""
        cursor = self._collection.find({"_id": {"$in": list(ids)}})
        return {document["_id"]: from_document(document) async for document in cursor}

    async def save(self, member: StaffMember) -> None:
        """Insert or replace the member, whatever is there."""
        await self._collection.replace_one({"_id": member.id}, to_document(member), upsert=True)

    async def add(self, member: StaffMember) -> None:
        """Insert a new member; raises DuplicateKeyError for an id or address that is taken."""
        await self._collection.insert_one(to_document(member))

    async def replace(self, before: StaffMember, after: StaffMember, *, session: Session) -> None:
        """Replace what was read in the same session; raises DuplicateKeyError for an address."""
        await self._collection.replace_one(
            {"_id": before.id, "practice_id": before.practice_id, "version": before.version},
            to_document(after),
            session=session,
        )


def to_document(member: StaffMember) -> Document:
    """Return the document."""
    return {
        "_id": member.id,
        "practice_id": member.practice_id,
        "name": member.name,
        "email": member.email,
        "email_key": member.email.casefold(),
        "role": member.role.value,
        "active": member.active,
        "version": member.version,
    }


def from_document(document: Document) -> StaffMember:
    """Return the member of staff."""
    return StaffMember(
        id=document["_id"],
        practice_id=document["practice_id"],
        name=document["name"],
        email=document["email"],
        role=Role(document["role"]),
        active=document["active"],
        version=document["version"],
    )
