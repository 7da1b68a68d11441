"""`clients`: client records."""

from collections.abc import Collection as Some
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.domain.portal_access import Invitation, PortalAccess
from services.scheduler.mongo import dates, notifications
from services.scheduler.mongo.access import clients_visible_to
from services.scheduler.mongo.search import name_begins, searchable, sort_key
from shared.mongo import BulkWriteError, Collection, Database, Document, Session
from shared.schemas.vocabulary import Language

Birth = tuple[date, str]
"""When somebody was born, and their name as it is sorted."""

_MOST_ALIKE: Final = 10
_DUPLICATE_KEY: Final = 11_000
_NOT_EDITED: Final = ("_id", "practice_id", "portal_access", "invitation")


@dataclass(frozen=True, slots=True)
class ClientFilter:
    """Which clients; None leaves it open. `name` holds beginnings of words of the name."""

    name: str | None = None
    ids: frozenset[UUID] | None = None
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

    async def get_visible(
        self, actor: StaffMember, client_id: UUID, *, session: Session | None = None
    ) -> Client | None:
        """Return the client when the actor may see the record, or None."""
        document = await self._collection.find_one(
            {**clients_visible_to(actor), "_id": client_id}, session=session
        )
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

    async def add(self, client: Client, *, session: Session | None = None) -> None:
        """Insert a new client; raises DuplicateKeyError for an id that is there."""
        await self._collection.insert_one(to_document(client), session=session)

    async def save(self, client: Client) -> None:
        """Insert or replace the client, whatever is there."""
        await self._collection.replace_one({"_id": client.id}, to_document(client), upsert=True)

    async def add_many(self, clients: Sequence[Client]) -> set[UUID]:
        """Insert in one unordered write; return the ids of those that were there already.

        Raises:
            BulkWriteError: some failed for another reason; the others are in.

        """
        documents = [to_document(client) for client in clients]
        try:
            await self._collection.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            faults: list[dict[str, Any]] = (error.details or {}).get("writeErrors", [])
            if not faults or any(fault["code"] != _DUPLICATE_KEY for fault in faults):
                raise
            return {clients[fault["index"]].id for fault in faults}
        return set()

    async def first_by_email(self, practice_id: UUID, emails: Iterable[str]) -> dict[str, UUID]:
        """Return for each address that a client of the practice has, casefolded, one of them."""
        found = self._collection.aggregate(
            [
                {"$match": {"practice_id": practice_id, "email_key": {"$in": sorted(emails)}}},
                {"$group": {"_id": "$email_key", "first": {"$min": "$_id"}}},
            ]
        )
        return {row["_id"]: row["first"] async for row in found}

    async def first_by_birth(self, practice_id: UUID, births: Some[Birth]) -> dict[Birth, UUID]:
        """Return for each birth date and name (its sort key) one client of the practice."""
        match = {
            "practice_id": practice_id,
            "birth_date": {"$in": sorted({dates.to_bson(born) for born, _name in births})},
            "search.sort": {"$in": sorted({name for _born, name in births})},
        }
        group = {
            "_id": {"born": "$birth_date", "name": "$search.sort"},
            "first": {"$min": "$_id"},
        }
        found = self._collection.aggregate([{"$match": match}, {"$group": group}])
        return {
            (dates.from_bson(row["_id"]["born"]), row["_id"]["name"]): row["first"]
            async for row in found
        }

    async def replace(self, before: Client, after: Client) -> bool:
        """Replace what people edit if it is still as it was read; say whether it was.

        An invitation written meanwhile stays.
        """
        edited = {
            field: value for field, value in to_document(after).items() if field not in _NOT_EDITED
        }
        written = await self._collection.update_one(
            {"_id": before.id, "practice_id": before.practice_id, "version": before.version},
            {"$set": edited},
        )
        return bool(written.matched_count)


def position_of(client: Client) -> tuple[str, UUID]:
    """Return where a page ends whose last client this is."""
    return sort_key(client.name), client.id


def _to_query(actor: StaffMember, wanted: ClientFilter) -> Document:
    conditions: list[Document] = []
    if wanted.ids is not None:
        conditions.append({"_id": {"$in": sorted(wanted.ids)}})
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
    if wanted.ids is not None:
        return "_id_"
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
        "language": client.language and client.language.value,
        "portal_access": client.portal_access.value,
        "invitation": invitation_document(client.invitation),
        "version": client.version,
    }


def invitation_document(invitation: Invitation | None) -> Document | None:
    """Return the sub-document."""
    if invitation is None:
        return None
    return {
        "id": invitation.id,
        "at": invitation.at,
        "by": {"staff_id": invitation.by_staff_id, "name": invitation.by_name},
        "notification": notifications.to_document(invitation.notification),
    }


def _invitation(document: Document | None) -> Invitation | None:
    notification = document and notifications.from_document(document["notification"])
    if not document or not notification:
        return None
    return Invitation(
        id=document["id"],
        at=document["at"],
        by_staff_id=document["by"]["staff_id"],
        by_name=document["by"]["name"],
        notification=notification,
    )


def access_in(document: Document) -> PortalAccess:
    """Return a client's access to the portal, as the migration would have it where it is missing.

    It is, where a process of the version before wrote the record after the migration.
    """
    return PortalAccess(document.get("portal_access", PortalAccess.ACTIVE))


def from_document(document: Document) -> Client:
    """Return the client."""
    language = document.get("language")  # not written by the version before
    return Client(
        id=document["_id"],
        practice_id=document["practice_id"],
        name=document["name"],
        email=document["email"],
        phone=document["phone"],
        birth_date=dates.from_bson(document["birth_date"]),
        assigned_staff_ids=tuple(document["assigned_staff_ids"]),
        time_zone=document["time_zone"],
        language=language and Language(language),
        version=document["version"],
        portal_access=access_in(document),
        invitation=_invitation(document.get("invitation")),
    )
