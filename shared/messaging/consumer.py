"""The FastStream broker that consumes, set up as FACTS "RabbitMQ" 6-8 and 19 ask."""

import asyncio
from typing import Final

import structlog
from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import AMQPError
from faststream import AckPolicy as FastStreamAckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitMessage, RabbitQueue
from faststream.rabbit.schemas.queue import QueueType

from shared.messaging.ack_policy import AckPolicy, Handler
from shared.messaging.connection import RECONNECT_SECONDS, connection_url
from shared.messaging.topology import WorkQueue

DRAIN_SECONDS: Final = 25.0
_PING_SECONDS: Final = 1.0

log = structlog.get_logger(__name__)


async def _leave_undecoded(message: RabbitMessage) -> RabbitMessage:
    # Decoding is ours (`events.parse_event`): a failure in FastStream's would freeze the consumer.
    # What a decoder returns is what the handler gets, since no types are applied.
    return message


class Consumer:
    """One process's consuming connection; `start` returns when RabbitMQ was reached."""

    def __init__(self, url: str, *, name: str) -> None:
        self._broker = RabbitBroker(
            connection_url(url, name=f"{name} (consume)"),
            logger=None,
            fail_fast=False,
            graceful_timeout=DRAIN_SECONDS,
            reconnect_interval=RECONNECT_SECONDS,
            decoder=_leave_undecoded,
            apply_types=False,
        )
        self._started = False

    def subscribe(
        self, queue: WorkQueue, handler: Handler, policy: AckPolicy, *, prefetch: int
    ) -> None:
        """Hand every message of `queue` to `handler`, at most `prefetch` at a time."""

        @self._broker.subscriber(
            # Passive: topology.declare made it.
            RabbitQueue(queue.name, queue_type=QueueType.QUORUM, durable=True, declare=False),
            channel=Channel(prefetch_count=prefetch),
            ack_policy=FastStreamAckPolicy.MANUAL,
            no_reply=True,
        )
        async def receive(message: RabbitMessage) -> None:
            raw: AbstractIncomingMessage = message.raw_message
            await policy.settle(raw, handler)

    async def start(self) -> None:
        """Connect and begin to consume; RabbitMQ being away makes it wait."""
        await self._broker.start()
        self._started = True

    async def stop(self) -> None:
        """Stop taking messages and let the ones in hand finish, for at most 25 seconds.

        A silent broker answers no goodbye; what is not done by then is delivered again.
        """
        self._started = False
        try:
            async with asyncio.timeout(DRAIN_SECONDS + 1):
                await self._broker.stop()
        except (AMQPError, OSError, TimeoutError, RuntimeError) as error:
            log.warning("consumer.stopped_badly", reason=type(error).__name__)

    async def ready(self) -> bool:
        """Say whether messages are being taken."""
        return self._started and await self._broker.ping(timeout=_PING_SECONDS)
