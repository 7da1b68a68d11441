"""Publishes what the outbox holds: woken after each decision, and a sweep every second.

At least once, in no promised order. A row is marked only after RabbitMQ confirmed it, so a crash in
between publishes it again under the same event id.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from services.scheduler.mongo.outbox import Outbox, OutboxRow
from shared.messaging.publisher import (
    ConfirmedPublisher,
    OutgoingMessage,
    PublishFailed,
    PublishUncertain,
)
from shared.messaging.topology import Topology
from shared.observability.metrics import OUTBOX_OLDEST_SECONDS
from shared.observability.supervision import Supervised

_BATCH: Final = 50
_SWEEP_SECONDS: Final = 1.0
_LEASE: Final = timedelta(seconds=30)

log = structlog.get_logger(__name__)


class Relay:
    """One process's relay; any number may run."""

    def __init__(self, outbox: Outbox, publisher: ConfirmedPublisher, topology: Topology) -> None:
        self._outbox = outbox
        self._publisher = publisher
        self._topology = topology
        self._woken = asyncio.Event()
        self.loop = Supervised("relay", self._run)

    def wake(self) -> None:
        """Say that a row was just committed."""
        self._woken.set()

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            all_gone = await self._drain()
            self.loop.turned()
            await self._measure()
            if not all_gone:
                await asyncio.sleep(_SWEEP_SECONDS)  # RabbitMQ is away: no use in hurrying
                continue
            try:
                async with asyncio.timeout(_SWEEP_SECONDS):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def _drain(self) -> bool:
        """Publish until nothing waits; False when RabbitMQ would not take it."""
        while rows := await self._outbox.claim(now=_now(), lease=_LEASE, limit=_BATCH):
            outcomes = await asyncio.gather(*(self._publish(row) for row in rows))
            confirmed = _those(rows, outcomes, wanted=True)
            left = _those(rows, outcomes, wanted=False)
            if confirmed:
                await self._outbox.mark_published(confirmed, now=_now())
            if left:
                await self._outbox.release(left, now=_now())
                return False
        return True

    async def _publish(self, row: OutboxRow) -> bool:
        try:
            await self._publisher.publish(
                OutgoingMessage(
                    exchange=row.exchange,
                    routing_key=row.routing_key,
                    body=row.body.encode(),
                    correlation_id=row.correlation_id,
                    mandatory=self._topology.has_consumer(row.exchange, row.routing_key),
                )
            )
        except (PublishFailed, PublishUncertain) as error:
            log.warning("outbox.not_published", event_id=row.id, reason=type(error).__name__)
            return False
        log.info(
            "outbox.published",
            event_id=row.id,
            routing_key=row.routing_key,
            correlation_id=row.correlation_id,
        )
        return True

    async def _measure(self) -> None:
        oldest = await self._outbox.oldest_waiting()
        OUTBOX_OLDEST_SECONDS.set(0 if oldest is None else (_now() - oldest).total_seconds())


def _those(rows: Sequence[OutboxRow], outcomes: Sequence[bool], *, wanted: bool) -> list[str]:
    return [row.id for row, outcome in zip(rows, outcomes, strict=True) if outcome is wanted]


def _now() -> datetime:
    return datetime.now(UTC)
