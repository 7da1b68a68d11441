"""Approving a pending request of a client on record, against a bare transaction of its writes."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice
from typing import Final

from benchmarks.bare_approval import Slot, Writes, copied, read_writes, shape, write_bare
from benchmarks.counting import CommandCount, CommandCounter
from benchmarks.measuring import Measurement, Target, Unit, in_turn
from benchmarks.practice import CLINICIANS, PRACTICE, SCHEDULER, SESSION, bench_id, save_practice
from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.people import Client as ClientRecord
from services.scheduler.mongo.indexes import migrate
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.approve_request import approve_request
from services.scheduler.use_cases.receive_requests import receive_requests
from shared.mongo import Client
from shared.schemas.request_submitted import RequestSubmitted, RequestSubmittedData
from shared.schemas.vocabulary import RequestType

TARGET: Final = Target(0.7, at_least=True)
CONCURRENCIES: Final = {1: 150, 8: 400}
"""How many at once, and how many approvals are one figure."""

_DATABASE: Final = "bench_approve"
_EACH: Final = 3
_HOURS: Final = 8
_WORKDAYS: Final = 5
_FIRST_HOUR_UTC: Final = 14
_BATCH: Final = 200
_COUNTED: Final = 100

Approve = Callable[[Slot], Awaitable[object]]


async def measure_approving(client: Client, *, pairs: int) -> list[Measurement]:
    """Return approvals a second, one at a time and several at once; in a database of its own.

    Raises:
        RuntimeError: the two did not write the same.

    """
    bench = await _prepared(client)
    return [await bench.measure(at_once, many, pairs) for at_once, many in CONCURRENCIES.items()]


async def count_commands(client: Client, counter: CommandCounter) -> dict[str, list[CommandCount]]:
    """Return the commands of one of each; `client` is one that the counter hears of."""
    return await (await _prepared(client)).count(counter)


async def _prepared(client: Client) -> "_Bench":
    await client.drop_database(_DATABASE)
    bench = _Bench(client, Store(client, _DATABASE))
    await bench.prepare()
    return bench


class _Bench:
    def __init__(self, client: Client, store: Store) -> None:
        self._client = client
        self._store = store
        self._now = datetime.now(UTC).replace(microsecond=0)
        self._slots = _slots(self._now.date())
        self._sample: Writes | None = None
        self._last: Slot | None = None

    async def prepare(self) -> None:
        await migrate(self._store.database)
        await save_practice(self._store)
        for number in range(_EACH * len(CLINICIANS)):
            await self._store.clients.save(_client_record(number))
        (slot,) = await self._take(1)
        await self._approve(slot)
        self._sample = await read_writes(self._store, slot)
        await self._require_same_writes()
        for way in (self._bare, self._subject):  # connections, caches
            await way(1, 30)

    async def measure(self, at_once: int, many: int, pairs: int) -> Measurement:
        baseline, subject = await in_turn(
            pairs, lambda: self._bare(at_once, many), lambda: self._subject(at_once, many)
        )
        name = "one at a time" if at_once == 1 else f"{at_once} at once"
        return Measurement("approve", name, Unit.PER_SECOND, baseline, subject, TARGET)

    async def count(self, counter: CommandCounter) -> dict[str, list[CommandCount]]:
        found = {}
        for name, way in {"bare transaction": self._write_bare, "approval": self._approve}.items():
            slots = await self._take(_COUNTED)
            counter.is_on = True
            await _per_second(slots, way, at_once=1)
            counter.is_on = False
            found[name] = counter.counts(_COUNTED)
        return found

    async def _require_same_writes(self) -> None:
        """Compare, field by field, what one of each left."""
        found = []
        for slot, way in zip(await self._take(2), (self._approve, self._write_bare), strict=True):
            await way(slot)
            found.append(await read_writes(self._store, slot))
        one, other = found
        for name in ("decided", "appointment", "history", "outbox"):
            if shape(getattr(one, name)) != shape(getattr(other, name)):
                raise RuntimeError(f"the bare transaction writes another {name}")

    async def _bare(self, at_once: int, many: int) -> float:
        slots = await self._take(many)
        ready = {slot.request_id: copied(self._of_sample, slot) for slot in slots}
        return await _per_second(
            slots,
            lambda slot: write_bare(self._client, self._store, ready[slot.request_id]),
            at_once,
        )

    async def _subject(self, at_once: int, many: int) -> float:
        return await _per_second(await self._take(many), self._approve, at_once)

    async def _approve(self, slot: Slot) -> None:
        await approve_request(
            self._store, SCHEDULER, slot.request_id, Edits(), expected_version=None, now=self._now
        )

    async def _write_bare(self, slot: Slot) -> None:
        await write_bare(self._client, self._store, copied(self._of_sample, slot))

    @property
    def _of_sample(self) -> Writes:
        if self._sample is None:
            raise RuntimeError("nothing is prepared")
        return self._sample

    async def _take(self, many: int) -> list[Slot]:
        """Return so many further slots, each with its request waiting."""
        slots = list(islice(self._slots, many))
        for first in range(0, many, _BATCH):
            events = [self._submission(slot) for slot in slots[first : first + _BATCH]]
            await receive_requests(self._store, events, now=self._now)
        return slots

    def _submission(self, slot: Slot) -> RequestSubmitted:
        return RequestSubmitted(
            id=f"{slot.request_id}:submitted",
            source="/benchmarks",
            subject=str(slot.request_id),
            time=self._now,
            practiceid=PRACTICE.id,
            correlationid=f"bench-{slot.request_id.hex}",
            data=RequestSubmittedData(
                request_id=slot.request_id,
                request_type=RequestType.NEW,
                submitted_at=self._now,
                submitted_by="bench",
                client_id=slot.client_id,
                service_id=SESSION.id,
                clinician_id=slot.clinician_id,
                start=slot.start,
            ),
        )


async def _per_second(slots: Sequence[Slot], approve: Approve, at_once: int) -> float:
    waiting = iter(slots)

    async def work() -> None:
        for slot in waiting:
            await approve(slot)

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(at_once)))
    return len(slots) / (time.perf_counter() - began)


def _slots(today: date) -> Iterator[Slot]:
    """Return free times without end: every hour of eight a day, one clinician after the other.

    The clinicians' days do not begin together, so that of any eight slots one opens a day.
    """
    opened: set[tuple[int, int]] = set()
    monday = today + timedelta(days=7 - today.weekday())
    midnight = datetime(monday.year, monday.month, monday.day, tzinfo=UTC)
    for turn in count():
        for number, clinician in enumerate(CLINICIANS):
            day, hour = divmod(turn + number, _HOURS)
            week, weekday = divmod(day, _WORKDAYS)
            start = midnight + timedelta(weeks=week, days=weekday, hours=_FIRST_HOUR_UTC + hour)
            yield Slot(
                request_id=bench_id(f"approve:{turn}:{number}"),
                clinician_id=clinician.id,
                client_id=_client_record(number + turn % _EACH * len(CLINICIANS)).id,
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
    )
