"""Each process and each server killed once, with requests and decisions in flight.

What was accepted is there afterwards, once; what was approved is e-mailed. SIGKILL shows what the
crash of a process does, not what a power cut does (FACTS "Real servers without Docker").
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from uuid import UUID

import httpx
import pytest

from deploy.local.stack import MAIL_CATCHER
from tests.harness.polling import eventually
from tests.harness.system import FreeHours, System, new_key

FIRST = 8
MOST = 400
APPROVALS = 12
PATIENCE_SECONDS = 60.0

VICTIMS = ["request_intake", "scheduler", "notifier", MAIL_CATCHER, "rabbitmq", "mongodb"]


async def insist(call: Callable[[], Awaitable[httpx.Response]], good: int) -> httpx.Response:
    """Repeat a call, as a portal or a browser would, until it answers what it should."""

    async def answered() -> httpx.Response | None:
        try:
            answer = await call()
        except httpx.TransportError:
            return None
        assert answer.status_code == good or answer.status_code >= 500, answer.text
        return answer if answer.status_code == good else None

    answer = await eventually(answered, f"an answer of {good}", limit=PATIENCE_SECONDS)
    assert answer is not None
    return answer


class Load:
    """Clients who ask, one after another, from before the kill until the victim is back."""

    def __init__(self, system: System, start: datetime) -> None:
        self._system = system
        self._start = start
        self.accepted: list[UUID] = []
        self.has_begun = asyncio.Event()
        self.victim_is_back = asyncio.Event()

    async def ask(self) -> None:
        """Ask with a key, insisting, and again."""
        while not self.victim_is_back.is_set() and len(self.accepted) < MOST:
            key = new_key()
            answer = await insist(partial(self._submit, key), good=202)
            self.accepted.append(UUID(answer.json()["id"]))
            if len(self.accepted) >= FIRST:
                self.has_begun.set()

    async def _submit(self, key: str) -> httpx.Response:
        return await self._system.submit("farah", self._start, key=key)

    async def approve(self, request: UUID) -> httpx.Response:
        """Approve, insisting, at the moment of the kill."""
        await self.has_begun.wait()
        return await insist(lambda: self._system.decide(request, "approve"), good=200)

    async def kill_and_restart(self, victim: str) -> None:
        """End it with SIGKILL in the middle of the load, and start it again."""
        await self.has_begun.wait()
        if victim in ("rabbitmq", "mongodb"):
            server = getattr(self._system.servers, victim)
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
        else:
            await asyncio.to_thread(self._system.kill_process, victim)
            await asyncio.to_thread(self._system.start_process, victim)
        await self._system.wait_until_ready()
        self.victim_is_back.set()


@pytest.mark.parametrize("victim", VICTIMS)
async def test_nothing_accepted_is_lost_when_it_is_killed(
    system: System, free_hours: FreeHours, victim: str
) -> None:
    """Submissions and approvals run while the victim dies; all are there afterwards, once."""
    waiting = [await system.ask("farah", free_hours.take()) for _ in range(APPROVALS)]
    load = Load(system, free_hours.take())

    async with asyncio.TaskGroup() as group:
        approvals = [group.create_task(load.approve(request)) for request in waiting]
        group.create_task(load.kill_and_restart(victim))
        for _ in range(4):
            group.create_task(load.ask())
    approved = [approval.result() for approval in approvals]

    accepted = set(load.accepted)
    assert len(accepted) == len(load.accepted) > FIRST

    async def all_there() -> bool:
        listed = [UUID(item["id"]) for item in await system.pending()]
        assert max(Counter(listed).values()) == 1
        return accepted <= set(listed)

    await eventually(all_there, "every accepted request is waiting for staff", limit=60)
    appointments = {answer.json()["appointment"]["id"] for answer in approved}
    assert len(appointments) == APPROVALS
    for request in waiting:

        async def arrived(request: UUID = request) -> bool:
            return bool(system.emails("farah", request))

        await eventually(arrived, "every approved client is e-mailed", limit=60)
    counts = Counter(len(system.emails("farah", request)) for request in waiting)
    if victim not in ("notifier", MAIL_CATCHER):
        assert counts == {1: APPROVALS}
    # Killed between the server's "250" and its record, an e-mail repeats with its Message-ID.
    for request in waiting:
        assert len({str(mail["Message-ID"]) for mail in system.emails("farah", request)}) == 1
