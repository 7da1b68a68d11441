"""When a clinician works: weekly hours and exceptions, in the practice's time zone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from services.scheduler.domain.intervals import Interval, merged, without
from services.scheduler.domain.people import Closure

MIDNIGHT: Final = time(0)


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Hours of one weekday (0 is Monday), local time; an `end` of 00:00 is the day's end."""

    weekday: int
    start: time
    end: time


class ExceptionKind(StrEnum):
    """What an exception does to the weekly hours."""

    EXTRA = "extra"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class ScheduleException:
    """On each of the days, both included, the hours from `start` to `end`; None: all day."""

    kind: ExceptionKind
    first_day: date
    last_day: date
    start: time | None = None
    end: time | None = None


@dataclass(frozen=True, slots=True)
class WorkSchedule:
    """A clinician's; without any hours they are not requestable (PRODUCT 1.1)."""

    staff_id: UUID
    practice_id: UUID
    weekly: tuple[WeeklyHours, ...] = ()
    exceptions: tuple[ScheduleException, ...] = ()
    slot_step_minutes: int = 15
    buffer_minutes: int = 0
    version: int = 1

    @property
    def is_empty(self) -> bool:
        """Say whether there are no hours at all, which is as good as no schedule."""
        return not self.weekly and not any(
            exception.kind is ExceptionKind.EXTRA for exception in self.exceptions
        )


def working_time(
    schedule: WorkSchedule, closures: Iterable[Closure], zone: str, wanted: Interval
) -> tuple[Interval, ...]:
    """Return when the clinician works within `wanted`, in UTC, in order.

    Extra hours add to the weekly ones; being unavailable and closures of the practice take away
    from both. Local times are those of `zone`, an IANA name. Where the clocks change, an hour that
    comes twice is worked twice, and a time that is skipped is read as so much later.
    """
    local = ZoneInfo(zone)
    days = list(_local_days(wanted, local))
    unavailable = _of_exceptions(schedule, ExceptionKind.UNAVAILABLE, days, local)
    closed = (
        _on(day, MIDNIGHT, MIDNIGHT, local)
        for closure in closures
        for day in days
        if closure.first_day <= day <= closure.last_day
    )
    works = without(stretches_of_work(schedule, zone, wanted), [*unavailable, *closed])
    return tuple(one.clipped_to(wanted) for one in works if one.overlaps(wanted))


def stretches_of_work(schedule: WorkSchedule, zone: str, wanted: Interval) -> tuple[Interval, ...]:
    """Return the weekly and extra hours of all local days that `wanted` touches, whole, in UTC.

    Slots are counted from the beginning of each, whatever is taken out of it. None goes on past
    midnight: so it is the same whichever days are asked for with it.
    """
    local = ZoneInfo(zone)
    return tuple(
        stretch
        for day in _local_days(wanted, local)
        for stretch in _stretches_of_day(schedule, day, local)
    )


def _stretches_of_day(schedule: WorkSchedule, day: date, zone: ZoneInfo) -> tuple[Interval, ...]:
    weekly = (
        _on(day, hours.start, hours.end, zone)
        for hours in schedule.weekly
        if hours.weekday == day.weekday()
    )
    return merged([*weekly, *_of_exceptions(schedule, ExceptionKind.EXTRA, [day], zone)])


def _of_exceptions(
    schedule: WorkSchedule, kind: ExceptionKind, days: Iterable[date], zone: ZoneInfo
) -> list[Interval]:
    return [
        _on(day, exception.start or MIDNIGHT, exception.end or MIDNIGHT, zone)
        for exception in schedule.exceptions
        if exception.kind is kind
        for day in days
        if exception.first_day <= day <= exception.last_day
    ]


def _local_days(wanted: Interval, zone: ZoneInfo) -> Iterator[date]:
    day = wanted.start.astimezone(zone).date()
    last = wanted.end.astimezone(zone).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _on(day: date, start: time, end: time, zone: ZoneInfo) -> Interval:
    begins = datetime.combine(day, start, zone).astimezone(UTC)
    if end == MIDNIGHT:  # where it comes twice, the first is the next day's beginning
        ends = datetime.combine(day + timedelta(days=1), end, zone)
        return Interval(begins, ends.astimezone(UTC))
    ends = datetime.combine(day, end, zone)
    last = max(ends.astimezone(UTC), ends.replace(fold=1).astimezone(UTC))
    return Interval(begins, last)
