"""`calendar_days`: what makes double booking impossible.

One document for each clinician and UTC day holds the day's busy intervals. A booking is a
conditional update of it, so two bookings of the same time conflict on one document; reading first
and inserting after would let both pass (FACTS "MongoDB" 2). An interval over midnight UTC is in
both days.
"""

from datetime import date, datetime
from uuid import UUID

from services.scheduler.domain.appointment import Appointment, Booking
from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.refusals import SlotTaken
from shared.mongo import Collection, Database, Document, DuplicateKeyError, Session


class CalendarDays:
    """Takes and releases intervals of clinicians' days."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["calendar_days"]

    async def ensure(
        self, practice_id: UUID, booking: Booking, *, there: frozenset[str] | None = None
    ) -> None:
        """Make the day documents; before the transaction, which must not upsert them.

        `there` are the keys of those that the caller found; None is to look. A day stays for good.
        """
        if there is None:
            query = {"_id": {"$in": keys_of(booking.clinician_id, booking.interval)}}
            cursor = self._collection.find(query, {"_id": 1})
            there = frozenset([row["_id"] async for row in cursor])
        for day in booking.utc_days:
            if _key(booking.clinician_id, day) in there:
                continue
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

    async def take(
        self, appointment: Appointment, *, although_taken: bool, session: Session
    ) -> bool:
        """Take the appointment's time; say whether all of it was free.

        Raises:
            SlotTaken: another has some of it, and it is not to be taken all the same.

        """
        booking = appointment.booking
        interval = {"appointment_id": appointment.id, "start": booking.start, "end": booking.end}
        was_free = True
        for day in booking.utc_days:
            one_day = {
                "_id": _key(booking.clinician_id, day),
                "practice_id": appointment.practice_id,
            }
            free = {**one_day, "busy": {"$not": {"$elemMatch": _overlap(booking)}}}
            update = {"$push": {"busy": interval}}
            taken = await self._collection.update_one(free, update, session=session)
            if taken.modified_count:
                continue
            was_free = False
            if not although_taken:
                raise SlotTaken
            await self._collection.update_one(one_day, update, session=session)
        return was_free

    async def release(self, appointment: Appointment, *, session: Session) -> None:
        """Free the appointment's time."""
        booking = appointment.booking
        for day in booking.utc_days:
            await self._collection.update_one(
                {"_id": _key(booking.clinician_id, day), "practice_id": appointment.practice_id},
                {"$pull": {"busy": {"appointment_id": appointment.id}}},
                session=session,
            )


def keys_of(clinician_id: UUID, taken: Interval) -> list[str]:
    """Return the keys of the days that a stretch of a clinician's time touches."""
    return [_key(clinician_id, day) for day in taken.utc_days]


def _key(clinician_id: UUID, day: date) -> str:
    return f"{clinician_id}:{day.isoformat()}"


def _overlap(booking: Booking) -> Document:
    return {"start": {"$lt": booking.end}, "end": {"$gt": booking.start}}
