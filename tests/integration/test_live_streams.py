"""How long a stream to one page goes on, and what it tells in quiet moments."""

import asyncio
import time
from dataclasses import replace

import pytest

from services.scheduler.domain.people import StaffMember
from services.scheduler.live.subscription import Quiet, Reset
from services.scheduler.mongo.changes import Change
from services.scheduler.use_cases.tell_of_changes import Pace, tell_of_changes
from shared.auth.actors import Role, StaffActor
from tests.harness.live_practice import LIMIT_SECONDS, LivePractice

QUICK = Pace(quiet=0.05, admission=0.05)


def actor_of(member: StaffMember, **fields: float) -> StaffActor:
    """Return who a member's token stands for."""
    return StaffActor(member.practice_id, "a subject", member.id, member.role, **fields)


async def told_until_end(live: LivePractice, actor: StaffActor) -> list[Change | Reset | Quiet]:
    """Return all that a page of Dana's is told, until its stream ends by itself."""
    feed = live.feed
    page = feed.subscribe(live.small.dana, after=None)
    told = []
    async with asyncio.timeout(LIMIT_SECONDS):
        async for one in tell_of_changes(live.store, actor, feed, page, pace=QUICK):
            told.append(one)
            if len(told) == 5:
                break
    return told


async def test_a_stream_goes_on_while_its_reader_is_admitted(live: LivePractice) -> None:
    """Admitted again and again; a quiet page hears that we are here."""
    told = await told_until_end(live, actor_of(live.small.dana))

    assert len(told) == 5
    assert all(isinstance(one, Quiet) for one in told)


@pytest.mark.parametrize("change", [{"active": False}, {"role": Role.INTERN}], ids=str)
async def test_a_stream_ends_when_its_reader_is_not_admitted_any_more(
    live: LivePractice, change: dict[str, object]
) -> None:
    """They have left, or have another role than the token says."""
    actor = actor_of(live.small.dana)
    await live.store.staff.save(replace(live.small.dana, **change))  # type: ignore[arg-type]

    told = await told_until_end(live, actor)

    assert len(told) < 5


async def test_a_stream_ends_with_its_token(live: LivePractice) -> None:
    """To the second, though the next admission is far: nothing is told after it."""
    actor = actor_of(live.small.dana, expires_at=time.time() + 0.2)
    page = live.feed.subscribe(live.small.dana, after=None)
    seldom = Pace(quiet=30, admission=3600)
    async with asyncio.timeout(LIMIT_SECONDS):
        told = [
            one async for one in tell_of_changes(live.store, actor, live.feed, page, pace=seldom)
        ]
    assert time.time() >= actor.expires_at
    assert [type(one) for one in told] == [Quiet]


async def test_the_position_that_a_page_keeps_never_goes_back(live: LivePractice) -> None:
    """A quiet moment, or a reset, after a change names no earlier position; nor to who is back."""
    start = live.feed.mark
    request = await live.small.receive()
    first = await told_of(live, after=start, until=Change)
    assert [one.id for one in first if isinstance(one, Change)] == [request]
    heard = first[-1].position

    back = await told_of(live, after=heard, until=Reset)

    assert len(back) == 4
    positions = [one.position for one in (*first, *back) if one.position is not None]
    assert positions == sorted(set(positions))


async def told_of(
    live: LivePractice, *, after: str | None, until: type[Change | Reset]
) -> list[Change | Reset | Quiet]:
    """Return what a page of Dana's is told; it is reset after three quiet moments."""
    feed = live.feed
    page = feed.subscribe(live.small.dana, after=after)
    told: list[Change | Reset | Quiet] = []
    async with asyncio.timeout(LIMIT_SECONDS):
        async for one in tell_of_changes(
            live.store, actor_of(live.small.dana), feed, page, pace=QUICK
        ):
            told.append(one)
            if isinstance(one, until):
                break
            if len(told) == 3:
                page.reset(feed.mark)
    feed.leave(page)
    return told
