"""An answer in time, even when it is that there is none."""

import asyncio

import httpx
from starlette.types import Receive, Scope, Send

from shared.http.time_limit import TimeLimit


def client(app: TimeLimit) -> httpx.AsyncClient:
    """Return a client of the application."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def test_what_does_not_answer_is_told_off() -> None:
    """A store is silent: 503, and the work is cancelled."""
    cancelled = asyncio.Event()

    async def silent(_scope: Scope, _receive: Receive, _send: Send) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    answer = await client(TimeLimit(silent, seconds=0.02)).get("/")

    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:openchair:problem:took-too-long"
    assert answer.headers["Retry-After"] == "5"
    assert cancelled.is_set()


async def test_what_has_begun_to_answer_may_take_its_time() -> None:
    """A stream of events goes on."""
    go_on = asyncio.Event()

    async def slow(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        asyncio.get_running_loop().call_later(0.06, go_on.set)
        await go_on.wait()
        await send({"type": "http.response.body", "body": b"all of it"})

    answer = await client(TimeLimit(slow, seconds=0.02)).get("/")

    assert (answer.status_code, answer.text) == (200, "all of it")


async def test_a_time_limit_of_the_applications_own_is_its_own() -> None:
    """Its TimeoutError is not ours to answer."""

    async def fails(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise TimeoutError

    answer: object = None
    try:
        answer = await client(TimeLimit(fails, seconds=5)).get("/")
    except TimeoutError:
        answer = "raised"
    assert answer == "raised"
