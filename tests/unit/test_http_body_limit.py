"""Bodies: of at most 64 KiB, within ten seconds, and whole or not at all."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
from starlette.types import Message

from shared.http import body_limit
from shared.http.app import create_app
from shared.http.body_limit import MAX_BODY_BYTES

LIMIT = 64 * 1024


class Input(BaseModel):
    """Edits, all of which may be left out, as when a request is approved."""

    model_config = ConfigDict(extra="forbid")

    start: str | None = None


class Served:
    """An application with one route whose body may be left out; `taken` is what it was given."""

    def __init__(self) -> None:
        self.taken: list[Input | None] = []
        self.app = create_app(title="Test", lifespan=_no_lifespan)

        @self.app.post("/approve")
        async def approve(body: Input | None = None) -> dict[str, str]:
            self.taken.append(body)
            return {}

        self.app.get("/approve")(self._nothing)

    async def _nothing(self) -> dict[str, str]:
        return {}

    async def post(self, content: Any, **headers: str) -> httpx.Response:
        """Post a body."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.post(
                "/approve",
                content=content,
                headers={
                    "Content-Type": "application/json",
                    **{name.replace("_", "-"): value for name, value in headers.items()},
                },
            )

    async def deliver(self, messages: Iterator[Message], **headers: str) -> list[Message]:
        """Give the application these messages, as a server does; return what it answered."""
        answered: list[Message] = []

        async def receive() -> Message:
            return next(messages)

        async def send(message: Message) -> None:
            answered.append(message)

        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/approve",
            "raw_path": b"/approve",
            "query_string": b"",
            "headers": [(b"content-type", b"application/json"), *raw],
            "client": ("client", 1),
            "server": ("test", 80),
        }
        await self.app(scope, receive, send)
        return answered


@asynccontextmanager
async def _no_lifespan(_app: FastAPI) -> AsyncIterator[None]:
    yield


def part(content: bytes, *, more: bool) -> Message:
    """Return a part of a body as a server hands it on."""
    return {"type": "http.request", "body": content, "more_body": more}


DISCONNECT: Message = {"type": "http.disconnect"}


async def chunks(size: int) -> AsyncIterator[bytes]:
    """Send a body in pieces, without saying its length."""
    for _ in range(0, size, 1024):
        yield b" " * 1024
    yield b"{}"


async def test_a_body_up_to_the_limit_is_read() -> None:
    """64 KiB exactly, in one piece or in many, arrive unchanged."""
    assert MAX_BODY_BYTES == LIMIT
    served = Served()
    answer = await served.post(b'{"start":"x"}'.ljust(LIMIT))
    assert answer.status_code == 200
    assert (await served.post(chunks(1024 * 60))).status_code == 200
    assert served.taken == [Input(start="x"), Input()]


async def test_no_body_is_fine_where_none_is_needed() -> None:
    """Approving as asked needs no body."""
    served = Served()
    assert (await served.post(b"")).status_code == 200
    assert served.taken == [None]


@pytest.mark.parametrize("size", [LIMIT + 1, LIMIT * 2, 1024 * 1024])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_over_the_limit_is_refused(size: int, chunked: bool) -> None:
    """With its length announced or without: 413, and nothing was done."""
    served = Served()
    answer = await served.post(chunks(size) if chunked else b"{}".ljust(size))
    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:openchair:problem:body-too-large"
    assert answer.headers["connection"] == "close"
    assert served.taken == []


@pytest.mark.parametrize(
    "length", ["-1", "abc", "", "1e3", "+5", "0x10", "5, 5", "\u00b2", "9" * 5000, "-" + "9" * 30]
)
async def test_a_length_of_nonsense_is_no_fault_of_ours(length: str) -> None:
    """Whatever is announced, the answer is none of ours having failed."""
    served = Served()
    answered = await served.deliver(iter([part(b"{}", more=False)]), content_length=length)
    assert answered[0]["status"] < 500


async def test_nobody_is_believed_about_the_length() -> None:
    """A body longer than announced is measured by itself."""
    served = Served()
    pieces = [part(b" " * 1024, more=True)] * 65
    answered = await served.deliver(iter([*pieces, part(b"{}", more=False)]), content_length="10")
    assert answered[0]["status"] == 413
    assert served.taken == []


@pytest.mark.parametrize(
    "arrived",
    [
        [],
        [part(b"", more=True)],
        [part(b'{"start": "2027-0', more=True)],
        [part(b'{"start": null}', more=True)],
    ],
)
async def test_a_body_that_broke_off_is_not_acted_on(arrived: list[Message]) -> None:
    """A phone that lost its connection did not say "as asked": nothing is approved."""
    served = Served()
    await served.deliver(iter([*arrived, DISCONNECT, DISCONNECT]), content_length="40")
    assert served.taken == []


async def test_a_body_that_never_ends_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sends a byte now and then holds nobody up: 408."""
    import asyncio  # noqa: PLC0415

    monkeypatch.setattr(body_limit, "_BODY_SECONDS", 0.01)
    served = Served()
    answered: list[Message] = []

    async def never() -> Message:
        await asyncio.Event().wait()
        return DISCONNECT

    async def send(message: Message) -> None:
        answered.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/approve",
        "query_string": b"",
        "headers": [(b"content-length", b"10")],
    }
    await served.app(scope, never, send)
    assert answered[0]["status"] == 408
    assert b"urn:openchair:problem:body-too-slow" in answered[1]["body"]
    assert served.taken == []
