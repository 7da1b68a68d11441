"""The days on which clocks change in three zones, written out, and practices there."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.scheduler.domain.intervals import Interval
from services.scheduler.mongo.store import Store
from tests.harness.practice import SmallPractice, open_practice

MIDNIGHT = time(0)
HALF_AN_HOUR = timedelta(minutes=30)


@dataclass(frozen=True)
class ClockChange:
    """The instant at which clocks change, on a Sunday of so many hours.

    `half_before` and `half_after` are what they show half an hour before and after it.
    """

    zone: str
    day: date
    instant: datetime
    hours: int
    half_before: str
    half_after: str

    def local(self, instant: datetime) -> datetime:
        """Return an instant as the practice's clocks show it."""
        return instant.astimezone(ZoneInfo(self.zone))

    @property
    def whole_day(self) -> Interval:
        """From midnight to midnight of the practice."""
        return local_day(self.zone, self.day)

    def __str__(self) -> str:
        return f"{self.zone} {'back' if self.hours == 25 else 'forward'}"


def utc(*parts: int) -> datetime:
    """Return an instant."""
    year, month, day, hour = parts
    return datetime(year, month, day, hour, tzinfo=UTC)


def local_day(zone: str, day: date) -> Interval:
    """Return a day from midnight to midnight, in UTC."""
    ends = [
        datetime.combine(one, MIDNIGHT, ZoneInfo(zone)).astimezone(UTC)
        for one in (day, day + timedelta(days=1))
    ]
    return Interval(*ends)


CHANGES = [
    ClockChange(
        "America/New_York", date(2027, 3, 14), utc(2027, 3, 14, 7), 23, "01:30-05:00", "03:30-04:00"
    ),
    ClockChange(
        "America/New_York", date(2027, 11, 7), utc(2027, 11, 7, 6), 25, "01:30-04:00", "01:30-05:00"
    ),
    ClockChange(
        "Europe/Berlin", date(2027, 3, 28), utc(2027, 3, 28, 1), 23, "01:30+01:00", "03:30+02:00"
    ),
    ClockChange(
        "Europe/Berlin", date(2027, 10, 31), utc(2027, 10, 31, 1), 25, "02:30+02:00", "02:30+01:00"
    ),
    ClockChange(
        "Australia/Sydney",
        date(2027, 10, 3),
        utc(2027, 10, 2, 16),
        23,
        "01:30+10:00",
        "03:30+11:00",
    ),
    ClockChange(
        "Australia/Sydney", date(2027, 4, 4), utc(2027, 4, 3, 16), 25, "02:30+11:00", "02:30+10:00"
    ),
]
EACH_CHANGE = pytest.mark.parametrize("change", CHANGES, ids=str)
BACK = pytest.mark.parametrize("change", [one for one in CHANGES if one.hours == 25], ids=str)


async def practice_in(store: Store, zone: str) -> SmallPractice:
    """Open a practice there."""
    small = await open_practice(store)
    practice = replace(small.practice, time_zone=zone)
    await store.practices.save(practice)
    return replace(small, practice=practice)
