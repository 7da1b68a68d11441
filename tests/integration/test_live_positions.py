"""Going on from a position in the change stream: nothing lost, nothing told twice."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.live.feed import Feed
from services.scheduler.live.watcher import Watcher
from services.scheduler.mongo.changes import HistoryLost
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.receive_requests import receive_requests
from tests.harness.live_practice import LIMIT_SECONDS, LivePractice, follow
from tests.harness.polling import eventually
from tests.harness.practice import NOW, approve, open_practice


async def test_after_a_pause_nothing_is_lost_and_nothing_told_twice(live: LivePractice) -> None:
    """Hundreds of changes, in groups and in transactions; away from each of many moments on."""
    small = live.small
    whole = live.open(small.dana, after=live.feed.mark)
    for _ in range(6):
        events = [small.submission() for _ in range(50)]
        events += [small.submission(client_id=small.keisha.id) for _ in range(20)]
        await receive_requests(small.store, events, now=NOW)
        await approve(
            small, events[0].data.request_id, Edits(start=NOW + timedelta(days=len(whole.told) + 1))
        )
    last = await live.small.receive()
    await whole.hears_of(last)
    expected = [(one.position, one.id) for one in whole.changes]
    assert len(expected) == 6 * 52 + 1
    assert len({one.id for one in whole.changes if one.is_new}) == 6 * 51 + 1
    assert expected == sorted(expected)

    for index in range(0, len(expected), 9):
        page = live.open(small.dana, after=expected[index][0])
        if index + 1 < len(expected):
            await page.hears_of(last)
        assert [(one.position, one.id) for one in page.changes] == expected[index + 1 :]
        assert page.resets == 0
        await page.close()


async def test_another_process_goes_on_where_the_first_one_was(live: LivePractice) -> None:
    """A new process looks back: what happened while none ran is told to who comes back."""
    small = live.small
    page = live.open(small.dana)
    heard = await small.receive()
    position = (await page.hears_of(heard)).position
    await live.watcher.loop.stop()
    missed = [await small.receive() for _ in range(3)]
    second = LivePractice(small, live.other)
    second.watcher.loop.start()
    await second.feed.wait_until_caught_up(LIMIT_SECONDS)

    back = second.open(small.dana, after=position)

    await back.hears_of(missed[-1])
    assert [one.id for one in back.changes] == missed
    assert back.resets == 0
    await second.stop()


async def test_a_quiet_page_comes_back_without_reading_again(live: LivePractice) -> None:
    """It was told of nothing, but how far nothing went; another process knows that time too."""
    before = live.feed.mark
    second = LivePractice(live.small, live.other)
    second.watcher.loop.start()
    await second.feed.wait_until_caught_up(LIMIT_SECONDS)

    back = second.open(live.small.dana, after=before)
    request = await live.small.receive()

    await back.hears_of(request)
    assert back.resets == 0
    await second.stop()


async def test_positions_are_in_order_and_within_a_transaction_too(live: LivePractice) -> None:
    """As text; and the store goes on from each, with exactly what followed."""
    small = live.small
    start = await small.store.changes.position(ago=timedelta(0))
    request = await small.receive()
    await approve(small, request)
    await small.receive()

    followed = await follow(small.store, start)

    positions = [one.position for one in followed]
    assert len(followed) == 4
    assert positions == sorted(set(positions))
    assert start < positions[0]
    # The request and its appointment are of one transaction, hence of one time.
    assert positions[1][:18] == positions[2][:18]
    for index, position in enumerate(positions):
        assert await follow(small.store, position) == followed[index + 1 :]


@pytest.mark.parametrize("after", ["zz", "82", "FFFF", "", "8200"])
async def test_a_position_that_the_store_does_not_know_is_lost_history(
    store: Store, after: str
) -> None:
    """And no outage, which would be tried again for ever."""
    with pytest.raises(HistoryLost):
        await follow(store, after)


async def test_when_the_store_has_lost_its_history_everybody_reads_again(
    live: LivePractice,
) -> None:
    """Restored, or away for too long: the loop begins anew by itself."""
    page = live.open(live.small.priya)
    assert await live.watcher.connected()
    with capture_logs() as logs:
        await live.store.database.client.drop_database(live.store.database.name)
        await page.reads_again()
    anew = await open_practice(live.store)
    other = live.open(anew.priya)
    request = await anew.receive()

    await other.hears_of(request)

    assert "live.history_lost" in [line["event"] for line in logs]


async def test_the_stream_says_that_it_is_not_connected(store: Store) -> None:
    """Before it begins; while it runs, though nothing happens, it is."""
    watcher = Watcher(store.changes, Feed())
    assert not await watcher.connected()
    watcher.loop.start()
    await eventually(watcher.connected, "it is connected")
    await watcher.loop.stop()
