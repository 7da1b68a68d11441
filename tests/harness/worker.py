"""The scheduler's worker on real queues."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.scheduler.mongo.store import Store
from services.scheduler.subscribers import notification_handler, portal_request_handler
from shared import mongo
from shared.messaging.ack_policy import AckPolicy
from shared.messaging.consumer import Consumer
from shared.messaging.publisher import ConfirmedPublisher
from shared.messaging.topology import Topology


@asynccontextmanager
async def running_worker(
    rabbitmq_url: str, store: Store, topology: Topology
) -> AsyncIterator[ConfirmedPublisher]:
    """Run one; what it yields publishes to it."""
    publisher = ConfirmedPublisher(rabbitmq_url, topology, name="test")
    await publisher.connect()
    consumer = Consumer(rabbitmq_url, name="test")
    for queue, handler in (
        (topology.scheduler_requests, portal_request_handler(store)),
        (topology.scheduler_notifications, notification_handler(store)),
    ):
        policy = AckPolicy(queue, publisher, is_outage=mongo.is_outage)
        consumer.subscribe(queue, handler, policy, prefetch=20)
    await consumer.start()
    yield publisher
    await consumer.stop()
    await publisher.close()
