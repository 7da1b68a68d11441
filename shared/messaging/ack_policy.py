"""What becomes of a delivered message: the only place that acknowledges one.

=====================  =========================================================================
the handler            the message
=====================  =========================================================================
returns                is acknowledged
InvalidMessage         goes to the dead queue at once, with the reason in a header
a store is away        is held and tried again with jittered pauses; this counts as no attempt
RetryLater             waits in the next retry queue; after the last one: dead queue
anything else          the same as RetryLater
is cancelled           stays unacknowledged, and RabbitMQ delivers it again
=====================  =========================================================================

A copy is published with confirm before the original is acknowledged, so a crash in between
duplicates and never loses. Attempts are counted in a header of ours (FACTS "RabbitMQ" 17).
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Final

import structlog
from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import AMQPError

from shared.messaging.publisher import ConfirmedPublisher, OutgoingMessage
from shared.messaging.topology import WorkQueue
from shared.observability.metrics import HANDLED, HANDLING_SECONDS

ATTEMPT_HEADER: Final = "x-openchair-attempt"
REASON_HEADER: Final = "x-openchair-reason"
DIED_AT_HEADER: Final = "x-openchair-dead-at"
HANDLER_LIMIT_SECONDS: Final = 60.0
HOLD_LIMIT_SECONDS: Final = 600.0  # well under the broker's 30 minutes (FACTS 18)

log = structlog.get_logger(__name__)

Handler = Callable[[AbstractIncomingMessage], Awaitable[None]]


class InvalidMessage(Exception):
    """The message can never be handled; `reason` holds no personal data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RetryLater(Exception):
    """The message cannot be handled now; `reason` holds no personal data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AckPolicy:
    """Wraps one queue's handler.

    `is_outage` tells whether an exception means that a store is away. `on_exhausted` runs, with the
    message and the reason, before a message whose attempts are used up goes to the dead queue.
    """

    def __init__(
        self,
        queue: WorkQueue,
        publisher: ConfirmedPublisher,
        *,
        is_outage: Callable[[BaseException], bool],
        on_exhausted: Callable[[AbstractIncomingMessage, str], Awaitable[None]] | None = None,
    ) -> None:
        self._queue = queue
        self._publisher = publisher
        self._is_outage = is_outage
        self._on_exhausted = on_exhausted

    async def settle(self, message: AbstractIncomingMessage, handler: Handler) -> None:
        """Run the handler and do with the message what the table above says."""
        started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(
            correlation_id=str(message.correlation_id or ""), queue=self._queue.name
        )
        try:
            outcome = await self._decide(message, handler)
        except Exception as error:  # noqa: BLE001  FastStream would swallow it and freeze
            # Neither moved on nor acknowledged: back to the queue, and no hot loop.
            log.warning("message.not_settled", reason=type(error).__name__)
            await asyncio.sleep(random.uniform(0.5, 1.5))  # noqa: S311  jitter, not a secret
            outcome = await _requeue(message)
        elapsed = time.perf_counter() - started
        HANDLED.labels(self._queue.name, outcome).inc()
        HANDLING_SECONDS.labels(self._queue.name).observe(elapsed)
        log.info(
            "message.handled",
            outcome=outcome,
            attempt=attempt_of(message),
            duration_ms=round(elapsed * 1000, 1),
        )

    async def _decide(self, message: AbstractIncomingMessage, handler: Handler) -> str:
        try:
            await self._run_while_stores_are_away(message, handler)
        except InvalidMessage as error:
            await self._bury(message, error.reason)
            return "dead"
        except _HeldTooLong:
            return await _requeue(message)
        except RetryLater as error:
            return await self._retry(message, error.reason)
        except Exception as error:
            log.exception("message.handler_failed")
            return await self._retry(message, f"unexpected: {type(error).__name__}")
        await _acknowledge(message)
        return "done"

    async def _run_while_stores_are_away(
        self, message: AbstractIncomingMessage, handler: Handler
    ) -> None:
        give_up_at = time.monotonic() + HOLD_LIMIT_SECONDS
        pause = 0.2
        while True:
            try:
                async with asyncio.timeout(HANDLER_LIMIT_SECONDS):
                    return await handler(message)
            except Exception as error:
                if not self._is_outage(error):
                    raise
                if time.monotonic() > give_up_at:
                    raise _HeldTooLong from error
                log.warning("message.held", reason=type(error).__name__)
            await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311  jitter
            pause = min(pause * 2, 5.0)

    async def _retry(self, message: AbstractIncomingMessage, reason: str) -> str:
        attempt = attempt_of(message)
        retry_queue = self._queue.retry_name(attempt)
        if retry_queue is None:
            if self._on_exhausted is not None:
                await self._on_exhausted(message, reason)
            await self._bury(message, f"gave up after {attempt} attempts: {reason}")
            return "dead"
        log.warning("message.retried_later", reason=reason, attempt=attempt)
        headers = {ATTEMPT_HEADER: attempt + 1, REASON_HEADER: reason}
        await self._publisher.publish(_copy(message, retry_queue, headers))
        await _acknowledge(message)
        return "retry"

    async def _bury(self, message: AbstractIncomingMessage, reason: str) -> None:
        log.warning("message.dead", reason=reason)
        headers = {
            ATTEMPT_HEADER: attempt_of(message),
            REASON_HEADER: reason,
            DIED_AT_HEADER: datetime.now(UTC).isoformat(timespec="seconds"),
        }
        await self._publisher.publish(_copy(message, self._queue.dead_name, headers))
        await _acknowledge(message)


class _HeldTooLong(Exception):
    pass


def attempt_of(message: AbstractIncomingMessage) -> int:
    """Return which attempt this delivery is, 1 for the first; a header of nonsense counts as 1."""
    value = message.headers.get(ATTEMPT_HEADER, 1)
    return value if isinstance(value, int) and value >= 1 else 1


def headers_to_keep(message: AbstractIncomingMessage) -> dict[str, object]:
    """Return the headers that a copy takes along: neither the broker's own nor ours."""
    return {name: value for name, value in message.headers.items() if not name.startswith("x-")}


def _copy(
    message: AbstractIncomingMessage, queue: str, headers: Mapping[str, object]
) -> OutgoingMessage:
    return OutgoingMessage(
        exchange="",
        routing_key=queue,
        body=message.body,
        correlation_id=str(message.correlation_id or ""),
        headers={**headers_to_keep(message), **headers},  # type: ignore[dict-item]
    )


async def _acknowledge(message: AbstractIncomingMessage) -> None:
    try:
        await message.ack()
    except (AMQPError, RuntimeError, OSError):
        # The channel went away: RabbitMQ delivers it again, and handlers are idempotent (FACTS 5).
        log.warning("message.ack_lost")


async def _requeue(message: AbstractIncomingMessage) -> str:
    try:
        await message.nack(requeue=True)
    except (AMQPError, RuntimeError, OSError):
        log.warning("message.ack_lost")
    return "requeued"
