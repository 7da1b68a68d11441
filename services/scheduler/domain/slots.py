"""When a clinician is free and when busy, as stretches of time that tell nothing more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from services.scheduler.domain.intervals import Interval, merged, without


class SlotStatus(StrEnum):
    """Whether a clinician can be booked then."""

    FREE = "free"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of one day of a clinician; no two of one clinician begin at the same instant."""

    clinician_id: UUID
    interval: Interval
    status: SlotStatus


def local_days(zone: str, wanted: Interval) -> tuple[Interval, ...]:
    """Return the whole days of `zone` (an IANA name) that a range touches, in UTC, in order.

    A day has 23 or 25 hours where the clocks change.
    """
    local = ZoneInfo(zone)
    day = wanted.start.astimezone(local).date()
    days = []
    while (start := _midnight(day, local)) < wanted.end:
        day += timedelta(days=1)
        days.append(Interval(start, _midnight(day, local)))
    return tuple(days)


def slots_of(
    clinician_id: UUID,
    day: Interval,
    *,
    works: Iterable[Interval],
    taken: Iterable[Interval],
    buffer: timedelta,
) -> tuple[Slot, ...]:
    """Return the slots of one day, in order: what is taken, and what is left of the working time.

    Appointments that touch are one busy slot. The `buffer` after each is neither free nor busy.
    Cut at the day's ends, a slot is the same whichever range of days it is asked for with.
    """
    busy = merged(taken)
    resting = [Interval(one.start, one.end + buffer) for one in busy]
    found = [Slot(clinician_id, one, SlotStatus.BUSY) for one in _within(day, busy)]
    free = without(_within(day, works), resting)
    found += [Slot(clinician_id, one, SlotStatus.FREE) for one in free]
    return tuple(sorted(found, key=lambda slot: slot.interval))


def _within(day: Interval, intervals: Iterable[Interval]) -> list[Interval]:
    return [one.clipped_to(day) for one in intervals if one.overlaps(day)]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)
