"""Work schedules and closures that make no sense are refused before they are written."""

from dataclasses import replace
from datetime import date, time, timedelta
from uuid import UUID

import pytest

from services.scheduler.domain.people import Closure
from services.scheduler.domain.record_refusals import (
    DaysReversed,
    DaysTooFar,
    HoursEmpty,
    HoursOverlap,
)
from services.scheduler.domain.schedule_rules import FARTHEST, check_closures, check_schedule
from services.scheduler.domain.work_schedule import (
    ExceptionKind,
    ScheduleException,
    WeeklyHours,
    WorkSchedule,
)

TODAY = date(2027, 2, 1)
EMPTY = WorkSchedule(UUID(int=1), UUID(int=2))


def check_weekly(*weekly: WeeklyHours) -> None:
    """Check a schedule of those hours."""
    check_schedule(replace(EMPTY, weekly=weekly), TODAY)


def check_exception(exception: ScheduleException) -> None:
    """Check a schedule of that exception."""
    check_schedule(replace(EMPTY, exceptions=(exception,)), TODAY)


def away(first: date, last: date, start: time | None = None, end: time | None = None) -> None:
    """Check an absence."""
    check_exception(ScheduleException(ExceptionKind.UNAVAILABLE, first, last, start, end))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (time(9), time(17)),
        (time(9), time(9, 1)),
        (time(0), time(23, 59)),
        (time(23, 59), time(0)),
        (time(0), time(0)),
    ],
)
def test_hours_end_after_they_begin(start: time, end: time) -> None:
    """An end of 00:00 is the end of the day; a whole day is hours, too."""
    check_weekly(WeeklyHours(2, start, end))
    away(TODAY, TODAY, start, end)


@pytest.mark.parametrize(
    ("start", "end"), [(time(9), time(9)), (time(17), time(9)), (time(23, 59), time(0, 1))]
)
def test_hours_that_end_before_they_begin_are_refused(start: time, end: time) -> None:
    """Nobody works over midnight in one piece; which hours it is about is told."""
    with pytest.raises(HoursEmpty) as weekly:
        check_weekly(WeeklyHours(0, time(9), time(10)), WeeklyHours(2, start, end))
    assert weekly.value.members == {"weekday": 2}
    with pytest.raises(HoursEmpty) as exception:
        away(TODAY, TODAY, start, end)
    assert exception.value.members == {"first_day": "2027-02-01"}


def test_a_part_of_a_day_may_be_open_on_one_side() -> None:
    """Until noon, or from noon on."""
    away(TODAY, TODAY, None, time(12))
    away(TODAY, TODAY, time(12), None)
    away(TODAY, TODAY)


def test_hours_of_a_weekday_may_touch_and_not_overlap() -> None:
    """Whatever the order in which they come; other weekdays are of no concern."""
    morning, afternoon = WeeklyHours(4, time(9), time(13)), WeeklyHours(4, time(13), time(0))
    check_weekly(afternoon, morning, replace(morning, weekday=5))
    for overlapping in (
        WeeklyHours(4, time(12, 59), time(13, 30)),
        WeeklyHours(4, time(23, 59), time(0)),
        morning,
    ):
        with pytest.raises(HoursOverlap) as caught:
            check_weekly(afternoon, morning, overlapping)
        assert caught.value.members == {"weekday": 4}


def test_days_are_in_order_and_within_three_years() -> None:
    """Of exceptions and closures alike; one day is enough, and the past is no mistake."""
    last = TODAY + FARTHEST
    for first, until in ((TODAY, TODAY), (TODAY, last), (last, last), (date(2020, 1, 1), TODAY)):
        away(first, until)
        check_closures([Closure(first, until)], TODAY)
    for first, until, refusal in (
        (TODAY, TODAY - timedelta(days=1), DaysReversed),
        (TODAY, last + timedelta(days=1), DaysTooFar),
        (date(9999, 12, 31), date(9999, 12, 31), DaysTooFar),
    ):
        with pytest.raises(refusal):
            away(first, until)
        with pytest.raises(refusal):
            check_closures([Closure(TODAY, TODAY), Closure(first, until)], TODAY)


def test_exceptions_may_overlap() -> None:
    """Somebody away all week may be away on its Monday, too."""
    week = ScheduleException(ExceptionKind.UNAVAILABLE, TODAY, TODAY + timedelta(days=6))
    monday = ScheduleException(ExceptionKind.UNAVAILABLE, TODAY, TODAY)
    check_schedule(replace(EMPTY, exceptions=(week, monday)), TODAY)
