"""`work_schedules`: one for each clinician, under the clinician's id."""

from collections.abc import Iterable
from datetime import time
from uuid import UUID

from services.scheduler.domain.work_schedule import (
    ExceptionKind,
    ScheduleException,
    WeeklyHours,
    WorkSchedule,
)
from services.scheduler.mongo import dates
from shared.mongo import Collection, Database, Document, DuplicateKeyError


class WorkSchedules:
    """Reads and writes work schedules; who has none has an empty one of version 0."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["work_schedules"]

    async def get(self, practice_id: UUID, staff_id: UUID) -> WorkSchedule:
        """Return the schedule, or an empty one."""
        document = await self._collection.find_one({"_id": staff_id, "practice_id": practice_id})
        if document is None:
            return WorkSchedule(staff_id, practice_id, version=0)
        return from_document(document)

    async def get_many(
        self, practice_id: UUID, staff_ids: Iterable[UUID]
    ) -> dict[UUID, WorkSchedule]:
        """Return those that exist, by clinician."""
        query = {"_id": {"$in": list(staff_ids)}, "practice_id": practice_id}
        return {row["_id"]: from_document(row) async for row in self._collection.find(query)}

    async def working_in(self, practice_id: UUID) -> frozenset[UUID]:
        """Return who in the practice has any hours; see `WorkSchedule.is_empty`."""
        hours = [{"weekly.0": {"$exists": True}}, {"exceptions.kind": ExceptionKind.EXTRA.value}]
        query = {"practice_id": practice_id, "$or": hours}
        return frozenset([row["_id"] async for row in self._collection.find(query, {"_id": 1})])

    async def save(self, schedule: WorkSchedule) -> None:
        """Insert or replace it, whatever is there."""
        await self._collection.replace_one(
            {"_id": schedule.staff_id}, to_document(schedule), upsert=True
        )

    async def replace(self, before: WorkSchedule, after: WorkSchedule) -> bool:
        """Replace it if it is still as it was read, or still not there; say whether it was."""
        if before.version == 0:
            try:
                await self._collection.insert_one(to_document(after))
            except DuplicateKeyError:
                return False
            return True
        written = await self._collection.replace_one(
            {
                "_id": before.staff_id,
                "practice_id": before.practice_id,
                "version": before.version,
            },
            to_document(after),
        )
        return bool(written.matched_count)


def to_document(schedule: WorkSchedule) -> Document:
    """Return the document; local times as "HH:MM"."""
    return {
        "_id": schedule.staff_id,
        "practice_id": schedule.practice_id,
        "weekly": [
            {"weekday": hours.weekday, "start": _text(hours.start), "end": _text(hours.end)}
            for hours in schedule.weekly
        ],
        "exceptions": [
            {
                "kind": exception.kind.value,
                "first_day": dates.to_bson(exception.first_day),
                "last_day": dates.to_bson(exception.last_day),
                "start": exception.start and _text(exception.start),
                "end": exception.end and _text(exception.end),
            }
            for exception in schedule.exceptions
        ],
        "slot_step_minutes": schedule.slot_step_minutes,
        "buffer_minutes": schedule.buffer_minutes,
        "version": schedule.version,
    }


def from_document(document: Document) -> WorkSchedule:
    """Return the schedule."""
    return WorkSchedule(
        staff_id=document["_id"],
        practice_id=document["practice_id"],
        weekly=tuple(
            WeeklyHours(hours["weekday"], _time(hours["start"]), _time(hours["end"]))
            for hours in document["weekly"]
        ),
        exceptions=tuple(
            ScheduleException(
                kind=ExceptionKind(exception["kind"]),
                first_day=dates.from_bson(exception["first_day"]),
                last_day=dates.from_bson(exception["last_day"]),
                start=exception["start"] and _time(exception["start"]),
                end=exception["end"] and _time(exception["end"]),
            )
            for exception in document["exceptions"]
        ),
        slot_step_minutes=document["slot_step_minutes"],
        buffer_minutes=document["buffer_minutes"],
        version=document["version"],
    )


def _text(value: time) -> str:
    return value.strftime("%H:%M")


def _time(value: str) -> time:
    return time.fromisoformat(value)
