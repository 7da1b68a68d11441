"""VTIMEZONEs, read as RFC 5545 says, have the offsets of the IANA database at every hour."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Timezone

from shared.vtimezone import vtimezone

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)


def onsets(told: bytes) -> list[tuple[datetime, timedelta]]:
    """Return from which instant (UTC) each offset holds, in order (RFC 5545, 3.6.5)."""
    found = []
    parts: list[Any] = list(Timezone.from_ical(told).subcomponents)
    for part in parts:
        before, after = part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td
        more = part.get("RDATE", [])
        lists = more if isinstance(more, list) else [more]
        times = [part["DTSTART"].dt, *(one.dt for dates in lists for one in dates.dts)]
        found += [((local - before).replace(tzinfo=UTC), after) for local in times]
    return sorted(found)


@pytest.mark.parametrize(
    "zone",
    [
        "America/New_York",
        "America/Los_Angeles",
        "America/Phoenix",
        "America/Santiago",
        "America/Havana",
        "Europe/London",
        "Europe/Dublin",
        "Africa/Casablanca",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Pacific/Chatham",
        "Etc/UTC",
    ],
)
def test_the_offset_is_right_at_every_quarter_of_an_hour(zone: str) -> None:
    """Also in the hours in which the clocks change, in both directions."""
    known = onsets(vtimezone(zone, FIRST, LAST).to_ical())
    local = ZoneInfo(zone)
    instant = datetime(2026, 1, 2, tzinfo=UTC)
    following = iter([*known[1:], (datetime(2100, 1, 1, tzinfo=UTC), timedelta(0))])
    (_, offset), (change, then) = known[0], next(following)
    while instant < datetime(2028, 12, 31, tzinfo=UTC):
        while instant >= change:
            offset, (change, then) = then, next(following)
        assert instant.astimezone(local).utcoffset() == offset, instant
        instant += timedelta(minutes=15)


def test_a_zone_that_changes_its_clocks_has_both_kinds_of_time() -> None:
    """With their names, and only in the years asked for."""
    told = vtimezone("America/New_York", FIRST, date(2027, 12, 31)).to_ical().decode()
    assert told.split("\r\n") == [
        "BEGIN:VTIMEZONE",
        "TZID:America/New_York",
        "BEGIN:STANDARD",
        "DTSTART:20260101T000000",
        "TZNAME:EST",
        "TZOFFSETFROM:-0500",
        "TZOFFSETTO:-0500",
        "END:STANDARD",
        "BEGIN:DAYLIGHT",
        "DTSTART:20260308T020000",
        "RDATE:20270314T020000",
        "TZNAME:EDT",
        "TZOFFSETFROM:-0500",
        "TZOFFSETTO:-0400",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:20261101T020000",
        "RDATE:20271107T020000",
        "TZNAME:EST",
        "TZOFFSETFROM:-0400",
        "TZOFFSETTO:-0500",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]
