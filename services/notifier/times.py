"""Dates and times as a person reads them, the zone named."""

from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_name
from babel.units import format_unit

from services.notifier.languages import Words

_SPECIAL_SPACES: Final = str.maketrans("\u202f\u00a0", "  ")
"""Babel puts them before AM and PM and inside "p. m."; some mail readers box them."""


def day_and_time(instant: datetime, zone: str, words: Words) -> str:
    """Return as "Tuesday, December 1, 2026 at 2:00 PM" in an IANA zone."""
    local = instant.astimezone(ZoneInfo(zone))
    clock = format_time(local, "short", locale=words.locale)
    # The number is for Spanish: "a la 1:00", but "a las 2:00" and "a las 13:00".
    hour = int("".join(one for one in clock.partition(":")[0] if one.isdecimal()))
    told = words.ngettext("%(day)s at %(time)s", "%(day)s at %(time)s", hour)
    day = format_date(local, "full", locale=words.locale)
    return (told % {"day": day, "time": clock}).translate(_SPECIAL_SPACES)


def zone_in_words(instant: datetime, zone: str, words: Words) -> str:
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
    return str(get_timezone_name(where, zone_variant=variant, locale=words.locale))


def length_in_words(minutes: int, words: Words) -> str:
    """Return as "45 minutes"."""
    told = format_unit(minutes, "duration-minute", locale=words.locale)
    return told.translate(_SPECIAL_SPACES)


def same_wall_clock(instant: datetime, zone: str, other: str) -> bool:
    """Say whether clocks in both zones show the same at that instant."""
    offsets = {instant.astimezone(ZoneInfo(name)).utcoffset() for name in (zone, other)}
    return len(offsets) == 1
