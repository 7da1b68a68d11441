"""Dates and times as a person reads them, the zone named."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_name

_LOCALE: Final = "en_US"
_NARROW_SPACE: Final = "\u202f"  # Babel's en_US puts it before AM and PM; some mail readers box it


def day_and_time(instant: datetime, zone: str) -> str:
    """Return as "Tuesday, December 1, 2026 at 2:00 PM" in an IANA zone."""
    local = instant.astimezone(ZoneInfo(zone))
    day = format_date(local, "EEEE, MMMM d, y", locale=_LOCALE)
    return f"{day} at {_clock(local)}"


def zone_in_words(instant: datetime, zone: str) -> str:
    """Return as "Eastern Standard Time", in force at that instant."""
    return str(get_timezone_name(instant.astimezone(ZoneInfo(zone)), locale=_LOCALE))


def same_wall_clock(instant: datetime, zone: str, other: str) -> bool:
    """Say whether clocks in both zones show the same at that instant."""
    offsets = {instant.astimezone(ZoneInfo(name)).utcoffset() for name in (zone, other)}
    return len(offsets) == 1


def _clock(local: datetime) -> str:
    return str(format_time(local, "h:mm a", locale=_LOCALE)).replace(_NARROW_SPACE, " ")
