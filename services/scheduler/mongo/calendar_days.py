"""`calendar_days`: what makes double booking impossible.

One document for each clinician and UTC day holds the day's busy intervals. A booking is a
conditional update of it, so two bookings of the same time conflict on one document; reading first
and inserting after would let both pass (FACTS "MongoDB" 2). An interval over midnight UTC is in
both days.
"""

from datetime import date, datetime
from uuid import UUID

from services.scheduler.domain.appointment import Appointment, Booking
from services.scheduler.domain.refusals import SlotTaken
from shared.mongo import Collection, Database, Document, DuplicateKeyError, Session


class CalendarDays:
    """Takes and releases intervals of clinicians' days."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["calendar_days"]

    async def ensure(self, practice_id: UUID, booking: Booking) -> None:
        """Make the day documents; before the transaction, which must not upsert them."""
        for day in booking.utc_days:
            try:
                await self._collection.update_one(
                    {"_id": _key(booking.clinician_id, day)},
                    {
                        "$setOnInsert": {
                            "practice_id": practice_id,
                            "clinician_id": booking.clinician_id,
                            "day": datetime(day.year, day.month, day.day),  # noqa: DTZ001  a date
                            "busy": [],
                        }
                    },
                    upsert=True,
                )
            except DuplicateKeyError:
                continue  # two made it at once: there it is

    async def take(self, appointment: Appointment, *, session: Session) -> None:
        """Take the appointment's time; raises SlotTaken when any of it is taken by another."""
        booking = appointment.booking
        interval = {"appointment_id": appointment.id, "start": booking.start, "end": booking.end}
        for day in booking.utc_days:
            taken = await self._collection.update_one(
                {
                    "_id": _key(booking.clinician_id, day),
                    "practice_id": appointment.practice_id,
                    "busy": {"$not": {"$elemMatch": _overlap(booking)}},
                },
                {"$push": {"busy": interval}},
                session=session,
            )
            if taken.modified_count == 0:
                raise SlotTaken

    async def release(self, appointment: Appointment, *, session: Session) -> None:
        """Free the appointment's time."""
        booking = appointment.booking
        for day in booking.utc_days:
            await self._collection.update_one(
                {"_id": _key(booking.clinician_id, day), "practice_id": appointment.practice_id},
                {"$pull": {"busy": {"appointment_id": appointment.id}}},
                session=session,
            )


def _key(clinician_id: UUID, day: date) -> str:
    return f"{clinician_id}:{day.isoformat()}"


def _overlap(booking: Booking) -> Document:
    return {"start": {"$lt": booking.end}, "end": {"$gt": booking.start}}
