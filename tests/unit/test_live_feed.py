"""The feed: each change goes to the open pages of those who may see it, once, in order."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from services.scheduler.domain.people import StaffMember
from services.scheduler.live import feed as feeds
from services.scheduler.live.feed import Feed, TooManyOfOne, TooManyStreams
from services.scheduler.live.subscription import Quiet, Reset, Subscription
from services.scheduler.mongo.changes import Change, Subject
from shared.auth.actors import Role

HERE, THERE = UUID(int=1), UUID(int=2)


def member(name: str, role: Role = Role.CLINICIAN, practice_id: UUID = HERE) -> StaffMember:
    """Return somebody on a staff."""
    return StaffMember(uuid4(), practice_id, name, f"{name}@example.org", role)


PRIYA = member("priya", Role.PRACTICE_SCHEDULER)
DANA, MARCUS = member("dana"), member("marcus", Role.INTERN)
OLGA = member("olga", Role.PRACTICE_SCHEDULER, THERE)


def at(time: int) -> str:
    """Return the position of a time at which nothing happened."""
    return f"82{time:016X}2B0229296E04"


def change(time: int, *seen_by: StaffMember, practice_id: UUID = HERE) -> Change:
    """Return the change of a request at a time, with a position as the store writes it."""
    identifier = uuid4()
    return Change(
        position=f"82{time:016X}2B022C0100296E5A1004{identifier.hex.upper() * 2}0004",
        subject=Subject.REQUEST,
        id=identifier,
        practice_id=practice_id,
        visible_to=tuple(one.id for one in seen_by),
        status="pending",
        version=1,
        request_type="new",
        is_new=True,
        access_changed=False,
    )


def begun(**limits: int) -> Feed:
    """Return a feed that knows of everything since 100."""
    feed = Feed(**limits)
    feed.begin(at(100), now=at(100))
    return feed


async def heard(page: Subscription) -> list[Change | Reset | Quiet]:
    """Return all that a page can be told now."""
    told = []
    while (one := await page.next(0)) is not None:
        told.append(one)
    return told


async def changes_of(page: Subscription) -> list[Change]:
    """Return the changes among that; there must be no reset."""
    told = await heard(page)
    assert not any(isinstance(one, Reset) for one in told)
    return [one for one in told if isinstance(one, Change)]


async def test_a_change_goes_to_those_who_may_see_it() -> None:
    """The practice scheduler and the assigned; not another clinician, not another practice."""
    feed = begun()
    pages = {who.name: feed.subscribe(who, after=None) for who in (PRIYA, DANA, MARCUS, OLGA)}
    first, second = change(101, DANA), change(102)
    elsewhere = change(103, DANA, practice_id=THERE)  # an id alone opens nothing elsewhere

    for one in (first, second, elsewhere):
        feed.publish(one)

    told = {name: await changes_of(page) for name, page in pages.items()}
    assert told == {
        "priya": [first, second],
        "dana": [first],
        "marcus": [],
        "olga": [elsewhere],
    }


async def test_a_page_that_waits_is_told_at_once() -> None:
    """Without waiting for the end of its time; two pages of one person both hear."""
    feed = begun()
    pages = [feed.subscribe(DANA, after=at(100)) for _ in range(2)]
    waiting = [asyncio.create_task(page.next(30)) for page in pages]
    await asyncio.sleep(0)
    one = change(101, DANA)

    feed.publish(one)

    async with asyncio.timeout(1):
        assert await asyncio.gather(*waiting) == [one, one]


async def test_who_comes_back_hears_what_they_missed_and_nothing_twice() -> None:
    """From each position that they may have heard last: theirs, in order, then what follows."""
    feed = begun()
    theirs = [change(100 + time, DANA) for time in range(1, 8)]
    for one in theirs:
        feed.publish(one)
        feed.publish(replace(change(1), position=one.position + "01", visible_to=(MARCUS.id,)))
    feed.reach(at(200))
    later = change(201, DANA)

    positions = [at(100), *(one.position for one in theirs), at(200)]
    pages = [feed.subscribe(DANA, after=position) for position in positions]
    feed.publish(later)

    told = [await changes_of(page) for page in pages]
    assert told == [*([*theirs[index:], later] for index in range(8)), [later]]


@pytest.mark.parametrize(
    "after",
    ["", "zz", "82", at(99), at(150), "FFFF", "\u00fc", "82" + "F" * 5000, "null", "-1"],
    ids=lambda value: value[:30],
)
async def test_a_position_that_is_not_known_begins_with_a_reset(after: str) -> None:
    """Too old, of the future, or no position at all: read again, then hear what follows."""
    feed = begun()
    feed.publish(change(101, DANA))
    feed.reach(at(120))
    page = feed.subscribe(DANA, after=after)
    later = change(121, DANA)
    feed.publish(later)

    assert await heard(page) == [Reset(at(120)), later]


async def test_what_is_not_kept_any_more_is_a_reset() -> None:
    """Three are kept; who heard the one before them misses nothing, who did not reads again."""
    feed = begun(kept=3)
    told = [change(100 + time, DANA) for time in range(1, 6)]
    for one in told:
        feed.publish(one)

    assert await changes_of(feed.subscribe(DANA, after=told[1].position)) == told[2:]
    assert await heard(feed.subscribe(DANA, after=told[0].position)) == [Reset(at(100))]


async def test_a_page_that_missed_a_great_deal_reads_again() -> None:
    """Above the limit a list is cheaper than its changes; others' changes do not count."""
    feed = begun(most_waiting=3)
    for time in range(101, 105):
        feed.publish(change(time, DANA))

    assert await heard(feed.subscribe(DANA, after=at(100))) == [Reset(at(100))]
    assert await changes_of(feed.subscribe(MARCUS, after=at(100))) == []


async def test_a_slow_reader_is_told_to_read_again_and_cut_off() -> None:
    """What waits is bounded, and others are not held up."""
    feed = begun(most_waiting=3)
    slow, quick = feed.subscribe(PRIYA, after=at(100)), feed.subscribe(PRIYA, after=at(100))
    told = [change(101 + time) for time in range(6)]
    with capture_logs() as logs:
        for one in told:
            feed.publish(one)
            assert await quick.next(0) == one

    assert await heard(slow) == [Reset(at(100))]
    assert slow.is_over
    assert not quick.is_over
    assert [line["event"] for line in logs] == ["live.cut_off_slow_reader"]


async def test_after_a_gap_everybody_reads_again() -> None:
    """The store has forgotten what happened since: pages stay open, and hear what follows."""
    feed = begun()
    page = feed.subscribe(DANA, after=at(100))
    feed.publish(change(101, DANA))
    feed.forget()
    meanwhile = feed.subscribe(DANA, after=at(100))

    feed.begin(at(500), now=at(500))
    later = change(501, DANA)
    feed.publish(later)

    assert await heard(page) == [Reset(at(500)), later]
    assert await heard(meanwhile) == [Reset(at(500)), later]
    assert await heard(feed.subscribe(DANA, after=at(101))) == [Reset(at(500))]


async def test_it_has_caught_up_when_it_tells_of_the_present() -> None:
    """A new process begins in the past; pages wait until it has told of that, for a while."""
    feed = Feed()
    feed.begin(at(100), now=at(120))
    waiting = asyncio.create_task(feed.wait_until_caught_up(30))
    for position in (at(101), at(119)):
        feed.reach(position)
        await asyncio.sleep(0)
        assert not waiting.done()

    feed.publish(change(120, DANA))

    async with asyncio.timeout(1):
        await waiting
        await Feed().wait_until_caught_up(0.01)


async def test_no_position_tells_of_a_document_that_is_not_theirs() -> None:
    """Tokens of changes hold the id of what changed: only who is told of it gets one."""
    feed = begun()
    page = feed.subscribe(MARCUS, after=None)
    hidden = change(101, DANA)
    feed.publish(hidden)

    assert await heard(page) == [Quiet(at(100))]
    assert feed.mark == at(100)
    feed.reach(hidden.position)
    assert feed.mark == at(100)
    assert await heard(feed.subscribe(MARCUS, after="?")) == [Reset(at(100))]
    feed.reach(at(102))
    assert feed.mark == at(102)


async def test_a_page_of_the_present_has_a_position_of_the_present() -> None:
    """Though the feed began in the past, and what it told last is not this page's."""
    feed = Feed()
    feed.begin(at(100), now=at(120))
    feed.publish(change(110, DANA))
    assert feed.mark == at(100)
    feed.publish(change(121, DANA))
    assert feed.mark == at(120)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> float:
    """Gather changes of who sees what for a moment only; the length of some moments."""
    monkeypatch.setattr(feeds, "_ACCESS_SECONDS", 0.02)
    return 0.1


async def test_who_may_not_see_it_any_more_reads_again(soon: float) -> None:
    """A client is given to Dana: Marcus is told once, without ids, of any number of documents."""
    feed = begun()
    pages = {who.name: feed.subscribe(who, after=at(100)) for who in (PRIYA, DANA, MARCUS, OLGA)}
    moved = [replace(change(101 + time, DANA), access_changed=True) for time in range(5)]
    for one in moved:
        feed.publish(one)

    assert await pages["marcus"].next(soon * 10) == Reset(at(100))
    assert await changes_of(pages["priya"]) == moved
    assert await heard(pages["dana"]) == [Reset(at(100))]
    assert await heard(pages["olga"]) == []
    assert await pages["marcus"].next(soon) is None

    feed.publish(replace(change(110, DANA), access_changed=True))
    assert await pages["marcus"].next(soon * 10) == Reset(at(100))


async def test_who_lost_sight_of_something_while_away_reads_again() -> None:
    """The page may still show it."""
    feed = begun()
    feed.publish(change(101, DANA, MARCUS))
    feed.publish(replace(change(102, DANA), access_changed=True))

    assert await heard(feed.subscribe(MARCUS, after=at(100))) == [Reset(at(100))]
    assert len(await changes_of(feed.subscribe(DANA, after=at(100)))) == 2
    feed.close()


async def test_one_person_has_so_many_pages_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another person is let in; whoever leaves makes room, and leaving twice is no trouble."""
    monkeypatch.setattr(feeds, "MOST_OF_ONE", 2)
    feed = begun()
    first, _second = feed.subscribe(DANA, after=None), feed.subscribe(DANA, after=None)
    with pytest.raises(TooManyOfOne):
        feed.subscribe(DANA, after=None)
    feed.subscribe(MARCUS, after=None)

    feed.leave(first)
    feed.leave(first)

    feed.subscribe(DANA, after=None)


async def test_a_process_serves_so_many_pages_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever their practices; the number is a metric."""
    monkeypatch.setattr(feeds, "MOST_STREAMS", 2)
    feed = begun()
    first = feed.subscribe(DANA, after=None)
    feed.subscribe(OLGA, after=None)
    assert REGISTRY.get_sample_value("openchair_live_streams") == 2
    with pytest.raises(TooManyStreams):
        feed.subscribe(MARCUS, after=None)

    feed.leave(first)

    assert REGISTRY.get_sample_value("openchair_live_streams") == 1
    feed.subscribe(MARCUS, after=None)


async def test_who_left_is_told_nothing() -> None:
    """And nothing is kept for them."""
    feed = begun()
    page = feed.subscribe(DANA, after=at(100))
    feed.leave(page)
    feed.publish(change(101, DANA))
    feed.begin(at(200), now=at(200))

    assert await heard(page) == []
    assert page.is_over


async def test_when_the_process_stops_every_stream_ends() -> None:
    """What waits is told first; nobody is let in any more."""
    feed = begun()
    told, waiting = feed.subscribe(DANA, after=at(100)), feed.subscribe(MARCUS, after=at(100))
    one = change(101, DANA)
    feed.publish(one)
    ended = asyncio.create_task(waiting.next(30))
    await asyncio.sleep(0)

    feed.close()
    feed.publish(change(102, DANA))

    async with asyncio.timeout(1):
        assert await ended is None
    assert await heard(told) == [one]
    assert told.is_over
    assert waiting.is_over
    with pytest.raises(TooManyStreams):
        feed.subscribe(DANA, after=None)
