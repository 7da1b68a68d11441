"""Open pages while servers and processes go away: none hears anything twice or misses anything."""

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from tests.faults.test_servers_away import during
from tests.harness.event_stream import EventStream, listening
from tests.harness.polling import eventually
from tests.harness.system import FreeHours, System


async def submitted(system: System, free_hours: FreeHours, count: int = 1) -> list[str]:
    """Have requests accepted by the portal, and return their ids."""
    answers = [await system.submit("amara", free_hours.take()) for _ in range(count)]
    assert [answer.status_code for answer in answers] == [202] * count
    return [answer.json()["id"] for answer in answers]


async def is_live(system: System) -> bool:
    """Say what the scheduler says of its change stream."""
    answer = await system.scheduler.get("/health/ready")
    return bool(answer.json()["checks"]["live"])


def heard_once(page: EventStream, requests: list[str]) -> bool:
    """Say whether the page has heard of each; twice or with a reset is a failure."""
    told = [data["id"] for data in page.named("request") if data["change"] == "new"]
    assert len(told) == len(set(told))
    assert page.named("reset") == []
    return set(requests) <= set(told)


@pytest.mark.parametrize("way", ["killed", "silent"])
async def test_while_mongodb_is_away_streams_stay_open(
    system: System, free_hours: FreeHours, way: str
) -> None:
    """The process says that it is not live; what was held arrives afterwards, once."""
    store = system.servers.mongodb
    begin, end = (store.kill, store.start) if way == "killed" else (store.pause, store.resume)
    async with listening(system.scheduler, system.headers("priya")) as page:
        before = await submitted(system, free_hours)
        await page.until(lambda one: heard_once(one, before), "the page is live")
        async with during(begin, end):
            held = await submitted(system, free_hours, 3)

            async def not_live() -> bool:
                return not await is_live(system)

            await eventually(not_live, "the process notices")
            assert not page.has_ended

        await page.until(lambda one: heard_once(one, held), "what was held arrives", limit=60)
        await system.wait_until_ready()
        after = await submitted(system, free_hours)
        await page.until(lambda one: heard_once(one, after), "it is live again")
        assert not page.has_ended


@pytest.mark.parametrize("way", ["killed", "stopped"])
async def test_a_page_goes_on_with_the_next_process(
    system: System, free_hours: FreeHours, way: str
) -> None:
    """What it missed while none ran is told by the new one, once; both kinds of page."""
    quiet_one = listening(system.scheduler, system.headers("ines"))
    async with listening(system.scheduler, system.headers("priya")) as page, quiet_one as quiet:
        before = await submitted(system, free_hours)
        await page.until(lambda one: heard_once(one, before), "the page is live")
        if way == "killed":
            await asyncio.to_thread(system.kill_process, "scheduler")
        else:
            await asyncio.to_thread(system.processes["scheduler"].stop, 30)
        await page.until(lambda one: one.has_ended, "the stream ends")
    missed = await submitted(system, free_hours, 3)
    system.start_process("scheduler")
    await system.wait_until_ready()

    assert not set(before) & set(quiet.ids())
    both = (page.last_event_id, quiet.last_event_id)
    assert None not in both
    async with (
        listening(system.scheduler, system.headers("priya"), after=both[0]) as back,
        listening(system.scheduler, system.headers("ines"), after=both[1]) as quiet_back,
    ):
        await back.until(lambda one: heard_once(one, missed), "what was missed arrives")
        after = await submitted(system, free_hours)
        await back.until(lambda one: heard_once(one, after), "it is live")
    assert not set(before) & set(back.ids())
    # What was of hers just before she opened the page may be told; what is another's never is.
    assert not {*before, *missed, *after} & set(quiet_back.ids())
    assert quiet_back.named("reset") == []


async def test_open_streams_do_not_hold_up_the_stop(system: System, free_hours: FreeHours) -> None:
    """SIGTERM with five pages open: their streams end at once, and in good order."""
    people = ("dana", "priya", "marcus", "ines", "olga")
    async with AsyncExitStack() as pages:
        opened = [
            await pages.enter_async_context(listening(system.scheduler, system.headers(person)))
            for person in people
        ]
        request = await submitted(system, free_hours)
        await opened[0].until(lambda one: heard_once(one, request), "they are live")
        began = time.monotonic()
        await asyncio.to_thread(system.processes["scheduler"].stop, 30)
        took = time.monotonic() - began
        for page in opened:
            await page.until(lambda one: one.has_ended, "the stream ends", limit=1)
    assert took < 4
    assert not any(page.was_cut for page in opened)
    system.start_process("scheduler")
    await system.wait_until_ready()
