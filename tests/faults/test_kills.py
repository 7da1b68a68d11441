"""Each process and each server killed once, with requests and decisions in flight.

What was accepted is there afterwards, once; what was approved is e-mailed. SIGKILL shows what the
crash of a process does, not what a power cut does (FACTS "Real servers without Docker").
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import httpx
import pytest

from deploy.local.stack import MAIL_CATCHER
from tests.harness.polling import eventually
from tests.harness.system import FreeHours, System, new_key

SUBMISSIONS = 40
APPROVALS = 12
PATIENCE_SECONDS = 60.0

VICTIMS = ["request_intake", "scheduler", "notifier", MAIL_CATCHER, "rabbitmq", "mongodb"]


async def insist(call: Callable[[], "asyncio.Future[httpx.Response]"], good: int) -> httpx.Response:
    """Repeat a call, as a portal or a browser would, until it answers what it should."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            answer = await call()
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code == good:
            return answer
        if answer is not None and answer.status_code < 500:
            raise AssertionError(f"{answer.status_code}: {answer.text}")
        await asyncio.sleep(0.1)  # the pause between a caller's attempts
    raise AssertionError(f"no {good} within {PATIENCE_SECONDS:g} s")


async def submit(system: System, start: datetime, delay: float) -> UUID:
    """Ask once, after a while, insisting with one key; return the id that was accepted."""
    await asyncio.sleep(delay)  # spreads the load over the kill
    key = new_key()
    answer = await insist(
        lambda: asyncio.ensure_future(system.submit("farah", start, key=key)), good=202
    )
    return UUID(answer.json()["id"])


async def approve(system: System, request: UUID, delay: float) -> httpx.Response:
    """Approve once, after a while, insisting."""
    await asyncio.sleep(delay)  # spreads the load over the kill
    return await insist(lambda: asyncio.ensure_future(system.decide(request, "approve")), good=200)


async def kill_and_restart(system: System, victim: str) -> None:
    """End it with SIGKILL in the middle of the load, and start it again."""
    await asyncio.sleep(0.6)  # let the load begin
    if victim in ("rabbitmq", "mongodb"):
        server = getattr(system.servers, victim)
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
    else:
        await asyncio.to_thread(system.kill_process, victim)
        await asyncio.to_thread(system.start_process, victim)


@pytest.mark.parametrize("victim", VICTIMS)
async def test_nothing_accepted_is_lost_when_it_is_killed(
    system: System, free_hours: FreeHours, victim: str
) -> None:
    """Submissions and approvals run while the victim dies; all are there afterwards, once."""
    waiting = [await system.ask("farah", free_hours.take()) for _ in range(APPROVALS)]
    start = free_hours.take()
    submissions = [submit(system, start, 1.5 * n / SUBMISSIONS) for n in range(SUBMISSIONS)]
    approvals = [approve(system, id_, 1.5 * n / APPROVALS) for n, id_ in enumerate(waiting)]

    results = await asyncio.gather(
        kill_and_restart(system, victim),
        asyncio.gather(*submissions),
        asyncio.gather(*approvals),
    )
    await system.wait_until_ready()

    accepted = set(results[1])
    assert len(accepted) == SUBMISSIONS

    async def all_there() -> bool:
        listed = [UUID(item["id"]) for item in await system.pending()]
        assert max(Counter(listed).values()) == 1
        return accepted <= set(listed)

    await eventually(all_there, "every accepted request is waiting for staff", limit=60)
    appointments = {answer.json()["appointment"]["id"] for answer in results[2]}
    assert len(appointments) == APPROVALS
    for request in waiting:

        async def arrived(request: UUID = request) -> bool:
            return bool(system.emails("farah", request))

        await eventually(arrived, "every approved client is e-mailed", limit=60)
    counts = Counter(len(system.emails("farah", request)) for request in waiting)
    if victim not in ("notifier", MAIL_CATCHER, "mongodb"):
        assert counts == {1: APPROVALS}
    # Killed between the server's "250" and its record, an e-mail repeats with its Message-ID.
    for request in waiting:
        assert len({str(mail["Message-ID"]) for mail in system.emails("farah", request)}) == 1
