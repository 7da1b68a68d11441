"""The feed: each change goes to the open pages of those who may see it, once, in order."""

import asyncio
from dataclasses import replace

import pytest

from services.scheduler.live import feed as feeds
from services.scheduler.live.feed import Feed
from services.scheduler.live.subscription import Quiet, Reset
from tests.unit.live_pages import (
    DANA,
    MARCUS,
    OLGA,
    PRIYA,
    THERE,
    at,
    begun,
    change,
    changes_of,
    heard,
)

A_MOMENT = 0.02


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
    one = change(101, DANA)

    asyncio.get_running_loop().call_soon(feed.publish, one)  # after both have begun to wait

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
        await asyncio.wait([waiting], timeout=A_MOMENT)
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
