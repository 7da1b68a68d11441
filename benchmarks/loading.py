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

    The indexes are built when all is in, which is several times quicker than keeping them up to
    date meanwhile.
    """
    name = f"bench_{size}"
    store = Store(client, name)
    mark = _mark(size)
    there = await store.database["bench"].find_one({"_id": "loaded"})
    if there and there["mark"] == mark and datetime.now(UTC) - there["now"] < _KEPT_FOR:
        say(f"{size:,} requests and appointments: from {there['now']:%Y-%m-%d %H:%M} UTC")
        return Loaded(store, size, there["now"])
    await client.drop_database(name)
    now = datetime.now(UTC).replace(microsecond=0)
    began = time.perf_counter()
    await save_practice(store)
    await _insert(store.database["requests"], old_requests(size, now))
    await _insert(store.database["appointments"], old_appointments(size, now))
    inserted = time.perf_counter()
    await migrate(store.database)
    done = time.perf_counter()
    await store.database["bench"].insert_one({"_id": "loaded", "mark": mark, "now": now})
    say(
        f"{size:,} requests and appointments: loaded in {inserted - began:.0f} s,"
        f" indexes built in {done - inserted:.0f} s"
    )
    return Loaded(store, size, now)


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


def _mark(size: int) -> str:
    """Return what must be the same for the data to be of use: what is made of it, and indexes."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    first = PENDING + 50  # some that wait, and some of every decision
    content: list[Any] = [
        _DATA,
        size,
        [shape(one) for one in islice(old_requests(first, now), PENDING - 50, first)],
        [shape(one) for one in old_appointments(50, now)],
        {name: [str(index.document) for index in INDEXES[name]] for name in sorted(INDEXES)},
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
