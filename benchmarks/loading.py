"""Fill a database with the practice's past, and keep it for the next run."""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from benchmarks.bare_approval import shape
from benchmarks.old_appointments import old_appointments
from benchmarks.old_requests import PENDING, old_requests
from benchmarks.practice import save_practice
from services.scheduler.mongo.indexes import INDEXES, migrate
from services.scheduler.mongo.store import Store
from shared.mongo import Client, Collection, Document

_DATA: Final = 1
"""Raised with each change of what is loaded."""

_BATCH: Final = 1000
_AT_ONCE: Final = 3
_KEPT_FOR: Final = timedelta(days=7)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A database of `size` requests and as many appointments, as of `now` (UTC)."""

    store: Store
    size: int
    now: datetime


async def load(client: Client, size: int, say: Say) -> Loaded:
    """Return the database of that size; from an earlier run when it is the same and not old.

    Indexes are built when all is in, which is several times quicker than keeping them up to date
    meanwhile.
    """
    store = Store(client, f"bench_{size}")
    mark, now = _mark_of_data(size), datetime.now(UTC).replace(microsecond=0)
    kept = await store.database["bench"].find_one({"_id": "loaded"})
    if kept and kept["data"] == mark and now - kept["now"] < _KEPT_FOR:
        say(f"{size:,} requests and appointments: from {kept['now']:%Y-%m-%d %H:%M} UTC")
    else:
        await client.drop_database(store.database.name)
        kept = {"_id": "loaded", "data": mark, "now": now, "indexes": None}
        began = time.perf_counter()
        await _insert(store.database["requests"], old_requests(size, now))
        await _insert(store.database["appointments"], old_appointments(size, now))
        say(f"{size:,} requests and appointments: loaded in {time.perf_counter() - began:.0f} s")
    await save_practice(store)
    if kept["indexes"] != _mark_of_indexes():
        began = time.perf_counter()
        for name in ("requests", "appointments"):
            await store.database[name].drop_indexes()
        await migrate(store.database)
        say(f"{size:,} requests and appointments: indexed in {time.perf_counter() - began:.0f} s")
    kept["indexes"] = _mark_of_indexes()
    await store.database["bench"].replace_one({"_id": "loaded"}, kept, upsert=True)
    return Loaded(store, size, kept["now"])


async def _insert(collection: Collection, documents: Iterable[Document]) -> None:
    """Insert them, a few batches under way while the next is made."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def write(batch: list[Document]) -> None:
        try:
            await collection.insert_many(batch, ordered=False)
        finally:
            slots.release()

    async with asyncio.TaskGroup() as writing:
        for batch in _batches(documents):
            await slots.acquire()
            writing.create_task(write(batch))


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    waiting = iter(documents)
    while batch := list(islice(waiting, _BATCH)):
        yield batch


def _mark_of_data(size: int) -> str:
    """Return what changes with what would be loaded."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    first = PENDING + 50  # some that wait, and some of every decision
    return _digest(
        [
            _DATA,
            size,
            [shape(one) for one in islice(old_requests(first, now), PENDING - 50, first)],
            [shape(one) for one in old_appointments(50, now)],
        ]
    )


def _mark_of_indexes() -> str:
    return _digest([[str(index.document) for index in INDEXES[name]] for name in sorted(INDEXES)])


def _digest(content: list[Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
