"""Dates as FHIR searches write them; https://hl7.org/fhir/R4/search.html#date.

A date stands for all the time it may mean: a day for a day, a second for a second. Without an
offset it is by the practice's clock.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

YEARS: Final = range(1900, 2200)
"""Far enough for every appointment, and for every zone's clock."""

_DATE: Final = re.compile(
    r"(?P<prefix>eq|ge|gt|le|lt)?"
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"(?P<time>T\d\d:\d\d(?P<second>:\d\d(?P<fraction>\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_LAST_MONTH: Final = 12


@dataclass(frozen=True, slots=True)
class Bounds:
    """From an instant (included) until another (not included), in UTC; None is open."""

    from_: datetime | None = None
    until: datetime | None = None

    def and_(self, other: "Bounds") -> "Bounds":
        """Return what lies within both."""
        froms = [one for one in (self.from_, other.from_) if one is not None]
        untils = [one for one in (self.until, other.until) if one is not None]
        return Bounds(max(froms, default=None), min(untils, default=None))


def bounds_of(values: Iterable[str], zone: str) -> Bounds:
    """Return the bounds of an instant that fits all the dates; `zone` is an IANA name.

    Raises:
        ValueError: one of them is no date, or has a prefix that is not offered.

    """
    bounds = Bounds()
    for value in values:
        bounds = bounds.and_(_bounds(value, ZoneInfo(zone)))
    return bounds


def _bounds(value: str, zone: ZoneInfo) -> Bounds:
    found = _DATE.fullmatch(value)
    if found is None or int(found["year"]) not in YEARS:
        raise ValueError("no date")
    first, beyond = _all_it_means(found, value.removeprefix(found["prefix"] or ""), zone)
    match found["prefix"]:
        case "ge":
            return Bounds(from_=first)
        case "gt":
            return Bounds(from_=beyond)
        case "lt":
            return Bounds(until=first)
        case "le":
            return Bounds(until=beyond)
        case _:
            return Bounds(first, beyond)


def _all_it_means(found: re.Match[str], told: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    if found["time"]:
        instant = datetime.fromisoformat(told)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=zone)
        first = instant.astimezone(UTC)
        return first, first + _precision(found)
    year, month, day = int(found["year"]), int(found["month"] or 1), int(found["day"] or 1)
    first_day = date(year, month, day)
    if found["day"]:
        beyond = first_day + timedelta(days=1)
    elif found["month"] and month < _LAST_MONTH:
        beyond = date(year, month + 1, 1)
    else:
        beyond = date(year + 1, 1, 1)
    return _midnight(first_day, zone), _midnight(beyond, zone)


def _precision(found: re.Match[str]) -> timedelta:
    if found["fraction"]:
        return timedelta(microseconds=1)
    return timedelta(seconds=1) if found["second"] else timedelta(minutes=1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)
