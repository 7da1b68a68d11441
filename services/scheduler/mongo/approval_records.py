"""The request to be approved and the records that approving needs, all in one round trip.

Each is a key or two of an index, so that the way to the server and back, ten times, cost more than
the reading; `make bench` shows it. MongoDB itself follows the request to what it names.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import AppointmentRequest, Edits
from services.scheduler.domain.people import Client, Practice, Service, StaffMember
from services.scheduler.domain.work_schedule import WorkSchedule
from services.scheduler.mongo import (
    appointments,
    clients,
    practices,
    request_documents,
    services,
    staff,
    work_schedules,
)
from services.scheduler.mongo.access import clients_visible_to, visible_to
from shared.mongo import Collection, Database, Document

_MOST_APPOINTMENTS: Final = 50
"""Of one client, from half a day before a time to half a day after it."""

_LONGEST_MINUTES: Final = appointments.LONGEST.total_seconds() // 60


@dataclass(frozen=True, slots=True)
class FoundRecords:
    """A request and what there is of the rest in the actor's practice, with staff's edits in mind.

    `original` is the client's own appointment that the request is about. `client` is the one staff
    chose, if the actor may choose that record, or else the request's own. `appointments` are the
    client's that the actor may see, around the time it would begin; `days` are the keys of the
    clinician's day documents then.
    """

    request: AppointmentRequest
    practice: Practice | None
    original: Appointment | None
    services: Mapping[UUID, Service]
    clinician: StaffMember | None
    schedule: WorkSchedule | None
    client: Client | None
    appointments: tuple[Appointment, ...]
    days: frozenset[str]


class ApprovalRecords:
    """Reads them."""

    def __init__(self, database: Database) -> None:
        self._requests: Collection = database["requests"]

    async def read(self, actor: StaffMember, request_id: UUID, edits: Edits) -> FoundRecords | None:
        """Return the request, when the actor may see it, with what there is; or None.

        What is about an appointment is read once more, with that: most requests are new ones.
        """
        row = await self._read(actor, request_id, _stages(actor, edits))
        if row is not None and row["asked"]["appointment_id"] is not None:
            original = _original(actor)
            row = await self._read(actor, request_id, [original, *_stages(actor, edits)])
        return None if row is None else _from_row(row)

    async def _read(
        self, actor: StaffMember, request_id: UUID, stages: Iterable[Document]
    ) -> Document | None:
        pipeline = [{"$match": {**visible_to(actor), "_id": request_id}}, *stages]
        rows = await self._requests.aggregate(pipeline).to_list(1)
        return next(iter(rows), None)


def _from_row(row: Document) -> FoundRecords:
    found = row["found"]
    return FoundRecords(
        request=request_documents.from_document(row),
        practice=next(map(practices.from_document, found["practices"]), None),
        original=next(map(appointments.from_document, found.get("originals", ())), None),
        services={one["_id"]: services.from_document(one) for one in found["services"]},
        clinician=next(map(staff.from_document, found["staff"]), None),
        schedule=next(map(work_schedules.from_document, found["work_schedules"]), None),
        client=next(map(clients.from_document, found["clients"]), None),
        appointments=tuple(map(appointments.from_document, found["appointments"])),
        days=frozenset(one["_id"] for one in found["calendar_days"]),
    )


def _original(actor: StaffMember) -> Document:
    of_the_same_client = {"$expr": {"$eq": ["$client_id", "$$client"]}}
    return _lookup(
        "appointments",
        "asked.appointment_id",
        {"practice_id": actor.practice_id, **of_the_same_client},
        let={"client": "$client.client_id"},
        into="originals",
    )


def _stages(actor: StaffMember, edits: Edits) -> Iterator[Document]:
    own = {"practice_id": actor.practice_id}
    yield {"$set": {"wanted": _wanted(edits)}}
    yield {"$set": {"wanted": _around_the_start()}}
    yield _lookup("practices", "practice_id", {}, practices.WITH_PORTAL)
    yield _lookup("services", "wanted.service_ids", own)
    yield _lookup("staff", "wanted.clinician_id", own)
    yield _lookup("work_schedules", "wanted.clinician_id", own)
    # Who is on the request is known to whoever may see it; whom staff choose they must see.
    yield _lookup(
        "clients", "wanted.client_id", own if edits.client_id is None else clients_visible_to(actor)
    )
    yield from _around(actor)


def _wanted(edits: Edits) -> Document:
    """Return what would be booked, in the order in which approving decides it."""
    service_ids: list[object] = ["$asked.service_id", _of_original("service_id")]
    if edits.service_id is not None:
        service_ids.append(edits.service_id)
    return {
        "clinician_id": edits.clinician_id or _asked_or_original("clinician_id"),
        "start": edits.start or _asked_or_original("start"),
        "client_id": edits.client_id or "$client.client_id",
        "service_ids": service_ids,
    }


def _around_the_start() -> Document:
    minutes = {"startDate": "$wanted.start", "unit": "minute"}
    return {
        "first_day": {"$dateTrunc": {"date": "$wanted.start", "unit": "day"}},
        "from": {"$dateSubtract": {**minutes, "amount": _LONGEST_MINUTES}},
        "until": {"$dateAdd": {**minutes, "amount": _LONGEST_MINUTES}},
    }


def _around(actor: StaffMember) -> Iterator[Document]:
    # Without a start, nothing is before its end.
    days = [{"$gte": ["$day", "$$first_day"]}, {"$lt": ["$day", "$$until"]}]
    yield _lookup(
        "calendar_days",
        "wanted.clinician_id",
        {"practice_id": actor.practice_id, "$expr": {"$and": days}},
        {"$project": {"_id": 1}},
        foreign="clinician_id",
        let={"first_day": "$wanted.first_day", "until": "$wanted.until"},
    )
    overlapping = [
        {"$lt": ["$start", "$$until"]},
        {"$gt": ["$start", "$$from"]},
        {"$gt": ["$end", "$$start"]},
    ]
    yield _lookup(
        "appointments",
        "wanted.client_id",
        {**visible_to(actor), "$expr": {"$and": overlapping}},
        {"$sort": {"start": 1}},
        {"$limit": _MOST_APPOINTMENTS},
        foreign="client_id",
        let={"start": "$wanted.start", "from": "$wanted.from", "until": "$wanted.until"},
    )


def _lookup(
    collection: str,
    local: str,
    query: Document,
    *stages: Document,
    foreign: str = "_id",
    let: Document | None = None,
    into: str | None = None,
) -> Document:
    """Return the stage that finds documents whose `foreign` field is that of the request."""
    lookup: dict[str, Any] = {
        "from": collection,
        "localField": local,
        "foreignField": foreign,
        "pipeline": [{"$match": query}, *stages],
        "as": f"found.{into or collection}",
    }
    return {"$lookup": lookup if let is None else {**lookup, "let": let}}


def _asked_or_original(field: str) -> Document:
    return {"$ifNull": [f"$asked.{field}", _of_original(field)]}


def _of_original(field: str) -> Document:
    return {"$first": f"$found.originals.{field}"}
