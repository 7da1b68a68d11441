"""Half-open stretches of time, [start, end), in UTC."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """From `start` until just before `end`; both in UTC."""

    start: datetime
    end: datetime

    @property
    def utc_days(self) -> tuple[date, ...]:
        """The UTC days it touches, in order; midnight itself is not the day before's."""
        first = self.start.astimezone(UTC).date()
        last = (self.end - timedelta(microseconds=1)).astimezone(UTC).date()
        return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))

    def overlaps(self, other: "Interval") -> bool:
        """Say whether the two share any instant."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: "Interval") -> bool:
        """Say whether all of the other lies within."""
        return self.start <= other.start and other.end <= self.end

    def clipped_to(self, other: "Interval") -> "Interval":
        """Return what the two share; they must overlap."""
        return Interval(max(self.start, other.start), min(self.end, other.end))


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the same time in order, in as few intervals as can be; empty ones are gone."""
    result: list[Interval] = []
    for interval in sorted(one for one in intervals if one.start < one.end):
        if result and interval.start <= result[-1].end:
            result[-1] = Interval(result[-1].start, max(result[-1].end, interval.end))
        else:
            result.append(interval)
    return tuple(result)


def without(intervals: Iterable[Interval], taken: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return what is left of `intervals` where nothing of `taken` is."""
    holes = merged(taken)
    return tuple(rest for interval in merged(intervals) for rest in _left_of(interval, holes))


def _left_of(interval: Interval, holes: tuple[Interval, ...]) -> Iterator[Interval]:
    start = interval.start
    for hole in holes:
        if hole.end <= start or hole.start >= interval.end:
            continue
        if start < hole.start:
            yield Interval(start, hole.start)
        start = max(start, hole.end)
    if start < interval.end:
        yield Interval(start, interval.end)
