"""What the feed keeps and whom it serves has bounds, and an end."""

import asyncio

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from services.scheduler.live import feed as feeds
from services.scheduler.live.feed import TooManyOfOne, TooManyStreams
from services.scheduler.live.subscription import Reset
from tests.unit.live_pages import (
    DANA,
    MARCUS,
    OLGA,
    PRIYA,
    at,
    begun,
    change,
    changes_of,
    heard,
)


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

    loop = asyncio.get_running_loop()
    loop.call_soon(feed.close)  # after it has begun to wait
    loop.call_soon(feed.publish, change(102, DANA))

    async with asyncio.timeout(1):
        assert await ended is None
    assert await heard(told) == [one]
    assert told.is_over
    assert waiting.is_over
    with pytest.raises(TooManyStreams):
        feed.subscribe(DANA, after=None)
