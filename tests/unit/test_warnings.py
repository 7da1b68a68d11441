"""What staff are told before they book: double bookings of the client, and odd hours."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.warnings import (
    BookingWarning,
    WarningCode,
    double_bookings,
    outside_hours,
)
from tests.unit.builders import NOW, START, appointment

WANTED = appointment()
HOURS = WANTED.booking.interval


def test_each_other_appointment_at_that_time_is_told() -> None:
    """Half an overlap is enough; its time is told, and nothing else of it."""
    before = replace(appointment(start=START - timedelta(minutes=20)), id=UUID(int=31))
    half = replace(appointment(start=START + timedelta(minutes=44)), id=UUID(int=32))
    told = double_bookings(WANTED, [before, half])
    assert told == (
        BookingWarning(WarningCode.CLIENT_DOUBLE_BOOKED, before.booking.interval),
        BookingWarning(WarningCode.CLIENT_DOUBLE_BOOKED, half.booking.interval),
    )
    assert told[0].as_members() == {
        "code": "client-double-booked",
        "start": (START - timedelta(minutes=20)).isoformat(),
        "end": (START + timedelta(minutes=25)).isoformat(),
    }


def test_what_is_before_after_cancelled_or_the_same_is_no_double_booking() -> None:
    """An appointment that is moved by a little does not meet itself."""
    before = replace(appointment(start=START - timedelta(minutes=45)), id=UUID(int=31))
    after = replace(appointment(start=START + timedelta(minutes=45)), id=UUID(int=32))
    cancelled = replace(appointment(), id=UUID(int=33)).cancel(NOW)
    itself = appointment(start=START + timedelta(minutes=15))
    assert double_bookings(WANTED, [before, after, cancelled, itself]) == ()


def test_within_working_hours_there_is_nothing_to_say() -> None:
    """To the minute, and where two stretches of work touch."""
    middle = START + timedelta(minutes=20)
    for working in (
        [HOURS],
        [Interval(HOURS.start, middle), Interval(middle, HOURS.end)],
        [Interval(HOURS.start - timedelta(hours=3), HOURS.end + timedelta(hours=3))],
    ):
        assert outside_hours(HOURS, working) == ()


def test_any_minute_outside_is_told() -> None:
    """Before, after, over a break, or on a day off."""
    minute = timedelta(minutes=1)
    middle = START + timedelta(minutes=20)
    told = (BookingWarning(WarningCode.OUTSIDE_WORKING_HOURS),)
    for working in (
        [],
        [Interval(HOURS.start + minute, HOURS.end)],
        [Interval(HOURS.start, HOURS.end - minute)],
        [Interval(HOURS.start, middle), Interval(middle + minute, HOURS.end)],
    ):
        assert outside_hours(HOURS, working) == told
    assert told[0].as_members() == {"code": "outside-working-hours"}
