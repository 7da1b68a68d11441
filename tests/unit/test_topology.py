"""Queues: names and arguments exactly as FACTS "RabbitMQ" 17 asks, since they can never change."""

from collections.abc import Mapping
from typing import Any, cast

import pytest
from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel

from shared.messaging.topology import (
    DEFAULT_RETRY_DELAYS,
    EXCHANGES,
    PORTAL,
    SCHEDULING,
    Topology,
    WorkQueue,
    declare,
)

TOPOLOGY = Topology.with_delays()
WORK_QUEUES = TOPOLOGY.work_queues


class Declared:
    """A channel that notes what is declared on it."""

    def __init__(self) -> None:
        self.exchanges: dict[str, tuple[str, bool]] = {}
        self.queues: dict[str, dict[str, Any]] = {}
        self.durable: dict[str, bool] = {}
        self.bound: list[tuple[str, str, str]] = []

    async def declare_exchange(self, name: str, kind: str, *, durable: bool = False) -> None:
        """Note an exchange."""
        self.exchanges[name] = (str(kind), durable)

    async def declare_queue(
        self, name: str, *, durable: bool = False, arguments: Mapping[str, Any]
    ) -> "DeclaredQueue":
        """Note a queue; the same name with other arguments is what RabbitMQ refuses."""
        assert self.queues.setdefault(name, dict(arguments)) == arguments
        self.durable[name] = durable
        return DeclaredQueue(self, name)


class DeclaredQueue:
    """A queue that notes its bindings."""

    def __init__(self, channel: Declared, name: str) -> None:
        self._channel = channel
        self._name = name

    async def bind(self, exchange: str, routing_key: str) -> None:
        """Note a binding."""
        self._channel.bound.append((self._name, exchange, routing_key))


async def declared(topology: Topology = TOPOLOGY) -> Declared:
    """Declare a topology."""
    channel = Declared()
    await declare(cast("AbstractChannel", channel), topology)
    return channel


def test_there_is_a_queue_for_each_consumer() -> None:
    """The scheduler takes what the portal sends, the notifier what clients may be told.

    What became of e-mails goes back to the scheduler.
    """
    assert [(queue.name, queue.exchange, queue.routing_keys) for queue in WORK_QUEUES] == [
        ("scheduler.requests", PORTAL, ("request.submitted", "request.withdrawn")),
        (
            "notifier.approvals",
            SCHEDULING,
            ("request.approved", "request.declined", "appointment.changed"),
        ),
        (
            "scheduler.notifications",
            SCHEDULING,
            ("notification.sent", "notification.failed", "notification.skipped"),
        ),
        ("notifier.invitations", SCHEDULING, ("client.invited",)),
    ]
    for queue in WORK_QUEUES:
        for key in queue.routing_keys:
            assert TOPOLOGY.has_consumer(queue.exchange, key)
    assert not TOPOLOGY.has_consumer(PORTAL, "request.approved")


@pytest.mark.parametrize("queue", WORK_QUEUES, ids=lambda queue: queue.name)
def test_arguments_of_a_work_queue(queue: WorkQueue) -> None:
    """Quorum, never drops, and what RabbitMQ gives up on is kept for a person."""
    assert queue.work_arguments() == {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": f"{queue.name}.dead",
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
        "x-delivery-limit": 100,
    }


@pytest.mark.parametrize("queue", WORK_QUEUES, ids=lambda queue: queue.name)
@pytest.mark.parametrize("delay", DEFAULT_RETRY_DELAYS)
def test_arguments_of_a_retry_queue(queue: WorkQueue, delay: int) -> None:
    """Quorum, back to the work queue after the delay in milliseconds, never lost on the way."""
    assert queue.retry_arguments(delay) == {
        "x-queue-type": "quorum",
        "x-message-ttl": delay * 1000,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": queue.name,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


def test_the_ladder_of_delays() -> None:
    """30 seconds, 2 minutes, 10 minutes, an hour; then it is given up."""
    queue = TOPOLOGY.notifier_approvals
    assert [queue.retry_name(attempt) for attempt in range(1, 7)] == [
        "notifier.approvals.retry",
        "notifier.approvals.retry.120",
        "notifier.approvals.retry.600",
        "notifier.approvals.retry.3600",
        None,
        None,
    ]
    assert queue.dead_name == "notifier.approvals.dead"


def test_a_ladder_of_one_rung() -> None:
    """Tests and trials may wait less; the first rung is always `<queue>.retry`."""
    queue = Topology.with_delays([1]).scheduler_requests
    assert queue.retry_names == ("scheduler.requests.retry",)
    assert [queue.retry_name(attempt) for attempt in (1, 2)] == ["scheduler.requests.retry", None]
    assert queue.retry_arguments(1)["x-message-ttl"] == 1000


async def test_everything_is_declared_durable_and_quorum() -> None:
    """Each consumer has its work, retry and dead queues, and nothing else is made."""
    channel = await declared()
    assert channel.exchanges == dict.fromkeys(EXCHANGES, (str(ExchangeType.TOPIC), True))
    expected = {
        name for queue in WORK_QUEUES for name in (queue.name, *queue.retry_names, queue.dead_name)
    }
    assert set(channel.queues) == expected
    assert len(expected) == 24
    assert all(channel.durable.values())
    assert {arguments["x-queue-type"] for arguments in channel.queues.values()} == {"quorum"}


async def test_each_rung_waits_its_own_time() -> None:
    """Delays and queues belong together, in order."""
    channel = await declared()
    for queue in WORK_QUEUES:
        waits = [channel.queues[name]["x-message-ttl"] for name in queue.retry_names]
        assert waits == [delay * 1000 for delay in DEFAULT_RETRY_DELAYS]


async def test_what_is_dead_is_kept() -> None:
    """Nothing expires, makes room, or is dropped since somebody looked at it a few times."""
    channel = await declared()
    for queue in WORK_QUEUES:
        kept = channel.queues[queue.dead_name]
        assert not {"x-message-ttl", "x-expires", "x-max-length", "x-max-length-bytes"} & set(kept)
        assert "x-dead-letter-exchange" not in kept
        # RabbitMQ 4 drops after 20 deliveries unless told otherwise (FACTS 6).
        assert kept["x-delivery-limit"] >= 100_000


async def test_only_work_queues_are_bound() -> None:
    """Retry and dead queues are reached by name alone."""
    channel = await declared()
    assert channel.bound == [
        ("scheduler.requests", "portal", "request.submitted"),
        ("scheduler.requests", "portal", "request.withdrawn"),
        ("notifier.approvals", "scheduling", "request.approved"),
        ("notifier.approvals", "scheduling", "request.declined"),
        ("notifier.approvals", "scheduling", "appointment.changed"),
        ("scheduler.notifications", "scheduling", "notification.sent"),
        ("scheduler.notifications", "scheduling", "notification.failed"),
        ("scheduler.notifications", "scheduling", "notification.skipped"),
        ("notifier.invitations", "scheduling", "client.invited"),
    ]


async def test_declaring_again_changes_nothing() -> None:
    """Every process declares at its start."""
    channel = Declared()
    for _ in range(2):
        await declare(cast("AbstractChannel", channel), TOPOLOGY)
    assert channel.queues == (await declared()).queues
