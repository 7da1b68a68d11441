"""A reader of server-sent events, as a browser is one (WHATWG HTML, "Server-sent events")."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.harness.polling import LIMIT_SECONDS, eventually


@dataclass(frozen=True)
class Event:
    """One event as the page's listener gets it, and when (monotonic)."""

    name: str
    data: dict[str, Any]
    at: float = field(compare=False)


class EventStream:
    """What one page hears; `last_event_id` is what it would send when it comes back.

    A stream has ended when the server said so, or `was_cut` when its connection broke.
    """

    def __init__(self, last_event_id: str | None = None) -> None:
        self.events: list[Event] = []
        self.comments: list[str] = []
        self.last_event_id = last_event_id
        self.retry_ms: int | None = None
        self.has_ended = False
        self.was_cut = False
        self._fields: dict[str, str] = {}

    def feed(self, line: str) -> None:
        """Take one line, without its end."""
        if line.startswith(":"):
            self.comments.append(line[1:].strip())
            return
        if line:
            name, _, value = line.partition(":")
            self._fields[name] = value.removeprefix(" ")
            return
        fields, self._fields = self._fields, {}
        self.last_event_id = fields.get("id", self.last_event_id)
        if "retry" in fields:
            self.retry_ms = int(fields["retry"])
        if "data" in fields:
            name = fields.get("event", "message")
            self.events.append(Event(name, json.loads(fields["data"]), time.monotonic()))

    def named(self, name: str) -> list[dict[str, Any]]:
        """Return the data of all events of that name."""
        return [event.data for event in self.events if event.name == name]

    def ids(self, name: str = "request") -> list[str]:
        """Return the ids that all events of that name told."""
        return [data["id"] for data in self.named(name)]

    async def until(
        self, what: Callable[["EventStream"], object], why: str, *, limit: float = LIMIT_SECONDS
    ) -> None:
        """Wait until something is true of the stream."""

        async def probe() -> bool:
            return bool(what(self))

        await eventually(probe, why, limit=limit)


@asynccontextmanager
async def listening(
    client: httpx.AsyncClient, headers: dict[str, str], *, after: str | None = None
) -> AsyncIterator[EventStream]:
    """Open `/v1/live`, and read it in the background; leaving closes the connection."""
    more = {} if after is None else {"Last-Event-ID": after}
    limits = httpx.Timeout(10, read=None)
    stream = EventStream(after)
    async with client.stream(
        "GET", "/v1/live", headers={**headers, **more}, timeout=limits
    ) as answer:
        assert answer.status_code == 200, (await answer.aread()).decode()
        assert answer.headers["Content-Type"].startswith("text/event-stream")

        async def read() -> None:
            try:
                async for line in answer.aiter_lines():
                    stream.feed(line)
            except httpx.TransportError:
                stream.was_cut = True
            finally:
                stream.has_ended = True

        reader = asyncio.create_task(read())
        try:
            await stream.until(lambda one: one.retry_ms is not None, "the stream begins")
            yield stream
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
