"""A provider's limit holds for all processes together, and nobody sleeps through their lease."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from services.notifier.pace import Spaced
from services.notifier.waiting import LIMIT_SECONDS, RateLimited
from shared import mongo
from shared.messaging.topology import Topology
from tests.harness.approvals import approval
from tests.harness.notifier import Setting, running
from tests.harness.queues import empty_queues
from tests.harness.servers import Servers

TOPOLOGY = Topology.with_delays((1, 1))


@pytest.fixture
async def database(servers: Servers) -> AsyncIterator[mongo.Database]:
    """An empty database."""
    client = mongo.connect(servers.mongodb.url)
    empty = client[f"test_{uuid4().hex}"]
    yield empty
    await client.drop_database(empty.name)
    await mongo.close(client)


async def test_several_processes_share_the_limit(database: mongo.Database) -> None:
    """Three of them, four e-mails each at 25 a second: the last leaves 11 intervals later."""
    interval = timedelta(milliseconds=40)
    processes = [Spaced(database, interval) for _ in range(3)]
    began = time.monotonic()

    async def leave(pace: Spaced) -> float:
        await pace.wait()
        return time.monotonic() - began

    left = sorted(await asyncio.gather(*(leave(pace) for pace in processes for _ in range(4))))

    seconds = interval.total_seconds()
    assert all(at >= number * seconds - 0.01 for number, at in enumerate(left))


async def test_what_was_not_used_is_not_saved_up(database: mongo.Database) -> None:
    """After a pause there is one, and not all that could have been sent meanwhile."""
    pace = Spaced(database, timedelta(milliseconds=100))
    await pace.wait()
    await asyncio.sleep(0.35)  # the pause is what is tested
    began = time.monotonic()
    await asyncio.gather(*(pace.wait() for _ in range(3)))

    assert time.monotonic() - began >= 0.19


async def test_nobody_waits_longer_than_that(database: mongo.Database) -> None:
    """Who would have to is told at once, and takes no place that others could have."""
    pace = Spaced(database, timedelta(seconds=LIMIT_SECONDS * 0.7))
    await pace.wait()
    second = asyncio.create_task(pace.wait())
    third = asyncio.create_task(pace.wait())
    done, waiting = await asyncio.wait(
        {second, third}, timeout=5, return_when=asyncio.FIRST_COMPLETED
    )
    for one in waiting:
        one.cancel()

    assert len(done) == len(waiting) == 1
    (refused,) = done
    assert isinstance(refused.exception(), RateLimited)
    free_in = (await database["pace"].find_one({"_id": "smtp"}) or {})["free_in_ms"]
    assert free_in <= 2 * LIMIT_SECONDS * 700


async def test_a_limited_notifier_sends_each_once_and_costs_no_attempt(
    vhost_url: str, servers: Servers
) -> None:
    """Waiting comes before the mark that it is being sent."""
    async with empty_queues(vhost_url, TOPOLOGY, TOPOLOGY.notifier_approvals):
        interval = timedelta(milliseconds=50)
        setting = Setting(vhost_url, servers.mongodb.url, TOPOLOGY, interval=interval)
        async with running(setting) as notifier:
            events = [approval() for _ in range(8)]
            began = time.monotonic()
            for event in events:
                await notifier.send(event)
            deliveries = [await notifier.wait_for(event, "sent") for event in events]

    assert time.monotonic() - began >= 7 * 0.05 - 0.01
    assert [delivery["attempts"] for delivery in deliveries] == [1] * 8
    assert len(notifier.smtp.taken) == 8
