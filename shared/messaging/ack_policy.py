"""What becomes of a delivered message: the only place that acknowledges one.

=====================  =========================================================================
the handler            the message
=====================  =========================================================================
returns                is acknowledged
InvalidMessage         goes to the dead queue at once, with the reason in a header
a store is away        is held and tried again with jittered pauses; this counts as no attempt
RetryLater             waits in the next retry queue; after the last one: dead queue
anything else          the same as RetryLater
is cancelled by us     stays unacknowledged, and RabbitMQ delivers it again
=====================  =========================================================================

A copy is published with confirm before the original is acknowledged, so a crash in between
duplicates and never loses. Attempts are counted in a header of ours (FACTS "RabbitMQ" 17).
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
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
        verdict = await self._judge(message, handler)
        outcome = await self._carry_out(message, verdict)
        elapsed = time.perf_counter() - started
        HANDLED.labels(self._queue.name, outcome).inc()
        HANDLING_SECONDS.labels(self._queue.name).observe(elapsed)
        log.info(
            "message.handled",
            outcome=outcome,
            attempt=attempt_of(message),
            duration_ms=round(elapsed * 1000, 1),
        )

    async def _judge(self, message: AbstractIncomingMessage, handler: Handler) -> "_Verdict":
        attempt = attempt_of(message)
        try:
            await self._while_stores_are_away(lambda: handler(message))
        except InvalidMessage as error:
            return self._bury(attempt, error.reason)
        except _HeldTooLong:
            return self._hold(attempt)
        except RetryLater as error:
            return await self._retry(message, attempt, error.reason)
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            # A library's doing (FACTS 3): left alone, the message would stay in hand for ever.
            return await self._retry(message, attempt, "unexpected: CancelledError")
        except Exception as error:
            log.exception("message.handler_failed")
            return await self._retry(message, attempt, f"unexpected: {type(error).__name__}")
        return _Verdict("done")

    async def _while_stores_are_away(self, work: Callable[[], Awaitable[None]]) -> None:
        give_up_at = time.monotonic() + HOLD_LIMIT_SECONDS
        pause = 0.2
        while True:
            try:
                async with asyncio.timeout(HANDLER_LIMIT_SECONDS):
                    return await work()
            except Exception as error:
                if not self._is_outage(error):
                    raise
                if time.monotonic() > give_up_at:
                    raise _HeldTooLong from error
                log.warning("message.held", reason=type(error).__name__)
            await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311  jitter
            pause = min(pause * 2, 5.0)

    async def _retry(
        self, message: AbstractIncomingMessage, attempt: int, reason: str
    ) -> "_Verdict":
        retry_queue = self._queue.retry_name(attempt)
        if retry_queue is not None:
            log.warning("message.retried_later", reason=reason, attempt=attempt)
            return _Verdict("retry", retry_queue, attempt + 1, reason)
        tell = self._on_exhausted
        if tell is not None:
            try:
                await self._while_stores_are_away(lambda: tell(message, reason))
            except _HeldTooLong:
                return self._hold(attempt)
            except Exception as error:  # noqa: BLE001  burying it matters more
                log.warning("message.exhaustion_not_recorded", reason=type(error).__name__)
        return self._bury(attempt, f"gave up after {attempt} attempts: {reason}")

    def _hold(self, attempt: int) -> "_Verdict":
        # A copy, since deliveries are counted by the broker; the same attempt, since it is one.
        return _Verdict("held", self._queue.retry_names[0], attempt, "a store is away")

    def _bury(self, attempt: int, reason: str) -> "_Verdict":
        log.warning("message.dead", reason=reason)
        return _Verdict("dead", self._queue.dead_name, attempt, reason)

    async def _carry_out(self, message: AbstractIncomingMessage, verdict: "_Verdict") -> str:
        """Publish the copy, if there is one to be, until it is confirmed; then acknowledge.

        The handler is not run again for it: what it did is done. While the broker does not listen,
        nothing is written to it (`ConfirmedPublisher.publish`), so copies do not pile up.
        """
        if verdict.queue is not None:
            copy = _copy(message, verdict)
            give_up_at = time.monotonic() + HOLD_LIMIT_SECONDS
            while not await self._is_published(copy):
                if time.monotonic() > give_up_at:
                    return await _requeue(message)
                await asyncio.sleep(random.uniform(0.5, 1.5))  # noqa: S311  jitter
        await _acknowledge(message)
        return verdict.outcome

    async def _is_published(self, copy: OutgoingMessage) -> bool:
        try:
            await self._publisher.publish(copy)
        except Exception as error:  # noqa: BLE001  FastStream would swallow it and freeze
            log.warning("message.not_moved", reason=type(error).__name__)
            return False
        return True


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What becomes of a message; `queue` is where a copy goes, None when it is simply done."""

    outcome: str
    queue: str | None = None
    attempt: int = 1
    reason: str = ""


class _HeldTooLong(Exception):
    pass


def attempt_of(message: AbstractIncomingMessage) -> int:
    """Return which attempt this delivery is, 1 for the first; a header of nonsense counts as 1."""
    value = message.headers.get(ATTEMPT_HEADER, 1)
    return value if isinstance(value, int) and value >= 1 else 1


def _copy(message: AbstractIncomingMessage, verdict: _Verdict) -> OutgoingMessage:
    # No header of the original's: the body says all, and another's header may not even be writable.
    headers: dict[str, str | int] = {
        ATTEMPT_HEADER: verdict.attempt,
        REASON_HEADER: verdict.reason,
    }
    if verdict.outcome == "dead":
        headers[DIED_AT_HEADER] = datetime.now(UTC).isoformat(timespec="seconds")
    return OutgoingMessage(
        exchange="",
        routing_key=verdict.queue or "",
        body=message.body,
        correlation_id=str(message.correlation_id or ""),
        headers=dict(headers),
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
