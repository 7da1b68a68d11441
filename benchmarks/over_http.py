"""The same over HTTP: two API processes, one on each of the two databases.

RabbitMQ is not needed: the API serves without it, and nothing here makes an event.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import httpx

from benchmarks.loading import Loaded
from benchmarks.measuring import Measurement, Unit, compare_times
from benchmarks.old_appointments import this_week
from benchmarks.practice import CLINICIANS, PRACTICE, SCHEDULER
from benchmarks.reading import TARGET
from deploy.local.ports import free_port
from deploy.local.process import ChildProcess
from deploy.local.stack import ROOT
from shared.auth.local_issuer import LocalIssuer

_AUDIENCE: Final = "openchair"
_NO_BROKER: Final = "amqp://nobody:nothing@127.0.0.1:1/"
_READY_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 10.0

Get = Callable[[], Awaitable[object]]


async def measure_over_http(
    mongodb_url: str, directory: Path, *, baseline: Loaded, subject: Loaded, pairs: int
) -> list[Measurement]:
    """Return how long the default list and a calendar week take over HTTP, in milliseconds.

    Raises:
        LocalServerError: an API did not start.
        httpx.HTTPStatusError: it refused.

    """
    key_file = directory / "local-issuer.json"
    LocalIssuer.create_key(key_file)
    async with AsyncExitStack() as stack:
        small, large = [
            await _serve(stack, mongodb_url, directory, key_file, loaded)
            for loaded in (baseline, subject)
        ]
        week = this_week(subject.now)
        calendar: dict[str, str] = {
            "from": week[0].isoformat(),
            "until": week[1].isoformat(),
            "clinician_id": str(CLINICIANS[0].id),
        }
        paths: dict[str, tuple[str, Mapping[str, str]]] = {
            "default list": ("/v1/appointment-requests", {}),
            "calendar week of one clinician": ("/v1/calendar", calendar),
        }
        return [
            Measurement(
                "over HTTP",
                name,
                Unit.MILLISECONDS,
                *await compare_times(
                    [partial(_get, small, path, query)], [partial(_get, large, path, query)], pairs
                ),
                TARGET,
            )
            for name, (path, query) in paths.items()
        ]


async def _get(api: httpx.AsyncClient, path: str, query: Mapping[str, str]) -> None:
    answer = await api.get(path, params=dict(query))
    answer.raise_for_status()


async def _serve(
    stack: AsyncExitStack, mongodb_url: str, directory: Path, key_file: Path, loaded: Loaded
) -> httpx.AsyncClient:
    """Start an API on a database, and return a client that is its practice scheduler."""
    port = free_port()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    process = ChildProcess(f"api-{loaded.size}", directory)
    process.start(
        [sys.executable, "-m", "services.scheduler"],
        {
            **kept,
            "PYTHONPATH": str(ROOT),
            "APP_ENV": "dev",
            "LOG_LEVEL": "WARNING",
            "HTTP_PORT": str(port),
            "SCHEDULER_COMPONENTS": "api",
            "RABBITMQ_URL": _NO_BROKER,
            "MONGODB_URL": mongodb_url,
            "MONGODB_DATABASE": loaded.store.database.name,
            "LOCAL_ISSUER_KEY_FILE": str(key_file),
            "AUTH_AUDIENCE": _AUDIENCE,
        },
    )
    stack.callback(process.stop, _STOP_SECONDS)
    claims = {
        "sub": "bench",
        "practice_id": str(PRACTICE.id),
        "role": SCHEDULER.role.value,
        "staff_id": str(SCHEDULER.id),
    }
    token = LocalIssuer.load(key_file).sign(claims, audience=_AUDIENCE, now=datetime.now(UTC))
    api = httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}
    )
    await stack.enter_async_context(api)
    await asyncio.to_thread(
        process.wait_until, partial(_is_ready, f"http://127.0.0.1:{port}"), _READY_SECONDS
    )
    return api


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready", timeout=5).is_success
    except httpx.HTTPError:
        return False
