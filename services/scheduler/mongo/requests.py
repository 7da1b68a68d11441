"""`requests`: what clients asked for, and its decision."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import AppointmentRequest, RequestFlag
from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.notification import NotificationStatus
from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo import request_queries as queries
from services.scheduler.mongo.access import own_requests, visible_to
from services.scheduler.mongo.appointments import LONGEST
from services.scheduler.mongo.request_documents import (
    decision_fields,
    from_document,
    to_document,
)
from services.scheduler.mongo.request_queries import ListPosition, Order, RequestFilter
from services.scheduler.mongo.search import searchable, sort_key
from shared.auth.actors import PortalActor
from shared.mongo import BulkWriteError, Collection, Database, Document, Session
from shared.schemas.vocabulary import RequestStatus

_DUPLICATE_KEY: Final = 11_000
_PENDING: Final = RequestStatus.PENDING.value

_OF_CLIENT: Final = "of_client"
"""What an update of all of a client's requests walks along: an index on nothing it changes.

Where another writes an entry of the walked index meanwhile, the walk may pass the document by.
"""


@dataclass(frozen=True, slots=True)
class Received:
    """A request taken in, with what its document needs beside it."""

    request: AppointmentRequest
    visible_to: frozenset[UUID]
    fingerprint: str


class Requests:
    """Reads and writes requests."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["requests"]

    async def insert_many(self, received: Sequence[Received]) -> list[Received]:
        """Insert in one unordered write; return those that were there already.

        Raises:
            BulkWriteError: some failed for another reason; the others are in.

        """
        documents = [
            {
                **to_document(item.request),
                "visible_to": sorted(item.visible_to),
                "fingerprint": item.fingerprint,
            }
            for item in received
        ]
        try:
            await self._collection.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            faults: list[dict[str, Any]] = (error.details or {}).get("writeErrors", [])
            if not faults or any(fault["code"] != _DUPLICATE_KEY for fault in faults):
                raise
            return [received[fault["index"]] for fault in faults]
        return []

    async def flag_key_reuse(self, received: Sequence[Received]) -> None:
        """Flag the first request wherever the same id came again with other content."""
        for item in received:
            await self._collection.update_one(
                {
                    "_id": item.request.id,
                    "practice_id": item.request.practice_id,
                    "fingerprint": {"$ne": item.fingerprint},
                },
                {"$addToSet": {"flags": RequestFlag.KEY_REUSED.value}},
            )

    async def get(self, actor: StaffMember, request_id: UUID) -> AppointmentRequest | None:
        """Return the request when the actor may see it, or None."""
        document = await self._collection.find_one({**visible_to(actor), "_id": request_id})
        return None if document is None else from_document(document)

    async def get_submitted(self, practice_id: UUID, request_id: UUID) -> AppointmentRequest | None:
        """Return the request whoever may see it, or None; for what its client does with it."""
        document = await self._collection.find_one({"_id": request_id, "practice_id": practice_id})
        return None if document is None else from_document(document)

    async def get_own(self, actor: PortalActor, request_id: UUID) -> AppointmentRequest | None:
        """Return the actor's own request, or None."""
        document = await self._collection.find_one({**own_requests(actor), "_id": request_id})
        return None if document is None else from_document(document)

    async def pending_about(
        self, actor: PortalActor, appointment_ids: Iterable[UUID]
    ) -> dict[UUID, UUID]:
        """Return, by appointment, the actor's own request about it that waits."""
        query = {
            **own_requests(actor),
            "asked.appointment_id": {"$in": list(appointment_ids)},
            "status": _PENDING,
        }
        cursor = self._collection.find(query, {"asked.appointment_id": 1})
        return {row["asked"]["appointment_id"]: row["_id"] async for row in cursor}

    async def list_own(
        self, actor: PortalActor, *, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[AppointmentRequest]:
        """Return the actor's own, what is latest first, beginning after a position."""
        query = own_requests(actor)
        if after is not None:
            when, identifier = after
            query["$or"] = [
                {"relevant_time": {"$lt": when}},
                {"relevant_time": when, "_id": {"$lt": identifier}},
            ]
        cursor = self._collection.find(query).sort([("relevant_time", -1), ("_id", -1)])
        return [from_document(document) async for document in cursor.limit(limit)]

    async def find(
        self,
        actor: StaffMember,
        wanted: RequestFilter,
        order: Order,
        *,
        after: ListPosition | None,
        limit: int,
    ) -> list[AppointmentRequest]:
        """Return at most `limit` of them in that order, beginning after a position."""
        query = queries.to_query(actor, wanted)
        if after is not None:
            query["$and"] = [*query.get("$and", []), queries.after(after, order)]
        cursor = self._collection.find(query).sort(queries.to_sort(order)).limit(limit)
        cursor = cursor.hint(queries.index_for(actor, wanted, order))
        return [from_document(document) async for document in cursor]

    async def count(
        self, actor: StaffMember, wanted: RequestFilter, order: Order, *, at_most: int
    ) -> int:
        """Return how many there are, counting no further than `at_most`."""
        return await self._collection.count_documents(
            queries.to_query(actor, wanted),
            limit=at_most,
            hint=queries.index_for(actor, wanted, order),
        )

    async def pending_within(
        self,
        actor: StaffMember,
        wanted: Interval,
        clinician_ids: frozenset[UUID] | None,
        *,
        limit: int,
    ) -> list[AppointmentRequest]:
        """Return what the actor may see of those that wait for a time in a range, by that time."""
        query = {**visible_to(actor), **_pending_about(wanted)}
        index = "by_requested" if actor.runs_the_practice else "visible_by_requested"
        if clinician_ids is not None:
            query["asked.clinician_id"] = {"$in": sorted(clinician_ids)}
            index = "by_clinician" if actor.runs_the_practice else index
        cursor = self._collection.find(query).sort([("relevant_time", 1), ("_id", 1)]).limit(limit)
        cursor = cursor.hint(index)
        return [from_document(document) async for document in cursor]

    async def wanting(
        self, request: AppointmentRequest, wanted: Interval, clinician_id: UUID, *, limit: int
    ) -> list[tuple[AppointmentRequest, frozenset[UUID]]]:
        """Return the others that wait for the clinician around that time, and who may see each."""
        query = {
            "practice_id": request.practice_id,
            **_pending_about(wanted),
            "_id": {"$ne": request.id},
            "asked.clinician_id": clinician_id,
        }
        cursor = self._collection.find(query).sort([("relevant_time", 1), ("_id", 1)]).limit(limit)
        cursor = cursor.hint("by_clinician")
        return [(from_document(row), frozenset(row["visible_to"])) async for row in cursor]

    async def holding(
        self,
        practice_id: UUID,
        clinician_ids: Iterable[UUID],
        within: Interval,
        *,
        except_of: UUID | None,
    ) -> dict[UUID, list[Interval]]:
        """Return the times that pending requests hold of each clinician; not those of a client."""
        held: dict[UUID, list[Interval]] = {clinician: [] for clinician in clinician_ids}
        query = {
            "practice_id": practice_id,
            "asked.clinician_id": {"$in": sorted(held)},
            **_pending_about(within),
        }
        if except_of is not None:
            query["client.client_id"] = {"$ne": except_of}
        fields = {"asked.clinician_id": 1, "asked.start": 1, "asked.minutes": 1}
        async for row in self._collection.find(query, fields).hint("by_clinician"):
            asked = row["asked"]
            if asked["start"] is not None:
                end = asked["start"] + timedelta(minutes=asked["minutes"] or 0)
                held[asked["clinician_id"]].append(Interval(asked["start"], end))
        return held

    async def to_follow_up(self, actor: StaffMember, *, limit: int) -> list[AppointmentRequest]:
        """Return the declined ones whose clients nobody has told yet, longest waiting first."""
        query = {**visible_to(actor), "follow_up.done": False}
        cursor = self._collection.find(query).sort([("decision.at", 1), ("_id", 1)]).limit(limit)
        return [from_document(document) async for document in cursor]

    async def with_failed_message(
        self, actor: StaffMember, *, limit: int
    ) -> list[AppointmentRequest]:
        """Return the declined ones whose message did not arrive, and nobody has seen to it.

        The e-mail of an approved one is its appointment's.
        """
        query = {
            **visible_to(actor),
            "status": RequestStatus.DECLINED.value,
            "notification.status": NotificationStatus.FAILED.value,
            "notification.handled_by": None,
        }
        cursor = self._collection.find(query).sort([("notification.at", 1), ("_id", 1)])
        return [from_document(row) async for row in cursor.limit(limit).hint("failed_messages")]

    async def save_decision(
        self,
        actor: StaffMember | None,
        before: AppointmentRequest,
        after: AppointmentRequest,
        *,
        visible: set[UUID],
        session: Session,
    ) -> bool:
        """Write the decision if the request is still as it was read; say whether it was written.

        `visible` are staff who may see the request from now on, beside those who could before. The
        actor must still see it; None is its client, who takes it back.
        """
        written = await self._collection.update_one(
            *_decision_write(actor, before, after, visible), session=session
        )
        return bool(written.modified_count)

    async def save_approval(
        self,
        actor: StaffMember,
        before: AppointmentRequest,
        after: AppointmentRequest,
        *,
        visible: set[UUID],
        session: Session,
    ) -> frozenset[UUID] | None:
        """Do the same; return who could see the request until then, or None if not written."""
        document = await self._collection.find_one_and_update(
            *_decision_write(actor, before, after, visible), {"visible_to": 1}, session=session
        )
        return None if document is None else frozenset(document["visible_to"])

    async def save_follow_up(
        self, before: AppointmentRequest, after: AppointmentRequest, *, session: Session
    ) -> bool:
        """Write the follow-up if the request is still as it was read; say whether it was."""
        assert after.follow_up is not None  # noqa: S101  a declined request has one
        written = await self._collection.update_one(
            {"_id": before.id, "practice_id": before.practice_id, "version": before.version},
            {"$set": {"follow_up": asdict(after.follow_up), "version": after.version}},
            session=session,
        )
        return bool(written.modified_count)

    async def flag_pending_about(
        self,
        practice_id: UUID,
        appointment_id: UUID,
        flag: RequestFlag,
        *,
        except_id: UUID | None,
        session: Session,
    ) -> None:
        """Flag all that wait about an appointment which has just changed."""
        await self._collection.update_many(
            {
                "practice_id": practice_id,
                "asked.appointment_id": appointment_id,
                "status": _PENDING,
                "_id": {"$ne": except_id},
            },
            {"$addToSet": {"flags": flag.value}, "$inc": {"version": 1}},
            session=session,
        )

    async def flag_if_changed(self, original: Appointment) -> None:
        """Flag all that wait about an appointment which is otherwise than they were told, once."""
        about = {
            "practice_id": original.practice_id,
            "asked.appointment_id": original.id,
            "status": _PENDING,
        }
        moved = {**about, "asked.original_start": {"$ne": original.booking.start}}
        cases = [(RequestFlag.ORIGINAL_MOVED, moved)]
        if not original.is_booked:
            cases.append((RequestFlag.ORIGINAL_CANCELLED, about))
        for flag, case in cases:
            await self._collection.update_many(
                {**case, "flags": {"$ne": flag.value}},
                {"$addToSet": {"flags": flag.value}, "$inc": {"version": 1}},
            )

    async def rename_client(self, practice_id: UUID, client_id: UUID, name: str) -> None:
        """Write the client's name on what waits of theirs, so that a search finds it."""
        await self._collection.update_many(
            {
                "practice_id": practice_id,
                "client.client_id": client_id,
                "status": _PENDING,
                "client.name": {"$ne": name},
            },
            {
                "$set": {"client.name": name, "client.search": searchable(name)},
                "$inc": {"version": 1},
            },
            hint=_OF_CLIENT,
        )

    async def show_to(self, practice_id: UUID, client_id: UUID, staff: frozenset[UUID]) -> None:
        """Show a client's requests to their staff; a new client's also to who was asked for."""
        asked_for = {
            "$cond": ["$client.is_new", {"$setDifference": [["$asked.clinician_id"], [None]]}, []]
        }
        await self._collection.update_many(
            {"practice_id": practice_id, "client.client_id": client_id},
            [{"$set": {"visible_to": {"$setUnion": [sorted(staff), asked_for]}}}],
            hint=_OF_CLIENT,
        )


def _decision_write(
    actor: StaffMember | None,
    before: AppointmentRequest,
    after: AppointmentRequest,
    visible: set[UUID],
) -> tuple[Document, Document]:
    """Return the condition and the update of a decision."""
    access = {"practice_id": before.practice_id} if actor is None else visible_to(actor)
    condition = {**access, "_id": before.id, "status": _PENDING, "version": before.version}
    decided = {
        "status": after.status.value,
        "version": after.version,
        "client.client_id": after.requester.client_id,
        **decision_fields(after),
    }
    seen_by = {"visible_to": {"$each": sorted(visible)}}
    return condition, {"$set": decided, "$addToSet": seen_by}


def _pending_about(wanted: Interval) -> Document:
    return {
        "status": _PENDING,
        "relevant_time": {"$gt": wanted.start - LONGEST, "$lt": wanted.end},
    }


def position_of(request: AppointmentRequest, order: Order) -> ListPosition:
    """Return where a page ends whose last request this is."""
    values: dict[str, datetime | str] = {
        queries.SortKey.REQUESTED: request.relevant_time,
        queries.SortKey.MADE: request.submitted_at,
        queries.SortKey.CLIENT: sort_key(request.requester.name),
    }
    return ListPosition(values[order.key], request.id)
