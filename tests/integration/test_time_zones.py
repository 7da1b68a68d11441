"""The two days a year on which the clocks change, and New Year's night (PRODUCT 8.9).

What is local here is written out: which instant it is, and what clocks on the wall show.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.refusals import SlotTaken
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.show_calendar import show_calendar
from shared.schemas.vocabulary import RequestType
from tests.harness.clock_changes import (
    BACK,
    EACH_CHANGE,
    HALF_AN_HOUR,
    ClockChange,
    practice_in,
)
from tests.harness.direct_changes import book
from tests.harness.practice import (
    approve,
    booked_intervals,
    busy_intervals,
)
from tests.harness.servers import Servers
from tests.harness.stores import empty_store


@pytest.fixture(scope="module")
async def store(servers: Servers) -> AsyncIterator[Store]:
    """One database: each test opens a practice of its own in it."""
    async with empty_store(servers) as empty:
        yield empty


@EACH_CHANGE
async def test_requests_about_the_change_are_booked_as_asked(
    store: Store, change: ClockChange
) -> None:
    """Asked for in local time, before, over and after the change; none of them clashes."""
    small = await practice_in(store, change.zone)
    asked = [
        f"{change.day}T{change.half_before}",
        f"{change.day}T{change.half_after}",
        change.local(change.instant - timedelta(hours=3)).isoformat(),
        change.local(change.instant + timedelta(hours=3)).isoformat(),
    ]

    decided = [await approve(small, await small.receive(start=start)) for start in asked]

    starts = [one.appointment and one.appointment.booking.start for one in decided]
    assert starts == [
        change.instant - HALF_AN_HOUR,
        change.instant + HALF_AN_HOUR,
        change.instant - timedelta(hours=3),
        change.instant + timedelta(hours=3),
    ]
    assert await busy_intervals(store) == await booked_intervals(store)


@EACH_CHANGE
async def test_an_hour_over_the_change_lasts_an_hour(store: Store, change: ClockChange) -> None:
    """Its end is sixty minutes on, whatever clocks show; only that time is taken."""
    small = await practice_in(store, change.zone)
    start, end = change.instant - HALF_AN_HOUR, change.instant + HALF_AN_HOUR

    booked = (await book(small, start, minutes=60)).appointment

    assert booked.booking.interval == Interval(start, end)
    shown = [change.local(one).isoformat()[11:16] for one in (start, end)]
    assert shown == [change.half_before[:5], change.half_after[:5]]
    for clashing in (start - timedelta(minutes=44), change.instant, end - timedelta(minutes=1)):
        with pytest.raises(SlotTaken):
            await book(small, clashing)
    assert (await book(small, start - timedelta(minutes=45))).repeated is False
    assert (await book(small, end)).repeated is False


@BACK
async def test_two_that_look_alike_in_the_repeated_hour_do_not_clash(
    store: Store, change: ClockChange
) -> None:
    """The same local time, once before and once after the clocks went back."""
    small = await practice_in(store, change.zone)
    first, second = change.instant - HALF_AN_HOUR, change.instant + HALF_AN_HOUR
    assert change.local(first).time() == change.local(second).time()

    await book(small, first)
    request = await small.receive(start=f"{change.day}T{change.half_after}")
    approved = (await approve(small, request)).appointment

    assert approved is not None
    assert approved.booking.start == second
    with pytest.raises(SlotTaken):
        await book(small, first)
    assert await busy_intervals(store) == await booked_intervals(store)


@EACH_CHANGE
async def test_a_client_moves_from_the_day_before_to_the_same_time(
    store: Store, change: ClockChange
) -> None:
    """Ten o'clock on Saturday and on Sunday are 23 or 25 hours apart."""
    small = await practice_in(store, change.zone)
    ten = datetime.combine(change.day, time(10), ZoneInfo(change.zone))
    saturday = (ten - timedelta(days=1)).astimezone(UTC)
    original = (await book(small, saturday)).appointment
    request = await small.receive(
        request_type=RequestType.RESCHEDULE, appointment_id=original.id, start=ten.isoformat()
    )

    moved = (await approve(small, request)).appointment

    assert moved is not None
    assert moved.booking.start - saturday == timedelta(hours=change.hours)
    assert await busy_intervals(store) == await booked_intervals(store)


@EACH_CHANGE
async def test_the_calendar_of_the_day_has_all_of_its_hours(
    store: Store, change: ClockChange
) -> None:
    """A local day of 23 or 25 hours: its first and last appointment, none of its neighbours'."""
    small = await practice_in(store, change.zone)
    day = change.whole_day
    assert day.end - day.start == timedelta(hours=change.hours)
    length = timedelta(minutes=45)
    inside = [day.start, change.instant - HALF_AN_HOUR, change.instant + HALF_AN_HOUR]
    outside = [day.start - length, day.end]
    for start in [*inside, *outside]:
        await book(small, start)
    asked = await small.receive(start=day.end - length)
    for start in outside:
        await small.receive(start=start)

    calendar = await show_calendar(store, small.priya, day, None)

    assert [one.booking.start for one in calendar.appointments] == inside
    assert [one.id for one in calendar.requests] == [asked]
