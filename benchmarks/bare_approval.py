"""What approving costs at least: a transaction of the same writes, and nothing else.

No reads, no rules, no checks, and documents made beforehand: copies of those that a real approval
left, under other ids and at another time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from benchmarks.practice import PRACTICE
from services.scheduler.mongo.store import Store
from shared.mongo import Client, Document, Session, run_transaction

_DECIDED_FIELDS: Final = ("status", "version", "decision", "follow_up", "notification")


@dataclass(frozen=True, slots=True)
class Slot:
    """A client's request for one time of a clinician; in UTC.

    `opens_day` says that it is the first of that clinician's day.
    """

    request_id: UUID
    clinician_id: UUID
    client_id: UUID
    start: datetime
    end: datetime
    opens_day: bool

    @property
    def day_key(self) -> str:
        """The id of the day document."""
        return f"{self.clinician_id}:{self.start.date().isoformat()}"


@dataclass(frozen=True, slots=True)
class Writes:
    """The documents of one approval."""

    slot: Slot
    decided: Document
    appointment: Document
    history: Document
    outbox: Document


async def read_writes(store: Store, slot: Slot) -> Writes:
    """Return what the approval of a slot's request left in the database."""
    database, request_id = store.database, slot.request_id
    found = [
        await database["requests"].find_one({"_id": request_id}),
        await database["appointments"].find_one({"request_ids": request_id}),
        await database["history"].find_one({"_id": f"{request_id}:approved"}),
        await database["outbox"].find_one({"_id": f"{request_id}:approved"}),
    ]
    request, appointment, history, outbox = (document or {} for document in found)
    return Writes(slot, request, appointment, history, outbox)


def copied(sample: Writes, slot: Slot) -> Writes:
    """Return the same documents for another slot."""
    appointment_id = uuid4()
    others: dict[Any, Any] = {
        sample.slot.request_id: slot.request_id,
        sample.slot.clinician_id: slot.clinician_id,
        sample.slot.client_id: slot.client_id,
        sample.slot.start: slot.start,
        sample.slot.end: slot.end,
        sample.appointment["_id"]: appointment_id,
    }
    texts = {str(before): str(after) for before, after in others.items()}
    texts |= {
        _iso(before): _iso(after)
        for before, after in others.items()
        if isinstance(before, datetime)
    }

    def replaced(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: replaced(one) for name, one in value.items()}
        if isinstance(value, list):
            return [replaced(one) for one in value]
        if isinstance(value, str):
            for before, after in texts.items():
                value = value.replace(before, after)
            return value
        return others.get(value, value)

    return Writes(
        slot,
        replaced(sample.decided),
        replaced(sample.appointment),
        replaced(sample.history),
        replaced(sample.outbox),
    )


async def write_bare(client: Client, store: Store, writes: Writes) -> None:
    """Write the documents in one transaction; the day's own document, if it is new, before it."""
    database, slot, decided = store.database, writes.slot, writes.decided
    if slot.opens_day:
        day = {
            "practice_id": PRACTICE.id,
            "clinician_id": slot.clinician_id,
            "day": slot.start.replace(hour=0, minute=0),
            "busy": [],
        }
        await database["calendar_days"].update_one(
            {"_id": slot.day_key}, {"$setOnInsert": day}, upsert=True
        )
    decision = {name: decided[name] for name in _DECIDED_FIELDS}
    decision["client.client_id"] = slot.client_id
    busy = {"appointment_id": writes.appointment["_id"], "start": slot.start, "end": slot.end}

    async def body(session: Session) -> None:
        await database["requests"].update_one(
            {"_id": slot.request_id},
            {"$set": decision, "$addToSet": {"visible_to": {"$each": decided["visible_to"]}}},
            session=session,
        )
        await database["calendar_days"].update_one(
            {"_id": slot.day_key}, {"$push": {"busy": busy}}, session=session
        )
        await database["appointments"].insert_one(writes.appointment, session=session)
        await database["history"].insert_one(writes.history, session=session)
        await database["outbox"].insert_one(writes.outbox, session=session)

    await run_transaction(client, body)


def shape(value: Any) -> Any:
    """Return a document's structure: names and types, without what they hold."""
    if isinstance(value, Mapping):
        return {name: shape(one) for name, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value]
    return type(value).__name__


def _iso(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
