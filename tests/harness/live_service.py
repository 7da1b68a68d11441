"""`/v1/live` over a real store, called as an ASGI application whose reader can be slow."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI
from starlette.types import Message

from services.scheduler.domain.people import StaffMember
from services.scheduler.http_api import errors
from services.scheduler.http_api.dependencies import Wiring
from services.scheduler.http_api.live import live_routes
from services.scheduler.live.feed import Feed
from services.scheduler.live.watcher import Watcher
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.tell_of_changes import Pace
from shared.auth.local_issuer import LOCAL_ISSUER, LocalIssuer
from shared.auth.tokens import TokenVerifier
from shared.http.app import create_app
from shared.http.bearer import BearerAuthentication
from tests.harness.event_stream import EventStream
from tests.harness.practice import SmallPractice

AUDIENCE = "openchair"


class Answer(EventStream):
    """One call of the application, and a reader that takes frames when it pleases."""

    def __init__(self, app: FastAPI, headers: dict[str, str], *, path: str = "/v1/live") -> None:
        super().__init__()
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.reads = asyncio.Event()
        self.reads.set()
        self.is_held_up = asyncio.Event()
        self._leaves = asyncio.Event()
        self._text = ""
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": ("test", 1),
            "server": ("test", 80),
        }
        self.call = asyncio.create_task(app(scope, self._receive, self._send))

    async def _receive(self) -> Message:
        await self._leaves.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            for name, value in message["headers"]:
                before = self.headers.get(name.decode(), "")
                self.headers[name.decode()] = ", ".join(filter(None, (before, value.decode())))
            return
        if not self.reads.is_set():
            self.is_held_up.set()
        await self.reads.wait()
        self.body += message.get("body", b"")
        *lines, self._text = (self._text + message.get("body", b"").decode()).split("\n")
        for line in lines:
            self.feed(line)

    async def leave(self) -> None:
        """Close the connection."""
        self._leaves.set()
        await asyncio.gather(self.call, return_exceptions=True)


class Service:
    """The route over a real store, and tokens for it."""

    def __init__(self, store: Store, small: SmallPractice, key_file: Path) -> None:
        self.store = store
        self.small = small
        self.stream = Feed()
        self.watcher = Watcher(store.changes, self.stream)
        self._issuer = LocalIssuer.load(key_file)
        verifier = TokenVerifier(self._issuer.keys, issuer=LOCAL_ISSUER, audience=AUDIENCE)
        wiring = Wiring(store, BearerAuthentication(verifier), lambda: None, self.stream)
        self.app = create_app(title="Test", lifespan=_nothing, end_streams=self.stream.close)
        errors.install(self.app)
        self.app.include_router(live_routes(wiring, Pace(quiet=0.1)))
        self._answers: list[Answer] = []

    def token(self, **claims: str) -> dict[str, str]:
        """Return the header of a token of the practice."""
        whole = {"sub": "somebody", "practice_id": str(self.small.practice.id), **claims}
        token = self._issuer.sign(whole, audience=AUDIENCE, now=datetime.now(UTC))
        return {"Authorization": f"Bearer {token}"}

    def token_of(self, member: StaffMember) -> dict[str, str]:
        """Return the header of a member's token."""
        return self.token(staff_id=str(member.id), role=member.role.value)

    async def call(self, headers: dict[str, str]) -> Answer:
        """Call the route; return when it begins to answer."""
        answer = Answer(self.app, headers)
        self._answers.append(answer)
        await answer.until(lambda _: answer.status, "it answers")
        return answer

    async def open(self, member: StaffMember, **more: str) -> Answer:
        """Open a stream."""
        answer = await self.call({**self.token_of(member), **more})
        assert answer.status == 200
        await answer.until(lambda one: one.retry_ms, "the stream begins")
        return answer

    async def close(self) -> None:
        """Leave all streams, and stop."""
        for answer in self._answers:
            answer.reads.set()
            await answer.leave()
        await self.watcher.loop.stop()


@asynccontextmanager
async def _nothing(_app: FastAPI) -> AsyncIterator[None]:
    yield
