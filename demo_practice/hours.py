"""When the demo practice is open around a day: work schedules, an exception, a closure."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Final

from demo_practice.people import DANA, INES, MARCUS
from services.scheduler.domain.people import Closure, StaffMember
from services.scheduler.domain.work_schedule import (
    ExceptionKind,
    ScheduleException,
    WeeklyHours,
    WorkSchedule,
)

_WORKDAYS: Final = range(5)
_HOLIDAY_WEEKS_AHEAD: Final = 5
_CLOSED_WEEKS_AHEAD: Final = 7

_DAY = tuple[tuple[time, time], ...]
_LONG_DAY: Final[_DAY] = ((time(9), time(13)), (time(14), time(18, 30)))
_DAY_WITH_LUNCH: Final[_DAY] = ((time(9), time(13)), (time(13, 30), time(17)))
_EARLY_DAY: Final[_DAY] = ((time(8), time(13)),)


def work_schedules(today: date) -> Iterator[WorkSchedule]:
    """Return when Dana, Marcus and Inês work; Marcus is away for a week after the next month."""
    away = _monday(today, _HOLIDAY_WEEKS_AHEAD)
    holiday = ScheduleException(ExceptionKind.UNAVAILABLE, away, away + timedelta(days=4))
    yield _schedule(DANA, _LONG_DAY, buffer_minutes=15)
    yield _schedule(MARCUS, _DAY_WITH_LUNCH, holiday)
    yield _schedule(INES, _EARLY_DAY)


def closures(today: date) -> tuple[Closure, ...]:
    """Return the Friday, weeks ahead, on which nobody works."""
    friday = _monday(today, _CLOSED_WEEKS_AHEAD) + timedelta(days=4)
    return (Closure(friday, friday, "Team day"),)


def _schedule(
    member: StaffMember, day: _DAY, *exceptions: ScheduleException, buffer_minutes: int = 0
) -> WorkSchedule:
    return WorkSchedule(
        staff_id=member.id,
        practice_id=member.practice_id,
        weekly=tuple(
            WeeklyHours(weekday, start, end) for weekday in _WORKDAYS for start, end in day
        ),
        exceptions=exceptions,
        buffer_minutes=buffer_minutes,
    )


def _monday(today: date, weeks_ahead: int) -> date:
    return today + timedelta(weeks=weeks_ahead, days=-today.weekday())
