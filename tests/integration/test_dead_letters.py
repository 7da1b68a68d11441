"""The person on call lists, shows, replays and drops dead letters."""

import asyncio
from collections.abc import AsyncIterator

import aio_pika
import pytest
from aio_pika.abc import AbstractRobustChannel

from cli.dead_letters import DeadLetters, body_text
from shared.messaging.topology import Topology
from tests.harness.polling import eventually
from tests.harness.queues import empty_queues
from tests.harness.servers import Servers

TOPOLOGY = Topology.with_delays()
QUEUE = TOPOLOGY.notifier_approvals
LETTERS = [
    (b'{"id": "one", "data": {"name": "Amara"}}', "smtp: 550"),
    (b'{"id": "two"}', "gave up"),
    (b"garbage \xff", "not-an-event"),
]


@pytest.fixture
async def channel(servers: Servers) -> AsyncIterator[AbstractRobustChannel]:
    """Three dead letters in a virtual host of their own."""
    url = await asyncio.to_thread(servers.rabbitmq.add_vhost, "dead-letters")
    async with empty_queues(url, TOPOLOGY, QUEUE) as channel:
        for body, reason in LETTERS:
            message = aio_pika.Message(
                body,
                headers={"x-openchair-reason": reason, "x-openchair-attempt": 5},
                message_id="a-message-id",
            )
            await channel.default_exchange.publish(message, QUEUE.dead_name)
        yield channel


@pytest.fixture
def url(channel: AbstractRobustChannel, servers: Servers) -> str:
    """Where they are."""
    del channel
    return servers.rabbitmq.url + "dead-letters"


async def waiting(url: str) -> list[str]:
    """Return the ids of the dead letters, once what was held is back."""

    async def some() -> list[str]:
        async with DeadLetters.open(url, TOPOLOGY) as letters:
            return [letter.id for letter in letters.find("all")]

    return await eventually(some, "dead letters")


async def test_looking_changes_nothing(url: str) -> None:
    """Twice the same list, in the same order; the summary says why and names nobody."""
    async with DeadLetters.open(url, TOPOLOGY) as letters:
        summaries = [letter.summary for letter in letters.find("all")]
        assert '"Amara"' in body_text(letters.find("one")[0])

    assert await waiting(url) == ["one", "two", "a-message-id"]
    assert [reason in summary for (_, reason), summary in zip(LETTERS, summaries, strict=True)]
    assert "Amara" not in "".join(summaries)


async def test_a_replayed_letter_is_a_first_attempt_again(
    url: str, channel: AbstractRobustChannel
) -> None:
    """It is back in the work queue, without our marks, and gone from the dead ones."""
    async with DeadLetters.open(url, TOPOLOGY) as letters:
        for letter in letters.find("two"):
            await letters.replay(letter)

    work = await channel.get_queue(QUEUE.name, ensure=False)
    message = await work.get(no_ack=True)
    assert message.body == b'{"id": "two"}'
    assert not [name for name in message.headers if name.startswith("x-openchair")]
    assert await waiting(url) == ["one", "a-message-id"]


async def test_a_dropped_letter_is_gone(url: str) -> None:
    """And only that one."""
    async with DeadLetters.open(url, TOPOLOGY) as letters:
        assert letters.find("three") == []
        for letter in letters.find("a-message-id"):
            await letters.drop(letter)

    assert await waiting(url) == ["one", "two"]
