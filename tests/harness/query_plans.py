"""How MongoDB answered what the store asked, by its profiler: of the calls that are really made."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from shared.mongo import Database, Document


@dataclass(frozen=True)
class Reading:
    """One query: the index it read, how much of it, and whether it had to sort afterwards."""

    plan: str
    keys: int
    documents: int
    returned: int
    sorted_in_memory: bool

    @property
    def from_index(self) -> bool:
        """Say whether an index alone led to the documents."""
        return "IXSCAN" in self.plan and "COLLSCAN" not in self.plan


async def readings_of(
    database: Database, collection: str, call: Awaitable[Any]
) -> tuple[list[Reading], Any]:
    """Await the call; return what it read of the collection, and what it returned."""
    await database.command({"profile": 2})
    try:
        result = await call
    finally:
        await database.command({"profile": 0})
    query = {"ns": f"{database.name}.{collection}", "op": {"$in": ["query", "command"]}}
    cursor = database["system.profile"].find(query).sort("ts", 1)
    found = [_reading(entry) async for entry in cursor]
    await database["system.profile"].drop()
    return found, result


async def reading_of(
    database: Database, collection: str, call: Awaitable[Any]
) -> tuple[Reading, Any]:
    """Return the same of a call that asks the collection one thing."""
    (reading,), result = await readings_of(database, collection, call)
    return reading, result


def _reading(entry: Document) -> Reading:
    return Reading(
        plan=entry["planSummary"],
        keys=entry["keysExamined"],
        documents=entry["docsExamined"],
        returned=entry["nreturned"],
        sorted_in_memory=entry.get("hasSortStage", False),
    )
