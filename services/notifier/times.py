"""Dates and times as a person reads them, the zone named."""

from datetime import datetime, timedelta
from typing import Final, Literal
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
    """Return as "Eastern Standard Time", in force at that instant.

    Summer time is when clocks are ahead of the rest of the year. zoneinfo's `dst()` says otherwise
    of Ireland, whose winter time is the exception in law, and Babel believes it.
    """
    where = ZoneInfo(zone)
    year = instant.astimezone(where).year
    offsets = {
        datetime(year, month, 1, tzinfo=where).utcoffset() or timedelta(0) for month in (1, 7)
    }
    is_summer = (instant.astimezone(where).utcoffset() or timedelta(0)) > min(offsets)
    variant: Literal["daylight", "standard"] = "daylight" if is_summer else "standard"
    return str(get_timezone_name(where, zone_variant=variant, locale=_LOCALE))


def same_wall_clock(instant: datetime, zone: str, other: str) -> bool:
    """Say whether clocks in both zones show the same at that instant."""
    offsets = {instant.astimezone(ZoneInfo(name)).utcoffset() for name in (zone, other)}
    return len(offsets) == 1


def _clock(local: datetime) -> str:
    return str(format_time(local, "h:mm a", locale=_LOCALE)).replace(_NARROW_SPACE, " ")
