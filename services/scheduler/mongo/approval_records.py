"""The records that approving needs beside the request, all in one round trip.

Each is a key or two of an index, so that the way to the server and back, nine times, cost more than
the reading; `make bench` shows it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.people import Client, Practice, Service, StaffMember
from services.scheduler.domain.work_schedule import WorkSchedule
from services.scheduler.mongo import (
    appointments,
    calendar_days,
    clients,
    practices,
    services,
    staff,
    work_schedules,
)
from services.scheduler.mongo.access import clients_visible_to, visible_to
from shared.mongo import Collection, Database, Document

_MOST_APPOINTMENTS: Final = 50
"""Of one client, from half a day before a time to half a day after it."""


@dataclass(frozen=True, slots=True)
class NeededRecords:
    """What to read; `start` (UTC) is when it would begin, if that is known.

    `client_id` is the request's own client, `chosen_client_id` one whom staff name instead and must
    be able to see.
    """

    service_ids: frozenset[UUID]
    clinician_id: UUID
    start: datetime | None
    client_id: UUID | None
    chosen_client_id: UUID | None


@dataclass(frozen=True, slots=True)
class FoundRecords:
    """What there is of it in the actor's practice.

    `appointments` are the client's that the actor may see, around `start`; `days` are the keys of
    the clinician's day documents then.
    """

    practice: Practice
    services: dict[UUID, Service]
    clinician: StaffMember | None
    schedule: WorkSchedule
    client: Client | None
    appointments: tuple[Appointment, ...]
    days: frozenset[str]


class ApprovalRecords:
    """Reads them."""

    def __init__(self, database: Database) -> None:
        self._practices: Collection = database["practices"]

    async def read(self, actor: StaffMember, needed: NeededRecords) -> FoundRecords | None:
        """Return what there is; None when not even the practice is."""
        pipeline = [
            {"$match": {"_id": actor.practice_id}},
            practices.WITH_PORTAL,
            *_lookups(actor, needed),
        ]
        async for row in self._practices.aggregate(pipeline):
            schedules = [work_schedules.from_document(one) for one in row["work_schedules"]]
            return FoundRecords(
                practice=practices.from_document(row),
                services={one["_id"]: services.from_document(one) for one in row["services"]},
                clinician=next(map(staff.from_document, row["staff"]), None),
                schedule=next(
                    iter(schedules), WorkSchedule(needed.clinician_id, actor.practice_id, version=0)
                ),
                client=next(map(clients.from_document, row.get("clients", ())), None),
                appointments=tuple(map(appointments.from_document, row.get("appointments", ()))),
                days=frozenset(one["_id"] for one in row.get("calendar_days", ())),
            )
        return None


def _lookups(actor: StaffMember, needed: NeededRecords) -> Iterator[Document]:
    own = {"practice_id": actor.practice_id}
    of_clinician = {"_id": needed.clinician_id, **own}
    yield _lookup("services", {"_id": {"$in": sorted(needed.service_ids)}, **own})
    yield _lookup("staff", of_clinician)
    yield _lookup("work_schedules", of_clinician)
    if needed.chosen_client_id is not None:
        yield _lookup("clients", {**clients_visible_to(actor), "_id": needed.chosen_client_id})
    elif needed.client_id is not None:
        yield _lookup("clients", {"_id": needed.client_id, **own})
    if needed.start is not None:
        yield from _around(actor, needed, needed.start)


def _around(actor: StaffMember, needed: NeededRecords, start: datetime) -> Iterator[Document]:
    around = Interval(start, start + appointments.LONGEST)
    keys = calendar_days.keys_of(needed.clinician_id, around)
    yield _lookup("calendar_days", {"_id": {"$in": keys}}, {"$project": {"_id": 1}})
    if client_id := needed.chosen_client_id or needed.client_id:
        of_client = {"client_id": client_id, **appointments.overlap_of(around)}
        in_order = ({"$sort": {"start": 1}}, {"$limit": _MOST_APPOINTMENTS})
        yield _lookup("appointments", {**visible_to(actor), **of_client}, *in_order)


def _lookup(collection: str, query: Document, *stages: Document) -> Document:
    pipeline = [{"$match": query}, *stages]
    return {"$lookup": {"from": collection, "pipeline": pipeline, "as": collection}}
