"""Reads are passed on with the caller's own token, and kept for that caller alone."""

import asyncio
import json
import time
from collections.abc import Callable
from itertools import pairwise
from uuid import UUID

import httpx
import pytest

from services.request_intake.domain.submission import AccessWithdrawn
from services.request_intake.kept_answers import Answer, Kept, KeptAnswers
from services.request_intake.policies import Policies
from services.request_intake.reads import Caller, Reads, SchedulerAway
from services.scheduler.domain.portal_refusals import PortalAccessWithdrawn
from shared.auth.actors import ClientActor, PortalActor, ProspectiveClientActor
from tests.unit.builders import CLIENT_ID, PRACTICE_ID
from tests.unit.test_portal_policy import policy

AMARA = ClientActor(PRACTICE_ID, "amara", CLIENT_ID)
OTHERS: list[PortalActor] = [
    ClientActor(PRACTICE_ID, "keisha", UUID(int=77)),
    ClientActor(PRACTICE_ID, "amara", UUID(int=78)),
    ClientActor(PRACTICE_ID, "keisha", CLIENT_ID),
    ClientActor(UUID(int=99), "amara", CLIENT_ID),
    ProspectiveClientActor(PRACTICE_ID, "amara"),
    ProspectiveClientActor(UUID(int=99), "amara"),
]
APPOINTMENTS = "/portal/v1/appointments"
REQUESTS = "/portal/v1/appointment-requests"


class Scheduler:
    """Answers by what `answer` says, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.answer: Callable[[httpx.Request], httpx.Response] = lambda _request: httpx.Response(
            200, json={"items": []}
        )

    def reads(self, *, fresh_seconds: float = 60.0) -> Reads:
        """Return reads of it."""
        transport = httpx.MockTransport(self._handle)
        http = httpx.AsyncClient(transport=transport, base_url="http://scheduler.example.org")
        return Reads(http, fresh_seconds=fresh_seconds)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answer(request)


def _away(_request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused")


def _whose(request: httpx.Request) -> httpx.Response:
    """Answer with whose token asked for what."""
    return httpx.Response(
        200, json={"of": request.headers["authorization"], "url": str(request.url)}
    )


def caller(actor: PortalActor) -> Caller:
    """Return the actor with a token that says who they are."""
    return Caller(actor, f"Bearer {actor!r}", "portal-0001")


async def ask(
    reads: Reads, actor: PortalActor = AMARA, path: str = APPOINTMENTS, **params: str
) -> Answer:
    """Return what the actor is told."""
    return await reads.get(path, params, caller(actor))


async def test_the_callers_own_token_and_correlation_id_go_on() -> None:
    """The scheduler decides who may read what."""
    scheduler = Scheduler()
    await ask(scheduler.reads())
    (asked,) = scheduler.asked
    assert asked.headers["authorization"] == caller(AMARA).bearer
    assert asked.headers["x-correlation-id"] == "portal-0001"


async def test_within_seconds_the_scheduler_is_not_asked_again() -> None:
    """A page that reads thrice asks once."""
    scheduler = Scheduler()
    reads = scheduler.reads()
    for _ in range(3):
        await ask(reads)
    assert len(scheduler.asked) == 1


@pytest.mark.parametrize("other", OTHERS, ids=str)
async def test_nobody_is_given_what_another_was_told(other: PortalActor) -> None:
    """Neither while it is fresh, nor while the scheduler is away, nor of the lists at hand."""
    scheduler = Scheduler()
    scheduler.answer = _whose
    reads = scheduler.reads()
    paths = [APPOINTMENTS, REQUESTS, "/portal/v1/practices/shared-slug"]
    for path in paths:
        await ask(reads, AMARA, path)
    for path in paths:
        assert reads.at_hand(path, other, at_most_seconds=60) is None
        assert json.loads((await ask(reads, other, path)).body)["of"] == caller(other).bearer
        assert json.loads((await ask(reads, AMARA, path)).body)["of"] == caller(AMARA).bearer

    scheduler.answer = _away
    for path in paths:
        stale = await reads.get(path, {}, caller(other), fresh_seconds=0)
        assert (stale.is_stale, json.loads(stale.body)["of"]) == (True, caller(other).bearer)
    for path in paths:
        with pytest.raises(SchedulerAway):
            await ask(reads, ClientActor(PRACTICE_ID, "somebody else", UUID(int=5)), path)


async def test_two_tokens_of_one_person_are_one_person() -> None:
    """Who they are is in the token, not which one it is; the newest goes on."""
    scheduler = Scheduler()
    reads = scheduler.reads()
    await reads.get(APPOINTMENTS, {}, Caller(AMARA, "Bearer first", "c"))
    await reads.get(APPOINTMENTS, {}, Caller(AMARA, "Bearer second", "c"))
    await reads.get(APPOINTMENTS, {}, Caller(AMARA, "Bearer third", "c"), fresh_seconds=0)
    told = [request.headers["authorization"] for request in scheduler.asked]
    assert told == ["Bearer first", "Bearer third"]


async def test_what_is_asked_otherwise_is_another_question() -> None:
    """However the parameters are written, they do not run into each other or into the path."""
    scheduler = Scheduler()
    scheduler.answer = _whose
    reads = scheduler.reads()
    times = "/portal/v1/practices/harbor/availability"
    questions: list[tuple[str, dict[str, str]]] = [
        (times, {}),
        (times, {"service_id": "1", "clinician_id": "2"}),
        (times, {"service_id": "12", "clinician_id": ""}),
        (times, {"service_id": "1&clinician_id=2"}),
        (times, {"service_id": "1", "time_zone": "2"}),
        (times + "/", {"service_id": "1", "clinician_id": "2"}),
        (f"{times}%3Fservice_id=1", {"clinician_id": "2"}),
    ]
    told = [(await ask(reads, AMARA, path, **params)).body for path, params in questions]
    again = [(await ask(reads, AMARA, path, **params)).body for path, params in questions]
    assert len(set(told)) == len(questions) == len(scheduler.asked)
    assert again == told


@pytest.mark.parametrize("failing", [_away, lambda _request: httpx.Response(503)])
async def test_the_last_good_answer_is_given_with_its_age(
    failing: Callable[[httpx.Request], httpx.Response],
) -> None:
    """While the scheduler is away, or says that it cannot."""
    scheduler = Scheduler()
    reads = scheduler.reads(fresh_seconds=0)
    await ask(reads)
    scheduler.answer = failing

    answer = await ask(reads)

    assert answer.is_stale
    assert answer.age_seconds >= 0
    assert answer.body == b'{"items":[]}'
    with pytest.raises(SchedulerAway):
        await ask(reads, path="/portal/v1/never-asked")


@pytest.mark.parametrize("status", [401, 403])
async def test_who_is_turned_away_is_told_nothing_any_more(status: int) -> None:
    """Turned away from one thing, none of what they were told before is given, of anything."""
    scheduler = Scheduler()
    reads = scheduler.reads(fresh_seconds=0)
    for path in (APPOINTMENTS, REQUESTS):
        await ask(reads, path=path)
        await ask(reads, OTHERS[0], path)
    scheduler.answer = lambda _request: httpx.Response(status, json={"type": "no"})
    await ask(reads, path=APPOINTMENTS)
    scheduler.answer = _away
    for path in (APPOINTMENTS, REQUESTS):
        with pytest.raises(SchedulerAway):
            await ask(reads, path=path)
        assert reads.at_hand(path, AMARA, at_most_seconds=60) is None
        assert (await ask(reads, OTHERS[0], path)).is_stale


async def test_what_was_under_way_does_not_bring_back_what_was_cleared() -> None:
    """An answer that comes after the caller was turned away is not kept."""
    scheduler = Scheduler()
    reads = scheduler.reads(fresh_seconds=0)
    arrived, released = asyncio.Event(), asyncio.Event()

    async def slowly(request: httpx.Request) -> httpx.Response:
        if request.url.path == REQUESTS:
            arrived.set()
            await released.wait()
            return httpx.Response(200, json={"items": ["old"]})
        return httpx.Response(403)

    http = httpx.AsyncClient(
        transport=httpx.MockTransport(slowly), base_url="http://scheduler.example.org"
    )
    reads = Reads(http, fresh_seconds=60)
    under_way = asyncio.create_task(ask(reads, path=REQUESTS))
    await arrived.wait()
    await ask(reads, path=APPOINTMENTS)
    released.set()
    await under_way
    assert reads.at_hand(REQUESTS, AMARA, at_most_seconds=60) is None


async def test_what_is_gone_is_not_told_again_and_the_rest_is() -> None:
    """A request that is not there any more, or not theirs."""
    scheduler = Scheduler()
    reads = scheduler.reads(fresh_seconds=0)
    await ask(reads, path=APPOINTMENTS)
    await ask(reads, path=REQUESTS)
    scheduler.answer = lambda _request: httpx.Response(404, json={"type": "no"})
    await ask(reads, path=REQUESTS)
    scheduler.answer = _away
    with pytest.raises(SchedulerAway):
        await ask(reads, path=REQUESTS)
    assert (await ask(reads, path=APPOINTMENTS)).is_stale


async def test_who_wrote_reads_what_they_wrote() -> None:
    """Nothing from before is given unasked, nor for a moment after; away, it is better than none.

    Others are given theirs as before.
    """
    scheduler = Scheduler()
    reads = scheduler.reads()
    for actor in (AMARA, OTHERS[0]):
        await ask(reads, actor)
    reads.wrote(AMARA)
    for _ in range(3):
        assert not (await ask(reads)).is_stale
    await ask(reads, OTHERS[0])
    assert len(scheduler.asked) == 5
    scheduler.answer = _away
    assert (await ask(reads)).is_stale


def test_what_is_kept_is_bounded_and_the_oldest_caller_goes_first() -> None:
    """Large answers and many callers do not fill the memory; what is counted is what is there."""
    kept = KeptAnswers(most_bytes=50_000)
    actors = [ClientActor(PRACTICE_ID, f"client {n}", UUID(int=n)) for n in range(100)]
    large = Kept(Answer(200, b"x" * 9_000, "application/json"), 0.0)
    for actor in actors:
        kept.keep(actor, kept.of(actor), ("/path", ""), large)
        assert kept.size <= 50_000
    there = [kept.find(actor, ("/path", "")) is not None for actor in actors]
    assert there[-1]
    assert not there[0]
    assert all(before <= after for before, after in pairwise(there))

    small = Kept(Answer(200, b"x", "application/json"), 0.0)
    for number in range(500):
        kept.keep(actors[-1], kept.of(actors[-1]), ("/path", str(number)), small)
    assert kept.find(actors[-1], ("/path", "499")) is not None
    assert kept.find(actors[-1], ("/path", "0")) is None
    for actor in actors:
        kept.forget(actor)
    assert kept.size == 0


async def test_a_policy_is_asked_for_beside_the_write_that_needs_it() -> None:
    """The first write has none at hand; the next one has, and the scheduler may be away then."""
    scheduler = Scheduler()
    scheduler.answer = lambda _request: httpx.Response(200, content=policy().model_dump_json())
    policies = Policies(scheduler.reads())

    first = policies.at_hand(caller(AMARA))
    await policies.settled()
    scheduler.answer = _away
    second = policies.at_hand(caller(AMARA))

    assert first is None
    assert second == policy()
    other = ClientActor(UUID(int=99), "amara", CLIENT_ID)
    assert policies.at_hand(caller(other)) is None
    await policies.settled()


async def test_a_policy_is_renewed_when_somebody_would_be_refused() -> None:
    """What was closed yesterday may be open; where it cannot be asked, what is known stays."""
    scheduler = Scheduler()
    policies = Policies(scheduler.reads())
    for is_open in (False, True):
        body = policy(is_open=is_open).model_dump_json()
        scheduler.answer = lambda _request, body=body: httpx.Response(200, content=body)  # type: ignore[misc]
        renewed = await policies.renewed(caller(AMARA))
        assert renewed is not None
        assert renewed.is_open is is_open
        known = policies.at_hand(caller(AMARA))
        assert known == renewed
    scheduler.answer = _away
    assert await policies.renewed(caller(AMARA)) is None
    assert policies.at_hand(caller(AMARA)) == known


@pytest.mark.parametrize(
    "answer",
    [_away, lambda _request: httpx.Response(403), lambda _request: httpx.Response(200, text="{}")],
)
async def test_without_a_policy_nothing_fails(
    answer: Callable[[httpx.Request], httpx.Response],
) -> None:
    """Intake accepts all the same."""
    scheduler = Scheduler()
    scheduler.answer = answer
    policies = Policies(scheduler.reads())
    for _ in range(2):
        assert policies.at_hand(caller(AMARA)) is None
        await policies.settled()
    assert len(scheduler.asked) == 1  # not once for each write


WITHDRAWN = {"type": "urn:openchair:problem:portal-access-withdrawn"}


async def test_who_was_turned_away_is_known_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is told nothing of what they were told before; a colleague of theirs is let in."""
    scheduler = Scheduler()
    reads = scheduler.reads(fresh_seconds=0)
    await ask(reads)
    await ask(reads, path="/portal/v1/appointment-requests")
    scheduler.answer = lambda _request: httpx.Response(403, json=WITHDRAWN)
    assert not reads.turned_away(AMARA)
    await ask(reads)

    assert reads.turned_away(AMARA)
    assert not any(reads.turned_away(other) for other in OTHERS)
    scheduler.answer = _away
    with pytest.raises(SchedulerAway):
        await ask(reads, path="/portal/v1/appointment-requests")
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    assert not reads.turned_away(AMARA)


async def test_who_is_let_in_again_is_not_turned_away_any_more() -> None:
    """With the first read that succeeds."""
    scheduler = Scheduler()
    reads = scheduler.reads(fresh_seconds=0)
    scheduler.answer = lambda _request: httpx.Response(403, json=WITHDRAWN)
    await ask(reads)
    scheduler.answer = lambda _request: httpx.Response(200, json={"items": []})
    await ask(reads)
    assert not reads.turned_away(AMARA)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(403, json={"type": "urn:openchair:problem:clients-only"}),
        httpx.Response(403, json=["portal-access-withdrawn"]),
        httpx.Response(403, text="no"),
        httpx.Response(404, json=WITHDRAWN),
    ],
    ids=lambda answer: f"{answer.status_code} {answer.text}",
)
async def test_other_refusals_turn_nobody_away(answer: httpx.Response) -> None:
    """Whatever a proxy in between may say."""
    scheduler = Scheduler()
    reads = scheduler.reads(fresh_seconds=0)
    scheduler.answer = lambda _request: answer
    await ask(reads)
    assert not reads.turned_away(AMARA)


def test_both_services_mean_the_same_by_it() -> None:
    """Intake knows it by the code."""
    assert AccessWithdrawn.code == PortalAccessWithdrawn.code
