"""`/v1/live` as HTTP: what is answered, what frames hold, and how a stream ends."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.scheduler.live import feed as feeds
from services.scheduler.mongo.changes import Change, Subject
from services.scheduler.mongo.store import Store
from shared.auth.local_issuer import LocalIssuer
from tests.harness.live_service import Service
from tests.harness.practice import SmallPractice, approve, open_practice


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
    async with asyncio.timeout(10):
        await answer.is_held_up.wait()

    for number in range(feeds.MOST_WAITING + 10):
        service.stream.publish(some_change(service.small, f"{answer.last_event_id}{number:05}"))
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
