"""`calendar_days`: what makes double booking impossible.

One document for each clinician and UTC day holds the day's busy intervals. A booking is a
conditional update of it, so two bookings of the same time conflict on one document; reading first
and inserting after would let both pass (FACTS "MongoDB" 2). An interval over midnight UTC is in
both days.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from services.scheduler.domain.appointment import Appointment, Booking
from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.refusals import SlotTaken
from services.scheduler.mongo import dates
from shared.mongo import Collection, Database, Document, DuplicateKeyError, Session


@dataclass(frozen=True, slots=True)
class Taken:
    """A stretch of a clinician's time, and the appointment that has it."""

    interval: Interval
    appointment_id: UUID


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

    async def busy_of(
        self, practice_id: UUID, clinician_ids: Iterable[UUID], within: Interval
    ) -> dict[UUID, list[Taken]]:
        """Return what each clinician has booked on the UTC days that a range touches.

        The days are named, so neither other clinicians nor past years are read.
        """
        first, last = within.start.astimezone(UTC).date(), within.end.astimezone(UTC).date()
        days = {first + timedelta(days=n) for n in range((last - first).days + 1)}
        return await self._busy_on(practice_id, clinician_ids, days)

    async def busy_around(
        self, practice_id: UUID, clinician_ids: Iterable[UUID], instants: Iterable[datetime]
    ) -> dict[UUID, list[Taken]]:
        """Return the same for the UTC days before, at and after some instants."""
        days = {
            instant.astimezone(UTC).date() + timedelta(days=n)
            for instant in instants
            for n in (-1, 0, 1)
        }
        return await self._busy_on(practice_id, clinician_ids, days)

    async def _busy_on(
        self, practice_id: UUID, clinician_ids: Iterable[UUID], days: Iterable[date]
    ) -> dict[UUID, list[Taken]]:
        clinicians = list(clinician_ids)
        wanted = sorted(days)
        keys = [_key(clinician, day) for clinician in clinicians for day in wanted]
        taken: dict[UUID, list[Taken]] = {clinician: [] for clinician in clinicians}
        query = {"_id": {"$in": keys}, "practice_id": practice_id}
        async for row in self._collection.find(query, {"clinician_id": 1, "busy": 1}):
            taken[row["clinician_id"]] += [
                Taken(Interval(busy["start"], busy["end"]), busy["appointment_id"])
                for busy in row["busy"]
            ]
        return taken

    async def release(self, appointment: Appointment, *, session: Session) -> None:
        """Free the appointment's time."""
        booking = appointment.booking
        for day in booking.utc_days:
            await self._collection.update_one(
                {"_id": _key(booking.clinician_id, day), "practice_id": appointment.practice_id},
                {"$pull": {"busy": {"appointment_id": appointment.id}}},
                session=session,
            )

    async def busy(self, practice_id: UUID, clinician_id: UUID, wanted: Interval) -> list[Interval]:
        """Return what is taken on the UTC days of a range, in no order, some of it twice.

        That is all it tells, so it is no matter who asks within the practice.
        """
        first_day = datetime.combine(wanted.start.astimezone(UTC), time(0), UTC)
        query = {
            "practice_id": practice_id,
            "clinician_id": clinician_id,
            "day": {"$gte": first_day, "$lt": wanted.end},
        }
        cursor = self._collection.find(query, {"busy.start": 1, "busy.end": 1})
        return [Interval(one["start"], one["end"]) async for row in cursor for one in row["busy"]]

    async def busy_on(
        self, practice_id: UUID, bookings: Iterable[Booking]
    ) -> dict[tuple[UUID, date], list[tuple[Interval, UUID]]]:
        """Return what is taken, and by which appointment, by clinician and UTC day of bookings."""
        keys = {_key(one.clinician_id, day) for one in bookings for day in one.utc_days}
        query = {"_id": {"$in": sorted(keys)}, "practice_id": practice_id}
        return {
            (day["clinician_id"], dates.from_bson(day["day"])): [
                (Interval(busy["start"], busy["end"]), busy["appointment_id"])
                for busy in day["busy"]
            ]
            async for day in self._collection.find(query)
        }


def keys_of(clinician_id: UUID, taken: Interval) -> list[str]:
    """Return the keys of the days that a stretch of a clinician's time touches."""
    return [_key(clinician_id, day) for day in taken.utc_days]


def _key(clinician_id: UUID, day: date) -> str:
    return f"{clinician_id}:{day.isoformat()}"


def _overlap(booking: Booking) -> Document:
    return {"start": {"$lt": booking.end}, "end": {"$gt": booking.start}}
