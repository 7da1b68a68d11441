"""Warnings about working hours on the days on which clocks change, and in New Year's night."""

from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta

import pytest

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.refusals import SlotTaken
from services.scheduler.domain.warnings import WarningCode
from services.scheduler.domain.work_schedule import WeeklyHours, WorkSchedule
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_appointment import Changed
from services.scheduler.use_cases.show_calendar import show_calendar
from tests.harness.clock_changes import (
    BACK,
    EACH_CHANGE,
    HALF_AN_HOUR,
    MIDNIGHT,
    ClockChange,
    local_day,
    practice_in,
    utc,
)
from tests.harness.direct_changes import book, move
from tests.harness.practice import (
    SmallPractice,
    booked_intervals,
    busy_intervals,
)
from tests.harness.servers import Servers
from tests.harness.stores import empty_store

SUNDAY = 6
OUTSIDE = (WarningCode.OUTSIDE_WORKING_HOURS,)


@pytest.fixture(scope="module")
async def store(servers: Servers) -> AsyncIterator[Store]:
    """One database: each test opens a practice of its own in it."""
    async with empty_store(servers) as empty:
        yield empty


async def let_dana_work(small: SmallPractice, *weekly: WeeklyHours) -> None:
    """Give Dana these hours each week."""
    schedule = WorkSchedule(small.dana.id, small.practice.id, weekly=weekly)
    await small.store.work_schedules.save(schedule)


def codes(changed: Changed) -> tuple[WarningCode, ...]:
    """Return what staff were warned of."""
    return tuple(warning.code for warning in changed.warnings)


@EACH_CHANGE
async def test_hours_of_the_day_are_worked_as_clocks_show_them(
    store: Store, change: ClockChange
) -> None:
    """From midnight until four are three or five hours; beyond either end staff are warned."""
    small = await practice_in(store, change.zone)
    await let_dana_work(small, WeeklyHours(SUNDAY, MIDNIGHT, time(4)))
    opens = change.whole_day.start
    closes = opens + timedelta(hours=4 + change.hours - 24)
    fitting = Interval(opens, opens + timedelta(minutes=45))

    booked = (await book(small, fitting.start)).appointment

    for start in (fitting.start, change.instant - HALF_AN_HOUR, closes - timedelta(minutes=45)):
        assert codes(await move(small, booked, Edits(start=start, alert=f"{start}"))) == ()
    for start in (opens - timedelta(minutes=15), closes - timedelta(minutes=30)):
        assert codes(await move(small, booked, Edits(start=start))) == OUTSIDE


@EACH_CHANGE
async def test_hours_over_the_change_hold_both_of_its_sides(
    store: Store, change: ClockChange
) -> None:
    """Worked from the half hour before until the half hour after, and no longer."""
    small = await practice_in(store, change.zone)
    begins, ends = (time.fromisoformat(one[:5]) for one in (change.half_before, "04:00"))
    await let_dana_work(small, WeeklyHours(SUNDAY, begins, ends))
    opens = change.instant - HALF_AN_HOUR

    booked = await book(small, opens, minutes=60)

    assert codes(booked) == ()
    early = await move(small, booked.appointment, Edits(start=opens - timedelta(minutes=1)))
    assert codes(early) == OUTSIDE


@BACK
async def test_hours_until_the_repeated_half_hour_end_with_its_second(
    store: Store, change: ClockChange
) -> None:
    """An hour that comes twice is worked twice."""
    small = await practice_in(store, change.zone)
    ends = time.fromisoformat(change.half_after[:5])
    await let_dana_work(small, WeeklyHours(SUNDAY, MIDNIGHT, ends))

    booked = await book(small, change.instant - HALF_AN_HOUR, minutes=60)

    assert codes(booked) == ()
    late = await move(small, booked.appointment, Edits(minutes=61))
    assert codes(late) == OUTSIDE


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Australia/Sydney"])
async def test_over_new_year_both_years_are_taken(store: Store, zone: str) -> None:
    """Local midnight of New Year: booked over it, worked over it, shown on both days."""
    small = await practice_in(store, zone)
    thursday, friday = 3, 4
    await let_dana_work(
        small,
        WeeklyHours(thursday, time(22), MIDNIGHT),
        WeeklyHours(friday, MIDNIGHT, time(2)),
    )
    new_year = local_day(zone, date(2027, 1, 1))

    booked = await book(small, new_year.start - timedelta(minutes=20))

    assert codes(booked) == ()
    for start in (new_year.start - timedelta(minutes=60), new_year.start + timedelta(minutes=10)):
        with pytest.raises(SlotTaken):
            await book(small, start)
    for day in (local_day(zone, date(2026, 12, 31)), new_year):
        shown = (await show_calendar(store, small.priya, day, None)).appointments
        assert [one.id for one in shown] == [booked.appointment.id]
    assert await busy_intervals(store) == await booked_intervals(store)


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [("America/Havana", utc(2027, 11, 7, 4)), ("Atlantic/Azores", utc(2027, 10, 31, 0))],
)
async def test_a_day_ends_where_midnight_comes_first(
    store: Store, zone: str, midnight: datetime
) -> None:
    """Where clocks go back to midnight, Saturday's hours end before Sunday's first hour."""
    small = await practice_in(store, zone)
    saturday = 5
    await let_dana_work(small, WeeklyHours(saturday, time(8), MIDNIGHT))

    last = await book(small, midnight - timedelta(minutes=45))
    first = await book(small, midnight)

    assert (codes(last), codes(first)) == ((), OUTSIDE)
