"""The times that rows of one file take, so that a dry run sees two rows that clash."""

from collections import defaultdict
from datetime import date
from typing import Final
from uuid import UUID

from services.scheduler.domain.appointment import Booking
from services.scheduler.domain.intervals import Interval


class TakenTimes:
    """Rows by clinician and UTC day, as the calendar itself keeps them."""

    def __init__(self) -> None:
        self._days: Final[dict[tuple[UUID, date], list[tuple[Interval, int]]]] = defaultdict(list)

    def take(self, booking: Booking, row: int) -> tuple[int, ...]:
        """Take the time for a row if it is free; otherwise return the rows that have some of it."""
        days = [self._days[booking.clinician_id, day] for day in booking.utc_days]
        interval = booking.interval
        clashing = sorted(
            {other for day in days for taken, other in day if taken.overlaps(interval)}
        )
        if not clashing:
            for day in days:
                day.append((interval, row))
        return tuple(clashing)
