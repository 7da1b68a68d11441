"""Publishing that is not believed until RabbitMQ confirmed it.

Published with aio-pika itself rather than through FastStream's broker: FACTS "RabbitMQ" 1-4 lists
what its `publish` leaves to chance (ADR 0003). Publishing has a connection of its own, since a
memory alarm stops the broker reading one that publishes (FACTS 8).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import aio_pika
import structlog
from aio_pika.abc import AbstractRobustChannel, AbstractRobustConnection, HeadersType
from aio_pika.exceptions import AMQPError, ChannelNotFoundEntity, DeliveryError, PublishError

from shared.messaging.connection import RECONNECT_SECONDS, RoundTrip, connection_url
from shared.messaging.topology import Topology, declare
from shared.observability.metrics import PUBLISHED
from shared.schemas.envelope import CONTENT_TYPE

PUBLISH_SECONDS: Final = 4.8
CONFIRM_TIMEOUT_SECONDS: Final = 4.0
_CONNECT_PATIENCE_SECONDS: Final = 1.0
_DECLARE_SECONDS: Final = 30.0

log = structlog.get_logger(__name__)


class PublishFailed(Exception):
    """The message is certainly not in RabbitMQ; publishing it again is safe."""


class PublishUncertain(Exception):
    """No confirm came: it may or may not have arrived. Publish it again with the same id."""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message for one exchange; an empty exchange name routes by queue name."""

    exchange: str
    routing_key: str
    body: bytes
    correlation_id: str
    headers: HeadersType | None = None
    mandatory: bool = True

    def to_amqp(self) -> aio_pika.Message:
        """Return it persistent, with a transport id of this attempt (FACTS 4)."""
        return aio_pika.Message(
            self.body,
            headers=self.headers,
            content_type=CONTENT_TYPE,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=uuid4().hex,
            correlation_id=self.correlation_id,
        )


class ConfirmedPublisher:
    """One connection and channel with confirms; keeps reconnecting by itself once started.

    The topology is declared at every connection, and once more when a message finds no queue: a
    broker that lost its data, or a queue that somebody deleted, is put right without a restart.
    """

    def __init__(self, url: str, topology: Topology, *, name: str) -> None:
        self._url = connection_url(url, name=f"{name} (publish)")
        self._topology = topology
        self._connection: AbstractRobustConnection | None = None
        self._channel: AbstractRobustChannel | None = None
        self._round_trip: RoundTrip | None = None
        self._in_doubt = False
        self._declaring = asyncio.Lock()

    async def connect(self) -> None:
        """Connect and declare the topology; returns when RabbitMQ was first reached.

        Raises:
            OSError, aio_pika.exceptions.AMQPError: not reachable now; call it again.

        """
        if self._connection is not None:
            return
        connection = await aio_pika.connect_robust(
            self._url, reconnect_interval=RECONNECT_SECONDS, timeout=CONFIRM_TIMEOUT_SECONDS
        )
        try:
            await self._declare(connection)
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            self._round_trip = RoundTrip(await connection.channel())
        except BaseException:
            await connection.close()
            raise
        connection.reconnect_callbacks.add(self._declare_again)
        self._connection = connection
        self._channel = channel

    async def close(self) -> None:
        """Close the connection; messages not confirmed by then are uncertain."""
        if self._connection is not None:
            await self._connection.close()
        self._connection = self._channel = self._round_trip = None

    async def ready(self) -> bool:
        """Say whether the next publish is likely to be confirmed."""
        return self._round_trip is not None and await self._round_trip.answers()

    async def publish(self, message: OutgoingMessage) -> None:
        """Publish and wait for the confirm, for at most five seconds in all.

        After an uncertain one, the broker is asked whether it listens before more is written: what
        is written to a blocked broker arrives later, when its caller has long been told to retry.

        Raises:
            PublishFailed: not connected, not listening, refused by the queue, or not routable.
            PublishUncertain: the confirm did not come.

        """
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                await self._publish_somehow(message)
        except TimeoutError as error:
            self._in_doubt = True
            PUBLISHED.labels(message.routing_key, "uncertain").inc()
            raise PublishUncertain("too slow") from error
        except (_NotThere, PublishFailed) as error:
            PUBLISHED.labels(message.routing_key, "failed").inc()
            raise PublishFailed(str(error)) from error
        except PublishUncertain:
            self._in_doubt = True
            PUBLISHED.labels(message.routing_key, "uncertain").inc()
            raise
        self._in_doubt = False
        PUBLISHED.labels(message.routing_key, "confirmed").inc()

    async def _publish_somehow(self, message: OutgoingMessage) -> None:
        await self._make_sure_it_listens()
        try:
            await self._publish(message)
        except _NotThere as error:
            await self._declare_for(error)
            await self._publish(message)

    async def _make_sure_it_listens(self) -> None:
        if self._in_doubt and not await self.ready():
            raise PublishFailed("not listening")

    async def _publish(self, message: OutgoingMessage) -> None:
        channel = await self._open_channel()
        try:
            async with asyncio.timeout(CONFIRM_TIMEOUT_SECONDS):
                exchange = (
                    await channel.get_exchange(message.exchange, ensure=False)
                    if message.exchange
                    else channel.default_exchange
                )
                await exchange.publish(
                    message.to_amqp(), message.routing_key, mandatory=message.mandatory
                )
        except (PublishError, ChannelNotFoundEntity) as error:
            raise _NotThere("no queue or exchange") from error
        except DeliveryError as error:
            raise PublishFailed("refused") from error
        except asyncio.CancelledError as error:
            # A connection found dead cancels who waits on it, though nobody cancelled us (FACTS 3).
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            raise PublishUncertain("connection lost") from error
        except Exception as error:
            raise PublishUncertain(type(error).__name__) from error

    async def _open_channel(self) -> AbstractRobustChannel:
        if self._connection is None or self._channel is None:
            raise PublishFailed("never connected")
        try:
            async with asyncio.timeout(_CONNECT_PATIENCE_SECONDS):
                await self._channel.ready()
        except TimeoutError as error:
            raise PublishFailed("not connected") from error
        return self._channel

    async def _declare(self, connection: AbstractRobustConnection) -> None:
        async with asyncio.timeout(_DECLARE_SECONDS), connection.channel() as setup:
            await declare(setup, self._topology)

    async def _declare_again(self, *_: object) -> None:
        if self._connection is None:
            return
        try:
            await self._declare(self._connection)
        except (AMQPError, OSError, TimeoutError, RuntimeError) as error:
            log.warning("topology.not_declared", reason=type(error).__name__)

    async def _declare_for(self, error: Exception) -> None:
        if self._declaring.locked():
            raise PublishFailed("no queue or exchange") from error  # being put right just now
        async with self._declaring:
            await self._declare_again()


class _NotThere(Exception):
    pass


async def run_messaging(
    publisher: ConfirmedPublisher, start_consuming: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Connect, declare, consume, and stay; for a supervisor, which repeats it while it raises."""
    await publisher.connect()
    if start_consuming is not None:
        await start_consuming()
    await asyncio.Event().wait()
