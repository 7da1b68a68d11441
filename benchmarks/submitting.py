"""What asking for an appointment costs beside a bare route, and how long it takes under load.

Each is one uvicorn process, on the same RabbitMQ; nobody consumes meanwhile.
"""

import asyncio
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Any, Final

import httpx

from benchmarks.http_load import Connections
from benchmarks.measuring import Measurement, Target, Unit, in_turn
from benchmarks.portal_practice import CLIENTS, client, fill
from benchmarks.practice import PRACTICE, SESSION
from deploy.local.ports import free_port
from deploy.local.process import ChildProcess
from deploy.local.rabbitmq import RabbitMQServer
from deploy.local.stack import ROOT
from services.scheduler.mongo.store import Store
from shared import mongo
from shared.auth.local_issuer import LocalIssuer

RATE: Final = Target(0.8, at_least=True)
LIMIT_MILLISECONDS: Final = 50.0
A_SECOND: Final = 200.0
_GROUP: Final = "asking for an appointment"
_DATABASE: Final = "bench_submitting"
_AUDIENCE: Final = "openchair"
_AT_ONCE: Final = 32
_SLICES: Final = 4
_IN_SLICE: Final = 400
_SECONDS_OF_LOAD: Final = 5
_P99: Final = 0.99
_READY_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 15.0
_LIMITS: Final = (
    "READS_PER_MINUTE",
    "WRITES_PER_MINUTE",
    "CALLS_PER_MINUTE_OF_ADDRESS",
    "CALLS_PER_MINUTE_OF_PORTAL",
)
_OFTEN: Final = dict.fromkeys(_LIMITS, "1000000000")


async def measure_submitting(mongodb_url: str, directory: Path, *, pairs: int) -> list[Measurement]:
    """Return the rate against the bare route's, and the time within which 99 of 100 are answered.

    Raises:
        LocalServerError: a process or RabbitMQ did not start.
        WrongAnswer: one refused.

    """
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    await _fill(mongodb_url, now)
    async with AsyncExitStack() as stack:
        rabbitmq = stack.enter_context(RabbitMQServer(directory / "rabbitmq"))
        bare_port, intake_port = _start(stack, rabbitmq.url, mongodb_url, directory)
        requests = _requests(LocalIssuer.load(directory / "local-issuer.json"), now)
        bare, intake = [
            await stack.enter_async_context(Connections(port, _AT_ONCE, expected=202))
            for port in (bare_port, intake_port)
        ]
        await _know_the_practice(intake, requests)
        await bare.send_all(list(islice(requests, _IN_SLICE)))
        await intake.send_all(list(islice(requests, _IN_SLICE)))
        rates = await in_turn(
            pairs,
            _SLICES,
            lambda _number: bare.send_all(list(islice(requests, _IN_SLICE))),
            lambda _number: intake.send_all(list(islice(requests, _IN_SLICE))),
        )
        late = [await _p99(intake, requests) for _ in range(pairs)]
    bare_rate, intake_rate = (
        tuple(_IN_SLICE * 1000 / milliseconds for milliseconds in side) for side in rates
    )
    limit = (LIMIT_MILLISECONDS,) * pairs
    name = f"99 of 100 at {A_SECOND:.0f}/s, against 50 ms"
    return [
        Measurement(_GROUP, f"{_AT_ONCE} at once", Unit.PER_SECOND, bare_rate, intake_rate, RATE),
        Measurement(_GROUP, name, Unit.MILLISECONDS, limit, tuple(late), Target(1.0)),
    ]


async def _p99(intake: Connections, requests: Iterator[bytes]) -> float:
    many = int(A_SECOND * _SECONDS_OF_LOAD)
    took = await intake.send_at(list(islice(requests, many)), A_SECOND)
    return sorted(took)[int(_P99 * many)] * 1000


async def _know_the_practice(intake: Connections, requests: Iterator[bytes]) -> None:
    """Ask until the practice's settings are there: without them there is less to do."""
    await intake.send_all(list(islice(requests, _AT_ONCE)))
    await asyncio.sleep(1)


async def _fill(mongodb_url: str, now: datetime) -> None:
    client_of = mongo.connect(mongodb_url)
    await client_of.drop_database(_DATABASE)
    await fill(Store(client_of, _DATABASE), now.date())
    await mongo.close(client_of)


def _start(
    stack: AsyncExitStack, rabbitmq_url: str, mongodb_url: str, directory: Path
) -> tuple[int, int]:
    """Start the bare route, the scheduler that tells the settings, and intake."""
    LocalIssuer.create_key(directory / "local-issuer.json")
    bare, scheduler, intake = free_port(), free_port(), free_port()
    identity = {
        "APP_ENV": "dev",
        "LOCAL_ISSUER_KEY_FILE": str(directory / "local-issuer.json"),
        "AUTH_AUDIENCE": _AUDIENCE,
        "RABBITMQ_URL": rabbitmq_url,
    }
    run = partial(_run, stack, directory)
    run("benchmarks.bare_intake", bare, {"RABBITMQ_URL": rabbitmq_url})
    run(
        "services.scheduler",
        scheduler,
        {
            **identity,
            "SCHEDULER_COMPONENTS": "api",
            "MONGODB_URL": mongodb_url,
            "MONGODB_DATABASE": _DATABASE,
        },
    )
    run(
        "services.request_intake",
        intake,
        {**identity, **_OFTEN, "SCHEDULER_URL": f"http://127.0.0.1:{scheduler}"},
    )
    return bare, intake


def _run(
    stack: AsyncExitStack, directory: Path, module: str, port: int, own: dict[str, str]
) -> None:
    kept = {one: os.environ[one] for one in ("PATH", "HOME", "LANG") if one in os.environ}
    process = ChildProcess(f"bench-{module}", directory)
    process.start(
        [sys.executable, "-m", module],
        {**kept, "PYTHONPATH": str(ROOT), "HTTP_PORT": str(port), **own},
    )
    stack.callback(process.stop, _STOP_SECONDS)
    process.wait_until(partial(_answers, port), _READY_SECONDS)


def _answers(port: int) -> bool:
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=5)
    except httpx.HTTPError:
        return False
    return answer.status_code in (200, 404)  # the bare route has no such page


def _requests(issuer: LocalIssuer, now: datetime) -> Iterator[bytes]:
    """Return requests without end: of fifty clients in turn, each with a key of its own."""
    tokens = [_token(issuer, number, now) for number in range(CLIENTS)]
    start = (now + timedelta(days=14)).isoformat()
    body = {
        "service_id": str(SESSION.id),
        "start": start,
        "time_zone": PRACTICE.time_zone,
        "note": "Mornings suit me best.",
    }
    for number in count():
        yield _http(body, tokens[number % CLIENTS], f"{now.timestamp():.0f}-{number}")


def _token(issuer: LocalIssuer, number: int, now: datetime) -> str:
    claims = {
        "sub": f"client-{number}",
        "practice_id": str(PRACTICE.id),
        "client_id": str(client(number).id),
    }
    return issuer.sign(claims, audience=_AUDIENCE, now=now)


def _http(body: dict[str, Any], token: str, key: str) -> bytes:
    content = json.dumps(body).encode()
    head: Sequence[str] = (
        "POST /v1/appointment-requests HTTP/1.1",
        "Host: intake.example.org",
        "Content-Type: application/json",
        f"Authorization: Bearer {token}",
        f"Idempotency-Key: {key}",
        f"Content-Length: {len(content)}",
    )
    return "\r\n".join((*head, "", "")).encode() + content
