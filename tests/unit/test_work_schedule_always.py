"""What is true of every work schedule, closure and range, in every zone."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

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
EXTRA, UNAVAILABLE = ExceptionKind.EXTRA, ExceptionKind.UNAVAILABLE


def local(day: date, hour: int, minute: int = 0, zone: str = NEW_YORK) -> datetime:
    """Return a local time, in UTC."""
    return datetime.combine(day, time(hour, minute), ZoneInfo(zone)).astimezone(UTC)


def days(first: date, count: int, zone: str = NEW_YORK) -> Interval:
    """Return whole local days."""
    return Interval(local(first, 0, zone=zone), local(first + timedelta(days=count), 0, zone=zone))


times = st.times().map(lambda value: value.replace(second=0, microsecond=0))
weekly_hours = st.builds(WeeklyHours, st.integers(0, 6), times, times).filter(
    lambda hours: hours.end == time(0) or hours.start < hours.end
)
year = st.dates(date(2026, 1, 1), date(2028, 12, 31))


@st.composite
def exceptions(draw: st.DrawFn) -> ScheduleException:
    """Return any exception whose days and hours are in order."""
    first, length = draw(year), draw(st.integers(0, 9))
    hours = draw(st.none() | weekly_hours)
    return ScheduleException(
        draw(st.sampled_from(ExceptionKind)),
        first,
        first + timedelta(days=length),
        hours.start if hours else None,
        hours.end if hours else None,
    )


schedules = st.builds(
    WorkSchedule,
    st.just(DANA.id),
    st.just(PRACTICE_ID),
    st.lists(weekly_hours, max_size=6).map(tuple),
    st.lists(exceptions(), max_size=4).map(tuple),
)
closures = st.lists(
    st.tuples(year, st.integers(0, 5)).map(
        lambda told: Closure(told[0], told[0] + timedelta(days=told[1]))
    ),
    max_size=2,
)
ranges = st.tuples(
    st.datetimes(
        datetime(2026, 1, 1),  # noqa: DTZ001
        datetime(2028, 12, 31),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    st.integers(1, 15 * 24 * 60),
).map(lambda told: Interval(told[0], told[0] + timedelta(minutes=told[1])))


@given(
    schedules,
    closures,
    ranges,
    st.sampled_from([NEW_YORK, "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago"]),
)
def test_it_is_in_order_apart_and_within_what_was_wanted(
    what: WorkSchedule, closed: list[Closure], wanted: Interval, zone: str
) -> None:
    """Whatever the schedule: never twice the same minute, and never a minute too many."""
    found = working_time(what, closed, zone, wanted)

    assert all(one.start < one.end for one in found)
    assert all(wanted.contains(one) for one in found)
    assert all(one.end < two.start for one, two in pairwise(found))
    for one in found:
        first = one.start.astimezone(ZoneInfo(zone)).date()
        last = (one.end - timedelta(minutes=1)).astimezone(ZoneInfo(zone)).date()
        assert all(last < off.first_day or first > off.last_day for off in closed)


@given(schedules, closures, year, st.lists(times, min_size=1, max_size=20))
def test_each_minute_is_worked_that_the_schedule_says(
    what: WorkSchedule, closed: list[Closure], day: date, minutes: list[time]
) -> None:
    """Where no clock changes: weekly or extra hours, and neither away nor closed."""
    zone = ZoneInfo("Asia/Kathmandu")
    found = working_time(what, closed, zone.key, days(day, 1, zone.key))
    for minute in minutes:
        at = datetime.combine(day, minute, zone).astimezone(UTC)
        works = any(one.start <= at < one.end for one in found)
        assert works is is_worked(what, closed, day, minute)


def is_worked(what: WorkSchedule, closed: list[Closure], day: date, minute: time) -> bool:
    """Say by the words of the schedule whether a minute is worked."""

    def within(start: time | None, end: time | None) -> bool:
        return (start or time(0)) <= minute and (end in (None, time(0)) or minute < end)

    def excepted(kind: ExceptionKind) -> bool:
        return any(
            one.kind is kind and one.first_day <= day <= one.last_day and within(one.start, one.end)
            for one in what.exceptions
        )

    weekly = any(one.weekday == day.weekday() and within(one.start, one.end) for one in what.weekly)
    away = excepted(UNAVAILABLE) or any(off.first_day <= day <= off.last_day for off in closed)
    return (weekly or excepted(EXTRA)) and not away
