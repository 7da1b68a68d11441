"""When a clinician works: hours, exceptions and closures in the practice's time, told in UTC."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.people import Closure
from services.scheduler.domain.work_schedule import (
    ExceptionKind,
    ScheduleException,
    WeeklyHours,
    WorkSchedule,
    working_time,
)
from tests.unit.builders import DANA, PRACTICE_ID

NEW_YORK = "America/New_York"
MONDAY = date(2027, 3, 1)
EXTRA, UNAVAILABLE = ExceptionKind.EXTRA, ExceptionKind.UNAVAILABLE
NINE_TO_FIVE = tuple(WeeklyHours(weekday, time(9), time(17)) for weekday in range(5))


def schedule(*weekly: WeeklyHours, exceptions: tuple[ScheduleException, ...] = ()) -> WorkSchedule:
    """Return Dana's."""
    return WorkSchedule(DANA.id, PRACTICE_ID, weekly, exceptions)


def local(day: date, hour: int, minute: int = 0, zone: str = NEW_YORK) -> datetime:
    """Return a local time, in UTC."""
    return datetime.combine(day, time(hour, minute), ZoneInfo(zone)).astimezone(UTC)


def days(first: date, count: int, zone: str = NEW_YORK) -> Interval:
    """Return whole local days."""
    return Interval(local(first, 0, zone=zone), local(first + timedelta(days=count), 0, zone=zone))


def worked(
    what: WorkSchedule,
    wanted: Interval,
    *closures: Closure,
    zone: str = NEW_YORK,
) -> list[tuple[str, str]]:
    """Return the working time as people of the zone read it off the clock, with its offset."""
    return [
        tuple(  # type: ignore[misc]
            instant.astimezone(ZoneInfo(zone)).strftime("%a %H:%M%z")
            for instant in (interval.start, interval.end)
        )
        for interval in working_time(what, closures, zone, wanted)
    ]


def test_weekly_hours_are_those_of_the_weekday() -> None:
    """Monday is 0; a day without hours is free."""
    twice_a_week = schedule(
        WeeklyHours(0, time(9), time(12)),
        WeeklyHours(0, time(13, 30), time(17)),
        WeeklyHours(6, time(10), time(11)),
    )
    assert worked(twice_a_week, days(MONDAY, 7)) == [
        ("Mon 09:00-0500", "Mon 12:00-0500"),
        ("Mon 13:30-0500", "Mon 17:00-0500"),
        ("Sun 10:00-0500", "Sun 11:00-0500"),
    ]


def test_hours_that_touch_or_overlap_are_one_stretch() -> None:
    """However the schedule was typed."""
    double = schedule(
        WeeklyHours(0, time(12), time(17)),
        WeeklyHours(0, time(9), time(12)),
        WeeklyHours(0, time(11), time(13)),
    )
    assert worked(double, days(MONDAY, 1)) == [("Mon 09:00-0500", "Mon 17:00-0500")]


def test_midnight_ends_the_day() -> None:
    """An end of 00:00 is the next midnight, and goes on into hours that begin there."""
    late = schedule(WeeklyHours(0, time(20), time(0)), WeeklyHours(1, time(0), time(2)))
    assert worked(late, days(MONDAY, 2)) == [("Mon 20:00-0500", "Tue 02:00-0500")]
    assert worked(schedule(WeeklyHours(0, time(0), time(0))), days(MONDAY, 2)) == [
        ("Mon 00:00-0500", "Tue 00:00-0500")
    ]


def test_extra_hours_add_to_the_week() -> None:
    """On the days named, both included; without hours, the whole day."""
    extra = (
        ScheduleException(EXTRA, date(2027, 3, 6), date(2027, 3, 7), time(10), time(12)),
        ScheduleException(EXTRA, date(2027, 3, 5), date(2027, 3, 5)),
    )
    assert worked(schedule(*NINE_TO_FIVE, exceptions=extra), days(date(2027, 3, 4), 5)) == [
        ("Thu 09:00-0500", "Thu 17:00-0500"),
        ("Fri 00:00-0500", "Sat 00:00-0500"),
        ("Sat 10:00-0500", "Sat 12:00-0500"),
        ("Sun 10:00-0500", "Sun 12:00-0500"),
        ("Mon 09:00-0500", "Mon 17:00-0500"),
    ]


def test_being_unavailable_takes_away_from_weekly_and_extra_hours() -> None:
    """An afternoon, or whole days."""
    away = (
        ScheduleException(UNAVAILABLE, MONDAY, MONDAY, time(12), time(14)),
        ScheduleException(UNAVAILABLE, date(2027, 3, 2), date(2027, 3, 4)),
        ScheduleException(EXTRA, date(2027, 3, 4), date(2027, 3, 4), time(18), time(20)),
    )
    assert worked(schedule(*NINE_TO_FIVE, exceptions=away), days(MONDAY, 5)) == [
        ("Mon 09:00-0500", "Mon 12:00-0500"),
        ("Mon 14:00-0500", "Mon 17:00-0500"),
        ("Fri 09:00-0500", "Fri 17:00-0500"),
    ]


def test_unavailable_until_midnight_is_until_midnight() -> None:
    """The next morning is worked again."""
    away = (ScheduleException(UNAVAILABLE, MONDAY, MONDAY, time(15), None),)
    assert worked(schedule(*NINE_TO_FIVE, exceptions=away), days(MONDAY, 2)) == [
        ("Mon 09:00-0500", "Mon 15:00-0500"),
        ("Tue 09:00-0500", "Tue 17:00-0500"),
    ]


def test_closures_of_the_practice_close_whole_days() -> None:
    """Both days included, whatever the clinician's hours."""
    extra = (ScheduleException(EXTRA, date(2027, 3, 2), date(2027, 3, 2), time(18), time(20)),)
    closed = Closure(date(2027, 3, 2), date(2027, 3, 4), "Retreat")
    assert worked(schedule(*NINE_TO_FIVE, exceptions=extra), days(MONDAY, 5), closed) == [
        ("Mon 09:00-0500", "Mon 17:00-0500"),
        ("Fri 09:00-0500", "Fri 17:00-0500"),
    ]


@pytest.mark.parametrize(
    ("zone", "day", "expected", "hours"),
    [
        # 2:00 to 3:00 does not exist: work from 1:30 to 4:00 is an hour shorter.
        (NEW_YORK, date(2027, 3, 14), [("Sun 01:30-0500", "Sun 04:00-0400")], 1.5),
        ("Europe/Berlin", date(2027, 3, 28), [("Sun 01:30+0100", "Sun 04:00+0200")], 1.5),
        ("Australia/Sydney", date(2027, 10, 3), [("Sun 01:30+1000", "Sun 04:00+1100")], 1.5),
        # 1:00 to 2:00, or 2:00 to 3:00, comes twice: the same work is an hour longer.
        (NEW_YORK, date(2027, 11, 7), [("Sun 01:30-0400", "Sun 04:00-0500")], 3.5),
        ("Europe/Berlin", date(2027, 10, 31), [("Sun 01:30+0200", "Sun 04:00+0100")], 3.5),
        ("Australia/Sydney", date(2027, 4, 4), [("Sun 01:30+1100", "Sun 04:00+1000")], 3.5),
    ],
)
def test_where_the_clocks_change_local_time_counts(
    zone: str, day: date, expected: list[tuple[str, str]], hours: float
) -> None:
    """The clock on the wall says 1:30 and 4:00; what lies between is shorter or longer."""
    night = schedule(WeeklyHours(6, time(1, 30), time(4)))
    assert worked(night, days(day, 1, zone), zone=zone) == expected
    (interval,) = working_time(night, (), zone, days(day, 1, zone))
    assert interval.end - interval.start == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        (NEW_YORK, date(2027, 3, 14)),
        (NEW_YORK, date(2027, 11, 7)),
        ("Europe/Berlin", date(2027, 3, 28)),
        ("Europe/Berlin", date(2027, 10, 31)),
        ("Australia/Sydney", date(2027, 10, 3)),
        ("Australia/Sydney", date(2027, 4, 4)),
    ],
)
def test_the_day_of_the_change_begins_work_at_nine(zone: str, day: date) -> None:
    """Nine o'clock is nine o'clock before, on and after the day."""
    daily = schedule(*(WeeklyHours(weekday, time(9), time(17)) for weekday in range(7)))
    around = days(day - timedelta(days=1), 3, zone)
    told = worked(daily, around, zone=zone)
    assert [(one[:-5], two[:-5]) for one, two in told] == [
        (f"{name} 09:00", f"{name} 17:00") for name in ("Sat", "Sun", "Mon")
    ]


def test_an_end_that_comes_twice_is_the_second() -> None:
    """Until 1:30 in the night when 1:30 comes twice: an hour that comes twice is worked twice."""
    night = schedule(WeeklyHours(6, time(0), time(1, 30)))
    (interval,) = working_time(night, (), NEW_YORK, days(date(2027, 11, 7), 1))
    assert interval.end - interval.start == timedelta(hours=2.5)


def test_a_beginning_that_is_skipped_is_read_an_hour_later() -> None:
    """From 2:30 in the night without a 2:30 is from 3:30, and never an hour before."""
    night = schedule(WeeklyHours(6, time(2, 30), time(5)))
    assert worked(night, days(date(2027, 3, 14), 1)) == [("Sun 03:30-0400", "Sun 05:00-0400")]


def test_hours_within_the_skipped_hour_are_none_before_it() -> None:
    """From 2:00 to 2:30, on the night without them: at most later, never a negative stretch."""
    night = schedule(WeeklyHours(6, time(2), time(2, 30)))
    for start, end in worked(night, days(date(2027, 3, 14), 1)):
        assert start < end
        assert end <= "Sun 03:30-0400"


@pytest.mark.parametrize(
    ("day", "first", "length"),
    [
        # Clocks go from 24:00 to 01:00: the day begins at 1:00 and has 23 hours.
        (date(2026, 9, 6), "Sun 01:00-0300", 23),
        # Clocks go from 24:00 back to 23:00: the Saturday before has 25 hours.
        (date(2027, 4, 3), "Sat 00:00-0300", 25),
    ],
)
def test_a_day_whose_midnight_is_missing_or_comes_twice(day: date, first: str, length: int) -> None:
    """In Santiago the clocks change at midnight: a whole day is still that whole day."""
    zone = "America/Santiago"
    daily = schedule(WeeklyHours(day.weekday(), time(0), time(0)))
    around = Interval(
        local(day - timedelta(days=1), 12, zone=zone), local(day + timedelta(days=1), 12, zone=zone)
    )
    (interval,) = working_time(daily, (), zone, around)
    assert worked(daily, around, zone=zone)[0][0] == first
    assert interval.end - interval.start == timedelta(hours=length)


def test_a_closed_day_without_its_midnight_is_closed() -> None:
    """Neither the hour before nor the hour after a missing midnight is left open."""
    zone, day = "America/Santiago", date(2026, 9, 6)
    always = schedule(*(WeeklyHours(weekday, time(0), time(0)) for weekday in range(7)))
    around = Interval(
        local(day - timedelta(days=1), 0, zone=zone), local(day + timedelta(days=2), 0, zone=zone)
    )
    assert worked(always, around, Closure(day, day), zone=zone) == [
        ("Sat 00:00-0400", "Sun 01:00-0300"),
        ("Mon 00:00-0300", "Tue 00:00-0300"),
    ]


def test_no_hours_are_no_schedule() -> None:
    """Only hours make somebody requestable; being away is no work."""
    away = (ScheduleException(UNAVAILABLE, MONDAY, MONDAY),)
    once = (ScheduleException(EXTRA, MONDAY, MONDAY, time(9), time(10)),)
    assert schedule().is_empty
    assert schedule(exceptions=away).is_empty
    assert not schedule(exceptions=once).is_empty
    assert not schedule(*NINE_TO_FIVE).is_empty


def test_no_more_than_was_wanted_is_told() -> None:
    """Whoever asks about an hour hears of that hour, and of none beside it."""
    around = Interval(local(MONDAY, 16), local(date(2027, 3, 2), 10))
    assert worked(schedule(*NINE_TO_FIVE), around) == [
        ("Mon 16:00-0500", "Mon 17:00-0500"),
        ("Tue 09:00-0500", "Tue 10:00-0500"),
    ]
    night = Interval(local(MONDAY, 17), local(date(2027, 3, 2), 9))
    assert worked(schedule(*NINE_TO_FIVE), night) == []
