"""`appointments`: one document for each appointment, cancelled ones included."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.appointment import Appointment, AppointmentStatus
from services.scheduler.mongo import bookings
from services.scheduler.mongo.access import visible_to
from shared.auth.actors import StaffActor
from shared.mongo import Collection, Database, Document, Session


class Appointments:
    """Reads and writes appointments."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["appointments"]

    async def get_of_client(
        self, practice_id: UUID, client_id: UUID, appointment_id: UUID
    ) -> Appointment | None:
        """Return a client's own appointment, or None."""
        document = await self._collection.find_one(
            {"_id": appointment_id, "practice_id": practice_id, "client_id": client_id}
        )
        return None if document is None else from_document(document)

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
        actor: StaffActor,
        clinician_id: UUID,
        start: datetime,
        end: datetime,
        *,
        session: Session,
    ) -> list[tuple[Appointment, bool]]:
        """Return what the clinician has booked in [start, end), and if the actor may see it."""
        query = {
            "practice_id": actor.practice_id,
            "clinician_id": clinician_id,
            "status": AppointmentStatus.BOOKED.value,
            "start": {"$lt": end},
            "end": {"$gt": start},
        }
        cursor = self._collection.find(query, session=session).sort("start").limit(20)
        found = [row async for row in cursor]
        may_see = {**visible_to(actor), "_id": {"$in": [row["_id"] for row in found]}}
        seen = self._collection.find(may_see, {"_id": 1}, session=session)
        visible = {row["_id"] async for row in seen}
        return [(from_document(row), row["_id"] in visible) for row in found]

    async def add(
        self, appointment: Appointment, *, request_id: UUID, visible: set[UUID], session: Session
    ) -> None:
        """Insert a new appointment, seen by the staff in `visible`."""
        await self._collection.insert_one(
            {
                **to_document(appointment),
                "request_ids": [request_id],
                "visible_to": sorted(visible),
            },
            session=session,
        )

    async def change(
        self,
        before: Appointment,
        after: Appointment,
        *,
        request_id: UUID,
        visible: set[UUID],
        session: Session,
    ) -> bool:
        """Replace `before` by `after` if it is still as it was read; say whether it was."""
        changed = await self._collection.update_one(
            {
                "_id": before.id,
                "practice_id": before.practice_id,
                "status": before.status.value,
                "sequence": before.sequence,
            },
            {
                "$set": {**to_document(after), "visible_to": sorted(visible)},
                "$addToSet": {"request_ids": request_id},
            },
            session=session,
        )
        return bool(changed.modified_count)


def to_document(appointment: Appointment) -> Document:
    """Return the document, without what only queries need."""
    return {
        "_id": appointment.id,
        "practice_id": appointment.practice_id,
        "client_id": appointment.client_id,
        "client_name": appointment.client_name,
        "status": appointment.status.value,
        "sequence": appointment.sequence,
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
        status=AppointmentStatus(document["status"]),
        sequence=document["sequence"],
    )
