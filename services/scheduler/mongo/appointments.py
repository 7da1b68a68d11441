"""`appointments`: one document for each appointment, cancelled ones included."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.scheduler.domain.appointment import Appointment, AppointmentStatus
from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.notification import NotificationStatus
from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo import bookings, notifications
from services.scheduler.mongo.access import visible_to
from shared.mongo import Collection, Database, Document, Session

LONGEST: Final = timedelta(minutes=720)
"""No appointment is longer, so that a range of time is a range of the index on `start`."""

_CLASHES_TOLD: Final = 20

_OF_CLIENT: Final = "practice_id_1_client_id_1_start_1__id_1"
"""What an update of all of a client's appointments walks along; see `requests`."""


@dataclass(frozen=True, slots=True)
class AppointmentFilter:
    """Which appointments; None leaves it open. `within` takes what overlaps it.

    `starts_from` (included) and `starts_until` (not included) go without `within`.
    """

    within: Interval | None = None
    clinician_ids: frozenset[UUID] | None = None
    client_id: UUID | None = None
    statuses: frozenset[AppointmentStatus] | None = None
    starts_from: datetime | None = None
    starts_until: datetime | None = None


class Appointments:
    """Reads and writes appointments."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["appointments"]

    async def get(self, actor: StaffMember, appointment_id: UUID) -> Appointment | None:
        """Return the appointment when the actor may see it, or None."""
        document = await self._collection.find_one({**visible_to(actor), "_id": appointment_id})
        return None if document is None else from_document(document)

    async def find(
        self,
        actor: StaffMember,
        wanted: AppointmentFilter,
        *,
        after: tuple[datetime, UUID] | None = None,
        limit: int,
    ) -> list[Appointment]:
        """Return at most `limit` that the actor may see, by start, beginning after a position."""
        query = {**visible_to(actor), **_to_query(wanted)}
        if after is not None:
            start, identifier = after
            query["$and"] = [{"start": {"$gte": start}}]  # the index is entered there
            query["$nor"] = [{"start": start, "_id": {"$lte": identifier}}]
        cursor = self._collection.find(query).sort([("start", 1), ("_id", 1)]).limit(limit)
        return [from_document(row) async for row in cursor]

    async def get_of_client(
        self, practice_id: UUID, client_id: UUID, appointment_id: UUID
    ) -> Appointment | None:
        """Return a client's own appointment, or None."""
        document = await self._collection.find_one(
            {"_id": appointment_id, "practice_id": practice_id, "client_id": client_id}
        )
        return None if document is None else from_document(document)

    async def upcoming_of_client(
        self, practice_id: UUID, client_id: UUID, *, now: datetime, limit: int
    ) -> list[Appointment]:
        """Return a client's own booked appointments that are not over, earliest first."""
        query = {
            "practice_id": practice_id,
            "client_id": client_id,
            "status": AppointmentStatus.BOOKED.value,
            "start": {"$gt": now - LONGEST},
            "end": {"$gt": now},
        }
        cursor = self._collection.find(query).sort([("start", 1), ("_id", 1)]).limit(limit)
        return [from_document(row) async for row in cursor]

    async def get_many(self, ids: Iterable[UUID]) -> dict[UUID, Appointment]:
        """Return those that exist, by id, of any practice; for taking requests in."""
        cursor = self._collection.find({"_id": {"$in": list(ids)}})
        return {document["_id"]: from_document(document) async for document in cursor}

    async def get_by_request(self, request_id: UUID, practice_id: UUID) -> Appointment | None:
        """Return the appointment that a request's approval made or changed, or None."""
        document = await self._collection.find_one(
            {"practice_id": practice_id, "request_ids": request_id}
        )
        return None if document is None else from_document(document)

    async def overlapping(
        self,
        actor: StaffMember,
        clinician_id: UUID,
        wanted: Interval,
        *,
        session: Session | None = None,
    ) -> list[tuple[Appointment, bool]]:
        """Return what the clinician has booked at that time, and if the actor may see it."""
        query = {
            "practice_id": actor.practice_id,
            "clinician_id": clinician_id,
            "status": AppointmentStatus.BOOKED.value,
            **overlap_of(wanted),
        }
        cursor = self._collection.find(query, session=session).sort("start").limit(_CLASHES_TOLD)
        found = [row async for row in cursor]
        if not found:
            return []
        may_see = {**visible_to(actor), "_id": {"$in": [row["_id"] for row in found]}}
        seen = self._collection.find(may_see, {"_id": 1}, session=session)
        visible = {row["_id"] async for row in seen}
        return [(from_document(row), row["_id"] in visible) for row in found]

    async def add(
        self,
        appointment: Appointment,
        *,
        request_id: UUID | None,
        visible: set[UUID],
        session: Session,
    ) -> None:
        """Insert a new appointment, seen by the staff in `visible`."""
        await self._collection.insert_one(
            {
                **to_document(appointment),
                "request_ids": [] if request_id is None else [request_id],
                "visible_to": sorted(visible),
            },
            session=session,
        )

    async def change(
        self,
        before: Appointment,
        after: Appointment,
        *,
        request_id: UUID | None,
        visible: set[UUID],
        session: Session,
    ) -> bool:
        """Replace `before` by `after` if it is still as it was read; say whether it was."""
        fields = {**to_document(after), "visible_to": sorted(visible)}
        if after.notification == before.notification:
            del fields["notification"]  # what became of that e-mail may have been noted since
        update: Document = {"$set": fields}
        if request_id is not None:
            update["$addToSet"] = {"request_ids": request_id}
        changed = await self._collection.update_one(
            {
                "_id": before.id,
                "practice_id": before.practice_id,
                "status": before.status.value,
                "version": before.version,
            },
            update,
            session=session,
        )
        return bool(changed.modified_count)

    async def with_failed_email(self, actor: StaffMember, *, limit: int) -> list[Appointment]:
        """Return those of which the client was not told, and nobody has seen to it."""
        query = {
            **visible_to(actor),
            "notification.status": NotificationStatus.FAILED.value,
            "notification.handled_by": None,
        }
        cursor = self._collection.find(query).sort([("notification.at", 1), ("_id", 1)])
        return [from_document(row) async for row in cursor.limit(limit)]

    async def rename_client(
        self, practice_id: UUID, client_id: UUID, name: str, *, since: datetime
    ) -> None:
        """Write the client's name on their appointments from a moment on (UTC)."""
        await self._collection.update_many(
            {
                "practice_id": practice_id,
                "client_id": client_id,
                "start": {"$gte": since},
                "client_name": {"$ne": name},
            },
            {"$set": {"client_name": name}, "$inc": {"version": 1}},
            hint=_OF_CLIENT,
        )

    async def show_to(self, practice_id: UUID, client_id: UUID, staff: frozenset[UUID]) -> None:
        """Show a client's appointments to their staff, and each to its own clinician."""
        await self._collection.update_many(
            {"practice_id": practice_id, "client_id": client_id},
            [{"$set": {"visible_to": {"$setUnion": [sorted(staff), ["$clinician_id"]]}}}],
            hint=_OF_CLIENT,
        )


def _to_query(wanted: AppointmentFilter) -> Document:
    query: Document = {}
    if wanted.within is not None:
        query |= overlap_of(wanted.within)
    if wanted.clinician_ids is not None:
        query["clinician_id"] = {"$in": sorted(wanted.clinician_ids)}
    if wanted.client_id is not None:
        query["client_id"] = wanted.client_id
    if wanted.statuses is not None:
        query["status"] = {"$in": sorted(status.value for status in wanted.statuses)}
    if wanted.starts_from is not None:
        query.setdefault("start", {})["$gte"] = wanted.starts_from
    if wanted.starts_until is not None:
        query.setdefault("start", {})["$lt"] = wanted.starts_until
    return query


def overlap_of(wanted: Interval) -> Document:
    """Return the condition for what shares any of that time."""
    return {
        "start": {"$lt": wanted.end, "$gt": wanted.start - LONGEST},
        "end": {"$gt": wanted.start},
    }


def to_document(appointment: Appointment) -> Document:
    """Return the document, without what only queries need."""
    return {
        "_id": appointment.id,
        "practice_id": appointment.practice_id,
        "client_id": appointment.client_id,
        "client_name": appointment.client_name,
        "status": appointment.status.value,
        "sequence": appointment.sequence,
        "version": appointment.version,
        "changed_at": appointment.changed_at,
        "notification": notifications.to_document(appointment.notification),
        **bookings.to_document(appointment.booking),
    }


def from_document(document: Document) -> Appointment:
    """Return the appointment."""
    return Appointment(
        id=document["_id"],
        practice_id=document["practice_id"],
        client_id=document["client_id"],
        client_name=document["client_name"],
        booking=bookings.from_document(document),
        changed_at=document["changed_at"],
        status=AppointmentStatus(document["status"]),
        sequence=document["sequence"],
        version=document["version"],
        notification=notifications.from_document(document["notification"]),
    )
