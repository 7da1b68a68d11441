"""Sending e-mails, against bare aiosmtplib that sends the same bytes over kept connections.

The pool alone, and the whole of what the notifier does with an event once it has it: claim, turn,
composing, `sending`, the exchange, `sent`. A server on this machine that answers at once makes all
of that weigh most; one that takes the milliseconds which real ones take is nearer to practice.
"""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

import aiosmtplib

from benchmarks.events import approvals
from benchmarks.measuring import Measurement, Slice, Target, Unit, compare_times, in_turn
from deploy.local.ports import free_port
from deploy.local.process import ChildProcess
from deploy.local.stack import ROOT
from services.notifier.compose import compose
from services.notifier.deliveries import Deliveries
from services.notifier.notices import Content, Notice, notice_of
from services.notifier.pace import Unlimited
from services.notifier.sending import Sender
from services.notifier.smtp import Letter, SmtpServer
from services.notifier.smtp_pool import SmtpPool
from shared.mongo import Client

TARGET: Final = Target(0.8, at_least=True)
_GROUP: Final = "e-mails"
_DATABASE: Final = "bench_send"
_CONNECTIONS: Final = 5
_IN_HAND: Final = 10  # as MAIL_PREFETCH
_SLICE: Final = 50
_SLICES: Final = 4
_SERVER_MS: Final = (0, 50)
_ALLOWED_MS: Final = 3.0
_START_SECONDS: Final = 10.0

T = TypeVar("T")


async def measure_sending(client: Client, directory: Path, *, pairs: int) -> list[Measurement]:
    """Return e-mails a second, and what composing one takes; in a database of its own.

    Raises:
        RuntimeError: not all e-mails were recorded as sent.

    """
    await client.drop_database(_DATABASE)
    deliveries = Deliveries(client, _DATABASE)
    await deliveries.prepare()
    measurements = [await _measure_composing(pairs)]
    for milliseconds in _SERVER_MS:
        with _sink(directory, milliseconds) as port:
            async with _bare_connections(port) as bare, _pool(port) as pool:
                bench = _Bench(deliveries, pool, bare, milliseconds)
                measurements += [await bench.pool_alone(pairs), await bench.whole(pairs)]
    return measurements


class _Bench:
    """All over the same server: bare connections, and the notifier's own."""

    def __init__(
        self,
        deliveries: Deliveries,
        pool: SmtpPool,
        bare: Sequence[aiosmtplib.SMTP],
        milliseconds: int,
    ) -> None:
        self._deliveries = deliveries
        self._pool = pool
        self._bare = bare
        self._server = f"server takes {milliseconds} ms"
        # Where it answers at once, what we add is all there is: told only.
        self._target_of_whole = TARGET if milliseconds else None
        self._letters = [
            Letter.of(_composed(notice_of(event).content, datetime.now(UTC)))
            for event in islice(approvals(), _SLICE)
        ]

    async def pool_alone(self, pairs: int) -> Measurement:
        """Measure the pool with the bytes that the bare connections send."""

        async def send(letter: Letter) -> None:
            async with self._pool.slot():
                await self._pool.send(letter)

        return await self._measure(
            "pool alone",
            lambda _number: _at_once(_CONNECTIONS, send, self._letters),
            TARGET,
            pairs,
        )

    async def whole(self, pairs: int) -> Measurement:
        """Measure from the claim to the record that it was sent."""
        sender = Sender(
            self._deliveries, self._pool, _composed, pace=Unlimited(), recorded=lambda: None
        )
        total = pairs * _SLICES * _SLICE
        notices = [notice_of(event) for event in islice(approvals(), total + _SLICE)]
        slices = [notices[begin : begin + _SLICE] for begin in range(0, total, _SLICE)]
        await _at_once(_IN_HAND, sender.deliver, notices[total:])  # warm
        before = await self._sent()
        measurement = await self._measure(
            "claim to sent",
            lambda number: _at_once(_IN_HAND, sender.deliver, slices[number]),
            self._target_of_whole,
            pairs,
        )
        if await self._sent() - before != total:
            raise RuntimeError("not all e-mails were recorded as sent")
        return measurement

    async def _measure(
        self, name: str, subject: Slice, target: Target | None, pairs: int
    ) -> Measurement:
        bare, ours = await in_turn(pairs, _SLICES, lambda _number: self._send_bare(), subject)
        name = f"{name}, {self._server}"
        return Measurement(_GROUP, name, Unit.PER_SECOND, _rates(bare), _rates(ours), target)

    async def _send_bare(self) -> None:
        waiting = iter(self._letters)

        async def use(client: aiosmtplib.SMTP) -> None:
            for letter in waiting:
                await client.sendmail(letter.sender, [letter.recipient], letter.content)

        await asyncio.gather(*(use(client) for client in self._bare))

    async def _sent(self) -> int:
        return await self._deliveries.collection.count_documents({"state": "sent"})


async def _measure_composing(pairs: int) -> Measurement:
    notices = [notice_of(event) for event in islice(approvals(), 20)]

    async def make(notice: Notice) -> None:
        Letter.of(_composed(notice.content, datetime.now(UTC)))

    calls = [partial(make, notice) for notice in notices]
    figures, _ = await compare_times(calls, calls, pairs)
    allowed = (_ALLOWED_MS,) * pairs
    name = "composing one, against 3 ms"
    return Measurement(_GROUP, name, Unit.MILLISECONDS, allowed, figures, Target(1.0))


def _composed(content: Content, now: datetime) -> EmailMessage:
    return compose(content, mail_from="us@example.org", mail_domain="example.org", now=now)


def _rates(milliseconds: Sequence[float]) -> tuple[float, ...]:
    return tuple(_SLICE * 1000 / spent for spent in milliseconds)


async def _at_once(workers: int, work: Callable[[T], Awaitable[None]], things: Sequence[T]) -> None:
    waiting = iter(things)

    async def take() -> None:
        for one in waiting:
            await work(one)

    await asyncio.gather(*(take() for _ in range(workers)))


@asynccontextmanager
async def _pool(port: int) -> AsyncIterator[SmtpPool]:
    pool = SmtpPool(
        SmtpServer("127.0.0.1", port, "none"), connections=_CONNECTIONS, idle_seconds=600
    )
    yield pool
    await pool.close()


@asynccontextmanager
async def _bare_connections(port: int) -> AsyncIterator[list[aiosmtplib.SMTP]]:
    clients = [
        aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
        for _ in range(_CONNECTIONS)
    ]
    for client in clients:
        await client.connect()
    yield clients
    for client in clients:
        await client.quit()


@contextmanager
def _sink(directory: Path, milliseconds: int) -> Iterator[int]:
    port = free_port()
    process = ChildProcess(f"smtp-sink-{milliseconds}", directory)
    process.start(
        [sys.executable, "-m", "benchmarks.smtp_sink", str(port), str(milliseconds)],
        {"PYTHONPATH": str(ROOT)},
    )
    try:
        process.wait_until(partial(_listens, port), _START_SECONDS)
        yield port
    finally:
        process.stop(_START_SECONDS)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
