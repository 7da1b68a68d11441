"""What a work schedule and a practice's closures must keep to before they are written."""

from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from itertools import groupby, pairwise
from typing import Final

from services.scheduler.domain.people import Closure
from services.scheduler.domain.record_refusals import (
    DaysReversed,
    DaysTooFar,
    HoursEmpty,
    HoursOverlap,
)
from services.scheduler.domain.work_schedule import (
    MIDNIGHT,
    ScheduleException,
    WeeklyHours,
    WorkSchedule,
)

FARTHEST: Final = timedelta(days=1096)
_MINUTES_OF_A_DAY: Final = 24 * 60


def check_schedule(schedule: WorkSchedule, today: date) -> None:
    """Check hours and exceptions.

    Exceptions may overlap each other: what is taken away is not there, whatever else adds it.

    Raises:
        HoursEmpty, HoursOverlap: of the weekly hours, or of a part of a day.
        DaysReversed, DaysTooFar: of an exception.

    """
    _check_weekly(schedule.weekly)
    for exception in schedule.exceptions:
        _check_days(exception.first_day, exception.last_day, today)
        _check_part_of_day(exception)


def check_closures(closures: Iterable[Closure], today: date) -> None:
    """Check the days of closures; raises DaysReversed, DaysTooFar."""
    for closure in closures:
        _check_days(closure.first_day, closure.last_day, today)


def _check_weekly(weekly: Sequence[WeeklyHours]) -> None:
    for hours in weekly:
        if _minute(hours.start) >= _last_minute(hours.end):
            raise HoursEmpty(weekday=hours.weekday)
    in_order = sorted(weekly, key=lambda hours: (hours.weekday, hours.start))
    for weekday, of_day in groupby(in_order, key=lambda hours: hours.weekday):
        for one, following in pairwise(of_day):
            if _minute(following.start) < _last_minute(one.end):
                raise HoursOverlap(weekday)


def _check_part_of_day(exception: ScheduleException) -> None:
    start, end = exception.start or MIDNIGHT, exception.end or MIDNIGHT
    if _minute(start) >= _last_minute(end):
        raise HoursEmpty(first_day=exception.first_day)


def _check_days(first_day: date, last_day: date, today: date) -> None:
    if last_day < first_day:
        raise DaysReversed(first_day)
    if last_day > today + FARTHEST:
        raise DaysTooFar(first_day)


def _minute(start: time) -> int:
    return start.hour * 60 + start.minute


def _last_minute(end: time) -> int:
    return _MINUTES_OF_A_DAY if end == MIDNIGHT else _minute(end)
