"""`/v1/live` as HTTP: what is answered, what frames hold, and how a stream ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from starlette.types import Message

from services.scheduler.domain.people import StaffMember
from services.scheduler.http_api import errors
from services.scheduler.http_api.dependencies import Wiring
from services.scheduler.http_api.live import live_routes
from services.scheduler.live import feed as feeds
from services.scheduler.live.feed import Feed
from services.scheduler.live.watcher import Watcher
from services.scheduler.mongo.changes import Change, Subject
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.tell_of_changes import Pace
from shared.auth.local_issuer import LOCAL_ISSUER, LocalIssuer
from shared.auth.tokens import TokenVerifier
from shared.http.app import create_app
from shared.http.bearer import BearerAuthentication
from tests.harness.event_stream import EventStream
from tests.harness.practice import SmallPractice, approve, open_practice

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


@pytest.fixture
async def service(store: Store, tmp_path: Path) -> AsyncIterator[Service]:
    """A practice, watched and served."""
    LocalIssuer.create_key(tmp_path / "key.json")
    serving = Service(store, await open_practice(store), tmp_path / "key.json")
    serving.watcher.loop.start()
    yield serving
    await serving.close()


async def test_a_stream_is_not_kept_by_anybody_on_the_way(service: Service) -> None:
    """Neither stored nor held back; the browser comes back after about two seconds."""
    answer = await service.open(service.small.dana)

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "no-store" in answer.headers["cache-control"]
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["x-correlation-id"]
    assert answer.retry_ms is not None
    assert 1_000 <= answer.retry_ms <= 3_000
    await answer.until(lambda one: one.last_event_id, "it knows where to go on, with no event yet")


async def test_events_hold_ids_and_nothing_personal(service: Service) -> None:
    """A request that came in, its approval, and the appointment: id, status, version."""
    answer = await service.open(service.small.dana)
    request = await service.small.receive(note="My knee hurts.")
    decided = await approve(service.small, request)
    assert decided.appointment is not None

    await answer.until(lambda one: len(one.events) == 3, "all three arrive")

    assert answer.named("request") == [
        {"id": str(request), "status": "pending", "version": 1, "type": "new", "change": "new"},
        {
            "id": str(request),
            "status": "approved",
            "version": 2,
            "type": "new",
            "change": "changed",
        },
    ]
    assert answer.named("appointment") == [
        {"id": str(decided.appointment.id), "status": "booked", "version": 1}
    ]
    for private in ("Amara", "knee", "example.org", "Dana"):
        assert private.encode() not in answer.body


async def test_a_quiet_stream_says_that_it_is_there(service: Service) -> None:
    """Comments, which a page does not hear, keep the connection open."""
    answer = await service.open(service.small.dana)

    await answer.until(lambda one: len(one.comments) > 3, "it goes on")

    assert answer.events == []


async def test_it_goes_on_from_the_last_event(service: Service) -> None:
    """What was missed comes first; nothing comes twice."""
    answer = await service.open(service.small.dana)
    heard = await service.small.receive()
    await answer.until(lambda one: str(heard) in one.ids(), "the first arrives")
    await answer.leave()
    missed = [await service.small.receive() for _ in range(3)]
    assert answer.last_event_id is not None

    back = await service.open(service.small.dana, **{"Last-Event-ID": answer.last_event_id})

    await back.until(lambda one: len(one.events) >= 3, "what was missed arrives")
    later = await service.small.receive()
    await back.until(lambda one: str(later) in one.ids(), "what follows arrives")
    assert back.ids() == [str(one) for one in (*missed, later)]
    assert back.named("reset") == []


@pytest.mark.parametrize(
    "after",
    ["x", "82", "826B", "8" * 6000, "\u00fc", "F" * 30, "0", "a b", "null"],
    ids=lambda value: value[:20],
)
async def test_an_event_id_of_nobody_has_the_page_read_again(service: Service, after: str) -> None:
    """Never an error; then it is live."""
    answer = await service.open(service.small.dana, **{"Last-Event-ID": after})
    await answer.until(lambda one: one.named("reset"), "the page reads again")

    request = await service.small.receive()

    await answer.until(lambda one: str(request) in one.ids(), "it is live")
    assert [event.name for event in answer.events] == ["reset", "request"]
    assert answer.named("reset") == [{}]


@pytest.mark.parametrize(
    ("claims", "status", "code"),
    [
        (None, 401, "token-missing"),
        ({"client_id": str(UUID(int=1))}, 403, "staff-only"),
        ({"staff_id": str(UUID(int=1)), "role": "clinician"}, 403, "not-staff"),
    ],
)
async def test_streams_are_for_staff(
    service: Service, claims: dict[str, str] | None, status: int, code: str
) -> None:
    """A problem, and no stream, which tells a browser not to come back."""
    answer = await service.call({} if claims is None else service.token(**claims))
    await answer.call

    assert answer.status == status
    assert code.encode() in answer.body


@pytest.mark.parametrize(
    ("limit", "status", "code"),
    [
        ("MOST_OF_ONE", 429, "too-many-streams-of-yours"),
        ("MOST_STREAMS", 503, "too-many-streams"),
    ],
)
async def test_too_many_streams_are_refused(
    service: Service, monkeypatch: pytest.MonkeyPatch, limit: str, status: int, code: str
) -> None:
    """With a problem of its own; a page that is closed makes room at once."""
    monkeypatch.setattr(feeds, limit, 1)
    first = await service.open(service.small.dana)
    refused = await service.call(service.token_of(service.small.dana))
    await refused.call

    assert refused.status == status
    assert f'problem:{code}"'.encode() in refused.body
    assert int(refused.headers["retry-after"]) > 0
    await first.leave()
    await service.open(service.small.dana)


def some_change(small: SmallPractice, position: str) -> Change:
    """Return a change that Dana may see."""
    return Change(
        position=position,
        subject=Subject.REQUEST,
        id=uuid4(),
        practice_id=small.practice.id,
        visible_to=(small.dana.id,),
        status="pending",
        version=1,
        request_type="new",
        is_new=True,
        access_changed=False,
    )


async def test_who_does_not_read_is_cut_off(service: Service) -> None:
    """What waits is bounded: the page reads again, and comes back from there."""
    answer = await service.open(service.small.dana)
    await answer.until(lambda one: one.last_event_id, "it has a position")
    answer.reads.clear()
    for number in range(feeds.MOST_WAITING + 10):
        service.stream.publish(some_change(service.small, f"{answer.last_event_id}{number:05}"))
        await asyncio.sleep(0)

    answer.reads.set()

    async with asyncio.timeout(10):
        await answer.call
    assert answer.events[-1].name == "reset"
    assert len(answer.events) < 10


async def test_when_the_process_is_to_stop_streams_end_in_good_order(service: Service) -> None:
    """The answer is complete: a browser comes back, and a proxy complains of nothing."""
    answers = [await service.open(service.small.dana) for _ in range(3)]

    service.app.state.end_streams()

    async with asyncio.timeout(2):
        await asyncio.gather(*(answer.call for answer in answers))
    refused = await service.call(service.token_of(service.small.dana))
    assert refused.status == 503
