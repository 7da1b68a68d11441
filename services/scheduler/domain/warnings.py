"""What staff should know before they book; none of it stops them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.intervals import Interval, merged


class WarningCode(StrEnum):
    """Stable names; the pages have words for them."""

    CLIENT_DOUBLE_BOOKED = "client-double-booked"
    OUTSIDE_WORKING_HOURS = "outside-working-hours"
    NO_WORK_SCHEDULE = "no-work-schedule"
    OVERLAP_ALLOWED = "overlap-allowed"


@dataclass(frozen=True, slots=True)
class BookingWarning:
    """One thing to know; `interval` is the other appointment's time where there is one."""

    code: WarningCode
    interval: Interval | None = None

    def as_members(self) -> dict[str, Any]:
        """Return it as the history tells it."""
        told: dict[str, Any] = {"code": self.code.value}
        if self.interval is not None:
            told |= {
                "start": self.interval.start.isoformat(),
                "end": self.interval.end.isoformat(),
            }
        return told


def double_bookings(
    wanted: Appointment, others: Iterable[Appointment]
) -> tuple[BookingWarning, ...]:
    """Return a warning for each other appointment the client has at that time."""
    return tuple(
        BookingWarning(WarningCode.CLIENT_DOUBLE_BOOKED, other.booking.interval)
        for other in others
        if other.is_booked
        and other.id != wanted.id
        and other.booking.interval.overlaps(wanted.booking.interval)
    )


def outside_hours(wanted: Interval, working: Iterable[Interval]) -> tuple[BookingWarning, ...]:
    """Return a warning when any of the time is outside of the clinician's hours."""
    if any(hours.contains(wanted) for hours in merged(working)):
        return ()
    return (BookingWarning(WarningCode.OUTSIDE_WORKING_HOURS),)
