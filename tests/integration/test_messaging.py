"""Publishing, the ack policy and the queues, on a real broker."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractIncomingMessage, AbstractRobustChannel

from shared.messaging.ack_policy import AckPolicy, InvalidMessage, RetryLater, attempt_of
from shared.messaging.consumer import Consumer
from shared.messaging.publisher import (
    ConfirmedPublisher,
    OutgoingMessage,
    PublishFailed,
    PublishUncertain,
)
from shared.messaging.topology import PORTAL, Topology
from tests.harness.polling import eventually
from tests.harness.queues import empty_queues

TOPOLOGY = Topology.with_delays((1, 1))
QUEUE = TOPOLOGY.scheduler_requests


class StoreAway(Exception):
    """Stands for a database that does not answer."""


@pytest.fixture
async def channel(vhost_url: str) -> AsyncIterator[AbstractRobustChannel]:
    """A channel of the test's own, on queues that are declared and empty."""
    async with empty_queues(vhost_url, TOPOLOGY, QUEUE) as channel:
        yield channel


@pytest.fixture
async def publisher(vhost_url: str) -> AsyncIterator[ConfirmedPublisher]:
    """A connected publisher."""
    connected = ConfirmedPublisher(vhost_url, TOPOLOGY, name="test")
    await connected.connect()
    yield connected
    await connected.close()


class Handled:
    """A consumer with a handler that follows what the body says, and remembers."""

    def __init__(self, url: str, publisher: ConfirmedPublisher) -> None:
        self.seen: list[tuple[str, int]] = []
        self.exhausted: list[str] = []
        self.outages = 0
        self._consumer = Consumer(url, name="test")
        policy = AckPolicy(
            QUEUE,
            publisher,
            is_outage=lambda error: isinstance(error, StoreAway),
            on_exhausted=self._on_exhausted,
        )
        self._consumer.subscribe(QUEUE, self._handle, policy, prefetch=5)

    async def __aenter__(self) -> "Handled":
        await self._consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def _handle(self, message: AbstractIncomingMessage) -> None:
        body = message.body.decode(errors="replace")
        self.seen.append((body, attempt_of(message)))
        match body:
            case "garbage":
                raise InvalidMessage("of no use")
            case "later":
                raise RetryLater("not now")
            case "bug":
                raise ZeroDivisionError("a name that must not travel")
            case "away" if self.outages < 3:
                self.outages += 1
                raise StoreAway
            case _:
                return

    async def _on_exhausted(self, _message: AbstractIncomingMessage, reason: str) -> None:
        self.exhausted.append(reason)

    async def wait_for(self, body: str, times: int = 1) -> None:
        """Wait until a body was seen that often."""

        async def seen() -> bool:
            return [text for text, _ in self.seen].count(body) >= times

        await eventually(seen, f"{body} is seen {times} times")


async def put(publisher: ConfirmedPublisher, body: bytes, **headers: Any) -> None:
    """Publish a body to the portal's exchange."""
    await publisher.publish(
        OutgoingMessage(PORTAL, "request.submitted", body, "a-correlation", headers or None)
    )


async def one_of(channel: AbstractRobustChannel, name: str) -> AbstractIncomingMessage:
    """Take the next message of a queue, once there is one."""
    queue = await channel.get_queue(name, ensure=False)

    async def get() -> AbstractIncomingMessage | None:
        return await queue.get(fail=False, no_ack=True)

    message = await eventually(get, f"a message in {name}")
    assert message is not None
    return message


async def is_empty(channel: AbstractRobustChannel, name: str) -> bool:
    """Say whether nothing waits in a queue; what a stopped consumer held is back in it."""
    queue = await channel.get_queue(name, ensure=False)
    return await queue.get(fail=False, no_ack=False) is None


async def test_garbage_goes_to_the_dead_queue_and_the_next_is_served(
    vhost_url: str, channel: AbstractRobustChannel, publisher: ConfirmedPublisher
) -> None:
    """At once, with the reason, and with what it was."""
    async with Handled(vhost_url, publisher) as handled:
        await put(publisher, b"garbage")
        await put(publisher, b"good")
        await handled.wait_for("good")

    dead = await one_of(channel, QUEUE.dead_name)
    assert dead.body == b"garbage"
    assert dead.headers["x-openchair-reason"] == "of no use"
    assert dead.headers["x-openchair-attempt"] == 1
    assert dead.correlation_id == "a-correlation"
    assert dead.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
    assert await is_empty(channel, QUEUE.name)


async def test_what_cannot_be_done_now_climbs_the_ladder_and_is_buried_at_last(
    vhost_url: str, channel: AbstractRobustChannel, publisher: ConfirmedPublisher
) -> None:
    """Two delays make three attempts; then the dead queue, after saying so."""
    async with Handled(vhost_url, publisher) as handled:
        await put(publisher, b"later")
        dead = await one_of(channel, QUEUE.dead_name)

    assert handled.seen == [("later", 1), ("later", 2), ("later", 3)]
    assert handled.exhausted == ["not now"]
    assert dead.headers["x-openchair-reason"] == "gave up after 3 attempts: not now"


async def test_a_fault_of_ours_is_retried_and_tells_only_its_kind(
    vhost_url: str, channel: AbstractRobustChannel, publisher: ConfirmedPublisher
) -> None:
    """What an exception says may hold a name, so it does not travel."""
    async with Handled(vhost_url, publisher) as handled:
        await put(publisher, b"bug")
        await handled.wait_for("bug", times=2)
        dead = await one_of(channel, QUEUE.dead_name)

    assert "ZeroDivisionError" in str(dead.headers["x-openchair-reason"])
    assert "must not travel" not in str(dead.headers)


async def test_while_a_store_is_away_the_message_is_held_and_not_counted(
    vhost_url: str, channel: AbstractRobustChannel, publisher: ConfirmedPublisher
) -> None:
    """It is tried again and again as the same, first attempt; then it is done."""
    async with Handled(vhost_url, publisher) as handled:
        await put(publisher, b"away")
        await handled.wait_for("away", times=4)

    assert handled.seen == [("away", 1)] * 4
    assert await is_empty(channel, QUEUE.name)
    assert await is_empty(channel, QUEUE.dead_name)


async def test_odd_messages_freeze_nothing(
    vhost_url: str, channel: AbstractRobustChannel, publisher: ConfirmedPublisher
) -> None:
    """Other content types, broken bytes, nonsense in our headers, no ids at all."""
    exchange = await channel.get_exchange(PORTAL, ensure=False)
    odd = [
        aio_pika.Message(b"\xff\xfe", content_type="text/plain"),
        aio_pika.Message(b'{"a":', content_type="application/json", content_encoding="gzip"),
        aio_pika.Message(b"", headers={"x-openchair-attempt": "many"}),
        aio_pika.Message(b"x" * 2_000_000, headers={"x-openchair-attempt": -5}),
        aio_pika.Message(b"reply", reply_to="nowhere", correlation_id="é" * 60),
    ]
    async with Handled(vhost_url, publisher) as handled:
        for _ in range(3):
            for message in odd:
                await exchange.publish(message, "request.submitted")
        await put(publisher, b"good")
        await handled.wait_for("good")

        async def all_seen() -> bool:
            return len(handled.seen) == 3 * len(odd) + 1

        await eventually(all_seen, "every odd message was handled")

    assert await is_empty(channel, QUEUE.name)


async def test_a_message_nobody_takes_is_not_believed_to_be_published(
    publisher: ConfirmedPublisher,
) -> None:
    """Unroutable is a failure, unless it is said that nobody need take it."""
    stray = OutgoingMessage(PORTAL, "no.such.key", b"{}", "c")
    with pytest.raises(PublishFailed):
        await publisher.publish(stray)
    await publisher.publish(OutgoingMessage(PORTAL, "no.such.key", b"{}", "c", mandatory=False))
    await put(publisher, b"good")


async def test_an_exchange_that_is_gone_fails_and_the_next_publish_works(
    channel: AbstractRobustChannel, publisher: ConfirmedPublisher
) -> None:
    """The broker closes the channel for it; the publisher gets itself another."""
    with pytest.raises((PublishFailed, PublishUncertain)):
        await publisher.publish(OutgoingMessage("no-such-exchange", "x", b"{}", "c"))

    async def works() -> bool:
        try:
            await put(publisher, b"good")
        except (PublishFailed, PublishUncertain):
            return False
        return True

    await eventually(works, "publishing works again")
    assert (await one_of(channel, QUEUE.name)).body == b"good"


async def test_many_publish_at_once(
    channel: AbstractRobustChannel, publisher: ConfirmedPublisher
) -> None:
    """Each waits for its own confirm."""
    await asyncio.gather(*(put(publisher, f"{n}".encode()) for n in range(300)))

    bodies = {(await one_of(channel, QUEUE.name)).body for _ in range(300)}
    assert bodies == {f"{n}".encode() for n in range(300)}
