"""`requests`: what clients asked for, and its decision."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.scheduler.domain.appointment_request import (
    AppointmentRequest,
    Asked,
    Decision,
    Edits,
    Requester,
    RequestFlag,
    RequestStatus,
)
from services.scheduler.mongo.access import visible_to
from services.scheduler.mongo.people import date_to_bson, search_words
from shared.auth.actors import StaffActor
from shared.mongo import BulkWriteError, Collection, Database, Document, Session
from shared.schemas.vocabulary import Modality, RequestType

_DUPLICATE_KEY = 11_000


@dataclass(frozen=True, slots=True)
class ListPosition:
    """Where a page ended: the time a request is about, and its id."""

    relevant_time: datetime
    request_id: UUID


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

    async def get(self, actor: StaffActor, request_id: UUID) -> AppointmentRequest | None:
        """Return the request when the actor may see it, or None."""
        document = await self._collection.find_one({**visible_to(actor), "_id": request_id})
        return None if document is None else from_document(document)

    async def list_by_status(
        self,
        actor: StaffActor,
        status: RequestStatus,
        *,
        made_since: datetime,
        after: ListPosition | None,
        limit: int,
    ) -> list[AppointmentRequest]:
        """Return at most `limit` of them, earliest time first, beginning after a position."""
        query: Document = {
            **visible_to(actor),
            "status": status.value,
            "submitted_at": {"$gte": made_since},
        }
        if after is not None:
            query["$or"] = [
                {"relevant_time": {"$gt": after.relevant_time}},
                {"relevant_time": after.relevant_time, "_id": {"$gt": after.request_id}},
            ]
        cursor = self._collection.find(query).sort([("relevant_time", 1), ("_id", 1)]).limit(limit)
        return [from_document(document) async for document in cursor]

    async def save_decision(
        self,
        actor: StaffActor,
        before: AppointmentRequest,
        after: AppointmentRequest,
        *,
        visible: set[UUID],
        session: Session,
    ) -> bool:
        """Write the decision if the request is still as it was read; say whether it was written.

        `visible` are staff who may see the request from now on, beside those who could before.
        """
        assert after.decision is not None  # noqa: S101  a decided request has one
        written = await self._collection.update_one(
            {
                **visible_to(actor),
                "_id": before.id,
                "status": RequestStatus.PENDING.value,
                "version": before.version,
            },
            {
                "$set": {
                    "status": after.status.value,
                    "version": after.version,
                    "decision": _decision_to_document(after.decision),
                    "client.client_id": after.requester.client_id,
                },
                "$addToSet": {"visible_to": {"$each": sorted(visible)}},
            },
            session=session,
        )
        return bool(written.modified_count)


def to_document(request: AppointmentRequest) -> Document:
    """Return the document, without what only queries need."""
    return {
        "_id": request.id,
        "practice_id": request.practice_id,
        "type": request.type.value,
        "status": request.status.value,
        "version": request.version,
        "client": {
            **asdict(request.requester),
            "birth_date": date_to_bson(request.requester.birth_date),
            "search_words": search_words(request.requester.name),
        },
        "asked": asdict(request.asked),
        "relevant_time": request.relevant_time,
        "flags": sorted(flag.value for flag in request.flags),
        "submitted_at": request.submitted_at,
        "received_at": request.received_at,
        "correlation_id": request.correlation_id,
        "decision": request.decision and _decision_to_document(request.decision),
    }


def from_document(document: Document) -> AppointmentRequest:
    """Return the request."""
    return AppointmentRequest(
        id=document["_id"],
        practice_id=document["practice_id"],
        type=RequestType(document["type"]),
        status=RequestStatus(document["status"]),
        version=document["version"],
        requester=_requester(document["client"]),
        asked=_asked(document["asked"]),
        flags=frozenset(RequestFlag(flag) for flag in document["flags"]),
        submitted_at=document["submitted_at"],
        received_at=document["received_at"],
        correlation_id=document["correlation_id"],
        decision=document["decision"] and _decision_from_document(document["decision"]),
    )


def _requester(document: Document) -> Requester:
    born = document["birth_date"]
    return Requester(
        client_id=document["client_id"],
        is_new=document["is_new"],
        name=document["name"],
        email=document["email"],
        phone=document["phone"],
        birth_date=None if born is None else born.date(),
        time_zone=document["time_zone"],
    )


def _asked(document: Document) -> Asked:
    return Asked(
        start=document["start"],
        service_id=document["service_id"],
        service_label=document["service_label"],
        clinician_id=document["clinician_id"],
        clinician_name=document["clinician_name"],
        note=document["note"],
        appointment_id=document["appointment_id"],
        original_start=document["original_start"],
    )


def _decision_to_document(decision: Decision) -> Document:
    edits = asdict(decision.edits)
    return {
        "status": decision.status.value,
        "by_staff_id": decision.by_staff_id,
        "by_name": decision.by_name,
        "at": decision.at,
        "edits": {**edits, "modality": edits["modality"] and edits["modality"].value},
        "reason": decision.reason,
        "appointment_id": decision.appointment_id,
    }


def _decision_from_document(document: Document) -> Decision:
    edits = document["edits"]
    modality = edits["modality"] and Modality(edits["modality"])
    return Decision(
        status=RequestStatus(document["status"]),
        by_staff_id=document["by_staff_id"],
        by_name=document["by_name"],
        at=document["at"],
        edits=Edits(**{**edits, "modality": modality}),
        reason=document["reason"],
        appointment_id=document["appointment_id"],
    )
