"""What each call of the portal answers while RabbitMQ, the scheduler or MongoDB is away.

In each of the eight combinations; reads with and without an earlier answer of the same caller.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations
from typing import Final
from uuid import UUID, uuid4

import httpx
import pytest

from demo_practice.calendar import SERVICES
from demo_practice.people import DANA
from tests.faults.test_servers_away import during
from tests.harness.polling import eventually
from tests.harness.portal import PRACTICE_PATH, REQUESTS, Portal
from tests.harness.system import System, new_key

_SERVERS: Final = ("rabbitmq", "scheduler", "mongodb")
_NEWCOMERS: Final = ("maya", "quinn", "rosa", "soren", "tara", "umar", "valentina", "yusuf")
"""Clients who have read nothing yet, one for each combination."""

ACCEPTED, FRESH, STALE = "202", "200", "200, stale"
NOT_ACCEPTED, NOT_READ = "503 not-accepted", "503 scheduler-unavailable"


def _combinations() -> Iterator[frozenset[str]]:
    for away in chain.from_iterable(combinations(_SERVERS, n) for n in range(4)):
        yield frozenset(away)


@dataclass(frozen=True)
class Expected:
    """What is answered: to writes, to reads with an earlier answer, and to reads without."""

    writes: str
    reads_again: str
    reads_first: str


def _expected(away: frozenset[str]) -> Expected:
    writes = NOT_ACCEPTED if "rabbitmq" in away else ACCEPTED
    if away & {"scheduler", "mongodb"}:
        return Expected(writes, STALE, NOT_READ)
    return Expected(writes, FRESH, FRESH)


TABLE: Final = {away: _expected(away) for away in _combinations()}


@asynccontextmanager
async def away_are(system: System, away: frozenset[str]) -> AsyncIterator[None]:
    """Take servers and services away together, and bring them back."""
    async with AsyncExitStack() as stack:
        if "scheduler" in away:
            process = system.processes["scheduler"]
            stop = during(lambda: process.stop(30), lambda: system.start_process("scheduler"))
            await stack.enter_async_context(stop)
        for name in sorted(away - {"scheduler"}):
            server = getattr(system.servers, name)
            await stack.enter_async_context(during(server.kill, server.start))
        yield
    await system.wait_until_ready()


async def reads_of(person: Portal) -> dict[str, str]:
    """Read everything, and say what was answered."""
    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    times = {
        "service_id": str(SERVICES["session"].id),
        "from": (start + timedelta(days=20)).isoformat(),
        "until": (start + timedelta(days=25)).isoformat(),
    }
    return {
        "practice": told(await person.get(PRACTICE_PATH)),
        "open times": told(await person.get(f"{PRACTICE_PATH}/availability", **times)),
        "own requests": told(await person.get(REQUESTS)),
        "own appointments": told(await person.get("/v1/appointments")),
    }


def told(answer: httpx.Response) -> str:
    """Return an answer in a word; what is not good must say how long to wait."""
    if answer.status_code == 503:
        assert int(answer.headers["Retry-After"]) > 0
        return f"503 {answer.json()['type'].rpartition(':')[2]}"
    if answer.status_code == 200:
        assert int(answer.headers["Age"]) >= 0
        return STALE if "Warning" in answer.headers else FRESH
    return str(answer.status_code)


@pytest.mark.parametrize("away", TABLE, ids=lambda away: " and ".join(sorted(away)) or "nothing")
async def test_what_each_call_answers(system: System, away: frozenset[str]) -> None:
    """As the table says; what was accepted meanwhile is with staff afterwards."""
    known = Portal(system, "amara")
    newcomer = Portal(system, _NEWCOMERS[list(TABLE).index(away)])
    expected = TABLE[away]
    assert set((await reads_of(known)).values()) == {FRESH}
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=80)
    body = {
        "service_id": str(SERVICES["session"].id),
        "clinician_id": str(DANA.id),
        "start": (start + timedelta(hours=len(_NEWCOMERS))).isoformat(),
    }

    async with away_are(system, away):
        await settled(system, away)
        submitted = await known.post(body, key=new_key())
        by_newcomer = await newcomer.post(body, key=new_key())
        withdrawn = await known.withdraw(uuid4())
        again, first = await asyncio.gather(reads_of(known), reads_of(newcomer))

    assert [told(one) for one in (submitted, by_newcomer, withdrawn)] == [expected.writes] * 3
    assert again == dict.fromkeys(again, expected.reads_again)
    assert first == dict.fromkeys(first, expected.reads_first)
    for answer in (submitted, by_newcomer):
        if answer.status_code == 202:
            await with_staff(system, UUID(answer.json()["id"]))


async def settled(system: System, away: frozenset[str]) -> None:
    """Wait until intake has noticed that RabbitMQ is away: at first its outcome is unknown."""

    async def noticed() -> bool:
        answer = await system.intake.get("/health/ready")
        return (answer.status_code == 503) == ("rabbitmq" in away)

    await eventually(noticed, "intake has noticed")


async def with_staff(system: System, request: UUID) -> None:
    """Wait until staff see it, and have it declined, so that it stands in nobody's way."""

    async def seen() -> bool:
        return (await system.review(request)).status_code == 200

    await eventually(seen, "what was accepted is with staff", limit=60)
    assert (await system.decide(request, "decline", person="priya")).status_code == 200
