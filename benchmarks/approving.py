"""Approving a pending request of a client on record, against a bare transaction of its writes."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice
from typing import Final, TypeVar

from benchmarks.bare_approval import Slot, Writes, copied, read_writes, shape, write_bare
from benchmarks.counting import CommandCount, CommandCounter
from benchmarks.measuring import Measurement, Target, Unit, in_turn
from benchmarks.practice import CLINICIANS, PRACTICE, SCHEDULER, SESSION, bench_id, save_practice
from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.people import Client as ClientRecord
from services.scheduler.domain.portal_access import PortalAccess
from services.scheduler.mongo.indexes import migrate
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.approve_request import approve_request
from services.scheduler.use_cases.receive_requests import receive_requests
from shared.mongo import Client
from shared.schemas.request_submitted import RequestSubmitted, RequestSubmittedData
from shared.schemas.vocabulary import RequestType

TARGET: Final = Target(0.7, at_least=True)
SLICES: Final = {1: (25, 6), 8: (80, 5)}
"""For so many at once: approvals of a slice, and slices of a figure."""

_DATABASE: Final = "bench_approve"
_SIDE: Final = len(CLINICIANS) // 2
"""Either side has clinicians of its own, so that it opens as many of their days."""

_CLIENTS_EACH: Final = 3
_HOURS: Final = 8
_WORKDAYS: Final = 5
_FIRST_HOUR_UTC: Final = 14
_BATCH: Final = 200
_COUNTED: Final = 100

T = TypeVar("T")


async def measure_approving(client: Client, *, pairs: int) -> list[Measurement]:
    """Return approvals a second, one at a time and several at once; in a database of its own.

    Raises:
        RuntimeError: the two did not write the same.

    """
    bench = await _prepared(client)
    return [await bench.measure(at_once, pairs) for at_once in SLICES]


async def count_commands(client: Client, counter: CommandCounter) -> dict[str, list[CommandCount]]:
    """Return the commands of one of each; `client` is one that the counter hears of."""
    return await (await _prepared(client)).count(counter)


async def _prepared(client: Client) -> "_Bench":
    await client.drop_database(_DATABASE)
    store = Store(client, _DATABASE)
    await migrate(store.database)
    await save_practice(store)
    for number in range(_CLIENTS_EACH * len(CLINICIANS)):
        await store.clients.save(_client_record(number))
    now = datetime.now(UTC).replace(microsecond=0)
    to_approve = _slots(now.date(), range(_SIDE, 2 * _SIDE))
    (slot,) = await _received(store, to_approve, 1, now)
    await _approve(store, slot, now)
    sample = await read_writes(store, slot)
    bench = _Bench(client, store, now, sample, _slots(now.date(), range(_SIDE)), to_approve)
    await bench.require_same_writes()
    await bench.warm_up()
    return bench


@dataclass(frozen=True, slots=True)
class _Bench:
    client: Client
    store: Store
    now: datetime
    sample: Writes
    to_write: Iterator[Slot]
    to_approve: Iterator[Slot]

    async def measure(self, at_once: int, pairs: int) -> Measurement:
        many, slices = SLICES[at_once]
        writes = [await self._copies(many) for _ in range(pairs * slices)]
        slots = [await self._slots(many) for _ in range(pairs * slices)]
        bare, approved = await in_turn(
            pairs,
            slices,
            lambda number: _work_off(writes[number], self._write, at_once),
            lambda number: _work_off(slots[number], self._approve, at_once),
        )
        return Measurement(
            "approve",
            "one at a time" if at_once == 1 else f"{at_once} at once",
            Unit.PER_SECOND,
            tuple(many * 1000 / milliseconds for milliseconds in bare),
            tuple(many * 1000 / milliseconds for milliseconds in approved),
            TARGET,
        )

    async def count(self, counter: CommandCounter) -> dict[str, list[CommandCount]]:
        writes, slots = await self._copies(_COUNTED), await self._slots(_COUNTED)
        counter.is_on = True
        await _work_off(writes, self._write, 1)
        bare = counter.counts(_COUNTED)
        await _work_off(slots, self._approve, 1)
        counter.is_on = False
        return {"bare transaction": bare, "approval": counter.counts(_COUNTED)}

    async def require_same_writes(self) -> None:
        """Compare, field by field, what one of each leaves."""
        (writes,), (slot,) = await self._copies(1), await self._slots(1)
        await self._write(writes)
        await self._approve(slot)
        bare = await read_writes(self.store, writes.slot)
        approved = await read_writes(self.store, slot)
        for name in ("decided", "appointment", "history", "outbox"):
            if shape(getattr(bare, name)) != shape(getattr(approved, name)):
                raise RuntimeError(f"the bare transaction writes another {name}")

    async def warm_up(self) -> None:
        """Make connections, fill caches, open everybody's first day."""
        await _work_off(await self._copies(_SIDE), self._write, 1)
        await _work_off(await self._slots(_SIDE), self._approve, 1)

    async def _copies(self, many: int) -> list[Writes]:
        slots = await _received(self.store, self.to_write, many, self.now)
        return [copied(self.sample, slot) for slot in slots]

    async def _slots(self, many: int) -> list[Slot]:
        return await _received(self.store, self.to_approve, many, self.now)

    async def _write(self, writes: Writes) -> None:
        await write_bare(self.client, self.store, writes)

    async def _approve(self, slot: Slot) -> None:
        await _approve(self.store, slot, self.now)


async def _approve(store: Store, slot: Slot, now: datetime) -> None:
    await approve_request(
        store, SCHEDULER, slot.request_id, Edits(), expected_version=None, now=now
    )


async def _work_off(
    pieces: Sequence[T], work: Callable[[T], Awaitable[None]], at_once: int
) -> None:
    waiting = iter(pieces)

    async def worker() -> None:
        for piece in waiting:
            await work(piece)

    await asyncio.gather(*(worker() for _ in range(at_once)))


async def _received(store: Store, slots: Iterator[Slot], many: int, now: datetime) -> list[Slot]:
    """Return so many further slots, each with its request waiting."""
    taken = list(islice(slots, many))
    for first in range(0, many, _BATCH):
        events = [_submission(slot, now) for slot in taken[first : first + _BATCH]]
        await receive_requests(store, events, now=now)
    return taken


def _submission(slot: Slot, now: datetime) -> RequestSubmitted:
    return RequestSubmitted(
        id=f"{slot.request_id}:submitted",
        source="/benchmarks",
        subject=str(slot.request_id),
        time=now,
        practiceid=PRACTICE.id,
        correlationid=f"bench-{slot.request_id.hex}",
        data=RequestSubmittedData(
            request_id=slot.request_id,
            request_type=RequestType.NEW,
            submitted_at=now,
            submitted_by="bench",
            client_id=slot.client_id,
            service_id=SESSION.id,
            clinician_id=slot.clinician_id,
            start=slot.start,
        ),
    )


def _slots(today: date, clinicians: range) -> Iterator[Slot]:
    """Return free times without end: every hour of eight a day, one clinician after the other.

    The clinicians' days do not begin together, so that of any eight slots one opens a day.
    """
    opened: set[tuple[int, int]] = set()
    monday = today + timedelta(days=7 - today.weekday())
    midnight = datetime(monday.year, monday.month, monday.day, tzinfo=UTC)
    for turn in count():
        for number in clinicians:
            day, hour = divmod(turn + number, _HOURS)
            week, weekday = divmod(day, _WORKDAYS)
            start = midnight + timedelta(weeks=week, days=weekday, hours=_FIRST_HOUR_UTC + hour)
            yield Slot(
                request_id=bench_id(f"approve:{turn}:{number}"),
                clinician_id=CLINICIANS[number].id,
                client_id=_client_record(number + turn % _CLIENTS_EACH * len(CLINICIANS)).id,
                start=start,
                end=start + timedelta(minutes=SESSION.minutes),
                opens_day=(number, day) not in opened,
            )
            opened.add((number, day))


def _client_record(number: int) -> ClientRecord:
    return ClientRecord(
        id=bench_id(f"client:{number}"),
        practice_id=PRACTICE.id,
        name=f"Client {number:03d}",
        email=f"client.{number:03d}@example.org",
        phone="+1 617 555 0123",
        birth_date=date(1985, 4, 12),
        assigned_staff_ids=(CLINICIANS[number % len(CLINICIANS)].id,),
        time_zone=PRACTICE.time_zone,
        portal_access=PortalAccess.ACTIVE,
    )
