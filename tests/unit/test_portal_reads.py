"""Reads are passed on with the caller's own token, and kept for that caller alone."""

import time
from collections.abc import Callable
from uuid import UUID

import httpx
import pytest

from services.request_intake.domain.submission import AccessWithdrawn
from services.request_intake.policies import Policies
from services.request_intake.reads import Reads, SchedulerAway
from services.scheduler.domain.portal_refusals import PortalAccessWithdrawn
from shared.auth.actors import ClientActor, PortalActor, ProspectiveClientActor
from tests.unit.builders import CLIENT_ID, PRACTICE_ID
from tests.unit.test_portal_policy import policy

AMARA = ClientActor(PRACTICE_ID, "amara", CLIENT_ID)
OTHERS: list[PortalActor] = [
    ClientActor(PRACTICE_ID, "keisha", UUID(int=77)),
    ClientActor(PRACTICE_ID, "amara", UUID(int=78)),
    ClientActor(UUID(int=99), "amara", CLIENT_ID),
    ProspectiveClientActor(PRACTICE_ID, "amara"),
]


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


async def ask(
    reads: Reads, actor: PortalActor = AMARA, path: str = "/portal/v1/appointments"
) -> bytes:
    """Return the body that the actor is told."""
    answer = await reads.get(
        path, {}, actor, bearer=f"Bearer of-{actor.subject}", correlation_id="portal-0001"
    )
    return answer.body


async def test_the_callers_own_token_and_correlation_id_go_on() -> None:
    """The scheduler decides who may read what."""
    scheduler = Scheduler()
    await ask(scheduler.reads())
    (asked,) = scheduler.asked
    assert asked.headers["authorization"] == "Bearer of-amara"
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
    """Neither while it is fresh nor while the scheduler is away."""
    scheduler = Scheduler()
    reads = scheduler.reads()
    scheduler.answer = lambda _request: httpx.Response(200, json={"of": "amara"})
    await ask(reads)
    scheduler.answer = lambda _request: httpx.Response(200, json={"of": "the other"})
    assert b"the other" in await ask(reads, other)
    assert b"amara" in await ask(reads)

    scheduler.answer = _away
    with pytest.raises(SchedulerAway):
        await ask(reads, ClientActor(PRACTICE_ID, "somebody else", UUID(int=5)))


@pytest.mark.parametrize("failing", [_away, lambda _request: httpx.Response(503)])
async def test_the_last_good_answer_is_given_with_its_age(
    failing: Callable[[httpx.Request], httpx.Response],
) -> None:
    """While the scheduler is away, or says that it cannot."""
    scheduler = Scheduler()
    reads = scheduler.reads(fresh_seconds=0)
    await ask(reads)
    scheduler.answer = failing

    answer = await reads.get(
        "/portal/v1/appointments", {}, AMARA, bearer="Bearer x", correlation_id="c"
    )

    assert answer.is_stale
    assert answer.body == b'{"items":[]}'
    with pytest.raises(SchedulerAway):
        await ask(reads, path="/portal/v1/never-asked")


async def test_what_is_refused_is_not_kept() -> None:
    """Who may not read any more is not given what they were told before."""
    scheduler = Scheduler()
    reads = scheduler.reads(fresh_seconds=0)
    await ask(reads)
    scheduler.answer = lambda _request: httpx.Response(403, json={"type": "no"})
    await ask(reads)
    scheduler.answer = _away
    with pytest.raises(SchedulerAway):
        await ask(reads)


async def test_a_policy_is_asked_for_beside_the_write_that_needs_it() -> None:
    """The first write has none at hand; the next one has, and the scheduler may be away then."""
    scheduler = Scheduler()
    scheduler.answer = lambda _request: httpx.Response(200, content=policy().model_dump_json())
    policies = Policies(scheduler.reads())

    first = policies.at_hand(AMARA, bearer="Bearer x", correlation_id="c")
    await policies.settled()
    scheduler.answer = _away
    second = policies.at_hand(AMARA, bearer="Bearer x", correlation_id="c")

    assert first is None
    assert second == policy()
    other = ClientActor(UUID(int=99), "amara", CLIENT_ID)
    assert policies.at_hand(other, bearer="Bearer x", correlation_id="c") is None
    await policies.settled()


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
        assert policies.at_hand(AMARA, bearer="Bearer x", correlation_id="c") is None
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
