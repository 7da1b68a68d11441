"""An appointment: which days it touches, and how it is moved and cancelled."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduler.domain.appointment import AppointmentStatus
from services.scheduler.domain.refusals import AppointmentCancelled
from shared.schemas.vocabulary import Modality
from tests.unit.builders import INES, NOW, ONLINE, START, appointment, booking


@pytest.mark.parametrize(
    ("start", "minutes", "days"),
    [
        (datetime(2027, 3, 1, 15, tzinfo=UTC), 45, [date(2027, 3, 1)]),
        (datetime(2027, 3, 1, 0, tzinfo=UTC), 45, [date(2027, 3, 1)]),
        (datetime(2027, 3, 1, 23, 15, tzinfo=UTC), 45, [date(2027, 3, 1)]),
        (datetime(2027, 3, 1, 23, 16, tzinfo=UTC), 45, [date(2027, 3, 1), date(2027, 3, 2)]),
        (datetime(2027, 3, 1, 23, 59, tzinfo=UTC), 1, [date(2027, 3, 1)]),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), 60, [date(2026, 12, 31), date(2027, 1, 1)]),
        (datetime(2028, 2, 28, 23, 30, tzinfo=UTC), 60, [date(2028, 2, 28), date(2028, 2, 29)]),
        (datetime(2027, 3, 1, 0, tzinfo=UTC), 1440, [date(2027, 3, 1)]),
        (
            datetime(2027, 3, 1, 23, 59, tzinfo=UTC),
            1442,
            [date(2027, 3, 1), date(2027, 3, 2), date(2027, 3, 3)],
        ),
        # 19:30 in New York is past midnight in UTC: only the UTC day counts.
        (
            datetime(2027, 3, 1, 19, 30, tzinfo=ZoneInfo("America/New_York")),
            45,
            [date(2027, 3, 2)],
        ),
    ],
)
def test_the_utc_days_of_a_booking(start: datetime, minutes: int, days: list[date]) -> None:
    """The end is free again: one that ends at midnight UTC does not touch the next day."""
    assert list(booking(start=start, minutes=minutes).utc_days) == days


@given(
    st.datetimes(
        min_value=datetime(2020, 1, 1),  # noqa: DTZ001
        max_value=datetime(2040, 1, 1),  # noqa: DTZ001
        timezones=st.timezones(),
    ),
    st.integers(min_value=1, max_value=720),
)
def test_every_minute_of_a_booking_is_in_its_days(start: datetime, minutes: int) -> None:
    """The days cover first and last minute, in order, without a gap and without one too many."""
    whole = booking(start=start.astimezone(UTC), minutes=minutes)
    days = whole.utc_days
    assert days[0] == whole.start.date()
    assert days[-1] == (whole.end - timedelta(microseconds=1)).date()
    assert list(days) == sorted(set(days))
    assert len(days) <= 2


def test_the_end_is_real_time_later() -> None:
    """45 minutes are 45 minutes, also over the change to summer time."""
    whole = booking(start=datetime(2027, 3, 14, 6, 30, tzinfo=UTC), minutes=60)
    assert whole.end == datetime(2027, 3, 14, 7, 30, tzinfo=UTC)


def test_moving_keeps_who_it_is_and_tells_calendars() -> None:
    """A moved appointment is the same one, with the new slot and the next sequence."""
    before = appointment()
    later = booking(start=before.booking.start + timedelta(days=1))
    again = booking(start=before.booking.start + timedelta(days=2))
    after = before.move(later, NOW)
    assert (after.id, after.client_id, after.practice_id) == (
        before.id,
        before.client_id,
        before.practice_id,
    )
    assert after.booking == later
    assert after.status is AppointmentStatus.BOOKED
    assert (before.sequence, after.sequence, after.move(again, NOW).sequence) == (0, 1, 2)
    assert before.booking != later


def test_cancelling_keeps_the_slot_on_record() -> None:
    """A cancelled appointment still tells what it was, with the next sequence."""
    before = appointment()
    after = before.cancel(NOW)
    assert after.status is AppointmentStatus.CANCELLED
    assert after.booking == before.booking
    assert after.sequence == before.sequence + 1
    assert before.status is AppointmentStatus.BOOKED


def test_what_is_cancelled_stays_so() -> None:
    """A cancelled appointment can neither be moved nor cancelled again."""
    gone = appointment().cancel(NOW)
    with pytest.raises(AppointmentCancelled):
        gone.move(booking(), NOW)
    with pytest.raises(AppointmentCancelled):
        gone.cancel(NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"start": START + timedelta(minutes=15)},
        {"minutes": 50},
        {"clinician_id": INES.id, "clinician_name": INES.name},
        {"appointment_type": "Therapy Intake"},
        {"modality": Modality.TELEHEALTH, "location": None},
        {"location": "Garden room"},
    ],
    ids=str,
)
def test_what_the_client_knows_of_is_news_to_calendars(changes: dict[str, Any]) -> None:
    """Time, length, clinician, kind, modality and place raise the sequence, and the version."""
    before = appointment()
    after = before.move(booking(**changes), NOW)
    assert (after.sequence, after.version) == (before.sequence + 1, before.version + 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"alert": "Bring the form."},
        {"service_code": "90832"},
        {"service_label": "Session of last year"},
        {"service_id": ONLINE.id, "service_label": ONLINE.label},
        {"clinician_name": "Dana Reyes-Walsh"},
    ],
    ids=str,
)
def test_what_stays_with_staff_is_no_news(changes: dict[str, Any]) -> None:
    """An alert, a code, a label, a name that was changed: the version rises alone."""
    before = appointment()
    after = before.move(booking(**changes), NOW)
    assert (after.sequence, after.version) == (before.sequence, before.version + 1)
    assert after.booking == booking(**changes)


def test_a_change_is_dated() -> None:
    """Moved and cancelled at the time given; what it was before keeps its own."""
    before, later = appointment(), NOW + timedelta(days=1)
    assert before.move(booking(minutes=50), later).changed_at == later
    assert before.cancel(later).changed_at == later
    assert before.changed_at == NOW
    assert before.cancel(later).version == before.version + 1
