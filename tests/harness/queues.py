"""A channel of a test's own, on queues that are declared and empty."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aio_pika
from aio_pika.abc import AbstractRobustChannel

from shared.messaging.topology import Topology, WorkQueue, declare


@asynccontextmanager
async def empty_queues(
    url: str, topology: Topology, *queues: WorkQueue
) -> AsyncIterator[AbstractRobustChannel]:
    """Declare all, and empty those of these consumers."""
    connection = await aio_pika.connect_robust(url)
    channel = await connection.channel()
    await declare(channel, topology)
    for queue in queues:
        for name in (queue.name, queue.dead_name, *queue.retry_names):
            await (await channel.get_queue(name, ensure=False)).purge()
    yield channel
    await connection.close()
