"""Time zones inside calendar files (RFC 5545, 3.6.5), from the IANA database.

icalendar's own `add_missing_timezones` says the clocks go forward an hour later than they do: an
onset is local time by the offset before it, not after.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_A_DAY: Final = timedelta(days=1)
_A_MINUTE: Final = timedelta(minutes=1)

_Onset = tuple[timedelta, timedelta, str, bool]


@lru_cache(maxsize=128)
def vtimezone(zone: str, first_day: date, last_day: date) -> Timezone:
    """Return the VTIMEZONE of an IANA zone, right from one day to another.

    It is shared between callers, who must not change it.
    """
    local = ZoneInfo(zone)
    start = datetime.combine(first_day, datetime.min.time(), local)
    end = datetime.combine(last_day, datetime.min.time(), local) + _A_DAY
    onsets: defaultdict[_Onset, list[datetime]] = defaultdict(list)
    offset = _offset(start)
    onsets[offset, offset, start.tzname() or zone, bool(start.dst())].append(
        start.replace(tzinfo=None)
    )
    for instant in _changes(start.astimezone(UTC), end.astimezone(UTC), local):
        after = instant.astimezone(local)
        before = _offset((instant - _A_MINUTE).astimezone(local))
        onset = (instant + before).replace(tzinfo=None)
        onsets[before, _offset(after), after.tzname() or zone, bool(after.dst())].append(onset)
    return _component(zone, onsets)


def _component(zone: str, onsets: dict[_Onset, list[datetime]]) -> Timezone:
    component = Timezone()
    component.add("TZID", zone)
    for (before, after, name, is_daylight), times in onsets.items():
        part = TimezoneDaylight() if is_daylight else TimezoneStandard()
        part.add("DTSTART", times[0])
        part.add("TZOFFSETFROM", before)
        part.add("TZOFFSETTO", after)
        part.add("TZNAME", name)
        if times[1:]:
            part.add("RDATE", times[1:])
        component.add_component(part)
    return component


def _changes(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Return the instants, to the minute, from which another offset or name holds."""
    day = start
    while day < end:
        following = day + _A_DAY
        if _state(day, zone) != _state(following, zone):
            yield _first_minute_after(day, following, zone)
        day = following


def _first_minute_after(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    old = _state(before, zone)
    while after - before > _A_MINUTE:
        middle = before + ((after - before) // 2 // _A_MINUTE) * _A_MINUTE
        before, after = (middle, after) if _state(middle, zone) == old else (before, middle)
    return after


def _state(instant: datetime, zone: ZoneInfo) -> tuple[timedelta, str | None]:
    local = instant.astimezone(zone)
    return _offset(local), local.tzname()


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta()
