"""When a clinician can be asked for: from hours, what is taken, notice and horizon to slots."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.scheduler.domain.intervals import Interval, without
from services.scheduler.domain.people import Closure
from services.scheduler.domain.work_schedule import (
    WorkSchedule,
    stretches_of_work,
    working_time,
)


@dataclass(frozen=True, slots=True)
class Hours:
    """A clinician's hours with the practice's closures; `zone` is the practice's IANA name."""

    schedule: WorkSchedule
    closures: Sequence[Closure]
    zone: str


@dataclass(frozen=True, slots=True)
class SlotTerms:
    """What a slot must keep to: its length, and the earliest and latest start (UTC, included)."""

    minutes: int
    earliest: datetime
    latest: datetime


def open_slots(
    hours: Hours, taken: Iterable[Interval], terms: SlotTerms, wanted: Interval
) -> tuple[datetime, ...]:
    """Return the starts, in UTC and in order, within `wanted` at which the clinician is free.

    Starts are a step apart, counted from the beginning of each stretch of work, and anew from
    midnight. All of a slot lies in working time, and may go on past midnight where that does; after
    each appointment, the new one too, the clinician's buffer stays free. `taken` are appointments
    and held slots, without buffers.
    """
    schedule = hours.schedule
    length = timedelta(minutes=terms.minutes)
    step = timedelta(minutes=schedule.slot_step_minutes)
    searched = Interval(wanted.start, wanted.end + length)
    working = working_time(schedule, hours.closures, hours.zone, searched)
    free = without(working, _with_buffer(taken, schedule.buffer_minutes))
    stretches = stretches_of_work(schedule, hours.zone, searched)
    return tuple(
        start
        for start in _starts(stretches, free, length, step)
        if wanted.start <= start < wanted.end and terms.earliest <= start <= terms.latest
    )


def is_open(hours: Hours, taken: Iterable[Interval], terms: SlotTerms, start: datetime) -> bool:
    """Say whether a slot may begin then (UTC)."""
    instant = Interval(start, start + timedelta(microseconds=1))
    return start in open_slots(hours, taken, terms, instant)


def _with_buffer(taken: Iterable[Interval], minutes: int) -> list[Interval]:
    # Before, too: a slot must end, with its own buffer, before the next appointment begins.
    buffer = timedelta(minutes=minutes)
    return [Interval(one.start - buffer, one.end + buffer) for one in taken]


def _starts(
    stretches: Iterable[Interval], free: Sequence[Interval], length: timedelta, step: timedelta
) -> Iterator[datetime]:
    long_enough = [part for part in free if part.end - part.start >= length]
    for stretch in stretches:
        for part in long_enough:
            if not part.overlaps(stretch):
                continue
            into = max(part.start - stretch.start, timedelta())
            start = stretch.start - (-into // step) * step  # the first step that is not before it
            while start < stretch.end and start + length <= part.end:
                yield start
                start += step
