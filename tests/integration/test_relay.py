"""The outbox leaves: at once, once, by whichever relay, and later when RabbitMQ is away."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.scheduler.mongo.store import Store
from services.scheduler.relay import Relay
from shared.messaging.publisher import OutgoingMessage, PublishFailed
from shared.messaging.topology import SCHEDULING, Topology
from shared.mongo import Session
from shared.schemas.request_declined import RequestDeclined, RequestDeclinedData
from shared.schemas.vocabulary import RequestType
from tests.harness.polling import eventually

TOPOLOGY = Topology.with_delays()


class Broker:
    """Takes what is published, unless it is away."""

    def __init__(self) -> None:
        self.taken: list[OutgoingMessage] = []
        self.away = False

    async def publish(self, message: OutgoingMessage) -> None:
        """Take it."""
        if self.away:
            raise PublishFailed("away")
        self.taken.append(message)


async def add_event(store: Store, routing_key: str = "request.declined") -> str:
    """Put one event into the outbox; return its id."""
    identifier = uuid4()
    now = datetime.now(UTC)
    event = RequestDeclined(
        id=f"{identifier}:declined",
        source="/tests",
        subject=str(identifier),
        time=now,
        practiceid=uuid4(),
        correlationid="a-correlation",
        data=RequestDeclinedData(
            request_id=identifier, request_type=RequestType.NEW, decided_at=now
        ),
    )

    async def body(session: Session) -> None:
        await store.outbox.add(event, exchange=SCHEDULING, routing_key=routing_key, session=session)

    await store.transaction(body)
    return event.id


async def nothing_waits(store: Store) -> bool:
    """Say whether all rows are published."""
    return await store.outbox.oldest_waiting() is None


async def test_three_relays_publish_each_event_once(store: Store) -> None:
    """They share the rows by leases."""
    broker = Broker()
    for _ in range(120):
        await add_event(store)
    relays = [Relay(store.outbox, broker, TOPOLOGY) for _ in range(3)]  # type: ignore[arg-type]
    for relay in relays:
        relay.loop.start()
    try:
        await eventually(lambda: nothing_waits(store), "all events are published")
    finally:
        for relay in relays:
            await relay.loop.stop()

    bodies = [message.body for message in broker.taken]
    assert len(bodies) == len(set(bodies)) == 120
    assert all(message.mandatory for message in broker.taken)  # a queue of ours takes declines


async def test_a_woken_relay_publishes_at_once(store: Store) -> None:
    """Not at the next sweep, a second later."""
    broker = Broker()
    relay = Relay(store.outbox, broker, TOPOLOGY)  # type: ignore[arg-type]
    relay.loop.start()
    try:
        await add_event(store, "request.of-tomorrow")
        relay.wake()

        async def taken() -> bool:
            return len(broker.taken) == 1

        await eventually(taken, "the event is published", limit=0.9)
    finally:
        await relay.loop.stop()
    assert not broker.taken[0].mandatory  # nobody need take it


async def test_what_could_not_be_published_stays_and_leaves_later(store: Store) -> None:
    """RabbitMQ away: the row waits, and nothing is marked."""
    broker = Broker()
    broker.away = True
    await add_event(store)
    relay = Relay(store.outbox, broker, TOPOLOGY)  # type: ignore[arg-type]
    relay.loop.start()
    try:
        with pytest.raises(AssertionError):
            await eventually(lambda: nothing_waits(store), "it must not", limit=1.5)
        broker.away = False
        await eventually(lambda: nothing_waits(store), "it leaves when RabbitMQ is back")
    finally:
        await relay.loop.stop()
    assert len(broker.taken) == 1


async def test_a_lease_that_ran_out_is_taken_over(store: Store) -> None:
    """A relay that died with rows in hand does not keep them."""
    event_id = await add_event(store)
    now = datetime.now(UTC) + timedelta(seconds=1)
    lease = timedelta(seconds=30)

    first = await store.outbox.claim(now=now, lease=lease, limit=10)
    second = await store.outbox.claim(now=now, lease=lease, limit=10)
    third = await store.outbox.claim(now=now + lease, lease=lease, limit=10)

    assert [row.id for row in first] == [event_id]
    assert second == []
    assert [row.id for row in third] == [event_id]
