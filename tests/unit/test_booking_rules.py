"""What may be booked: when, with whom, how long, and what staff must say is meant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.booking_plan import HORIZON, Confirmed
from services.scheduler.domain.refusals import (
    ClinicianUnknown,
    DurationUnusual,
    Refusal,
    StartInPast,
    StartTooFar,
)
from tests.unit.builders import (
    DANA,
    INES,
    NOW,
    PRIYA,
    SESSION,
    START,
    appointment,
    asked,
)
from tests.unit.planning import LATER, plan


@pytest.mark.parametrize(
    "start", [NOW, NOW - timedelta(minutes=1), NOW - timedelta(days=365), None]
)
def test_a_start_that_is_over_is_refused(start: datetime | None) -> None:
    """Nobody can come to an appointment that has begun."""
    with pytest.raises(StartInPast):
        plan(what=asked(start=start))
    if start is not None:
        with pytest.raises(StartInPast):
            plan(Edits(start=start))


def test_a_minute_ahead_is_soon_enough() -> None:
    """The rule is about the past only."""
    assert plan(Edits(start=NOW + timedelta(minutes=1))).start > NOW


def test_a_slip_of_the_keyboard_at_the_end_of_time_is_refused() -> None:
    """A start whose end has no date is a refusal to staff, not a fault of ours."""
    end_of_time = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    with pytest.raises(Refusal):
        assert plan(Edits(start=end_of_time)).utc_days


def test_a_practice_scheduler_sees_no_clients() -> None:
    """Only clinicians and interns can be booked."""
    with pytest.raises(ClinicianUnknown):
        plan(clinician=PRIYA)
    assert plan(clinician=INES).clinician_id == INES.id


def test_an_edited_start_saves_a_request_past_its_time() -> None:
    """A request whose time is over can still be approved for a later one."""
    old = asked(start=NOW - timedelta(days=1))
    assert plan(Edits(start=START), what=old).start == START


NARROW = replace(SESSION, fewest_minutes=38, most_minutes=52)


@pytest.mark.parametrize("minutes", [5, 37, 53, 720])
def test_a_length_the_service_does_not_allow_is_refused_with_its_range(minutes: int) -> None:
    """Until staff say that it is meant (PRODUCT 8.14)."""
    with pytest.raises(DurationUnusual) as refused:
        plan(Edits(minutes=minutes), service=NARROW)
    assert refused.value.members == {"fewest_minutes": 38, "most_minutes": 52}
    meant = Confirmed(duration=True)
    assert plan(Edits(minutes=minutes), service=NARROW, confirmed=meant).minutes == minutes
    for other in (Confirmed(overlap=True), Confirmed(original=True), Confirmed(new_client=True)):
        with pytest.raises(DurationUnusual):
            plan(Edits(minutes=minutes), service=NARROW, confirmed=other)


@pytest.mark.parametrize("minutes", [38, 45, 52])
def test_a_length_within_the_range_needs_no_word(minutes: int) -> None:
    """Both ends are allowed."""
    assert plan(Edits(minutes=minutes), service=NARROW).minutes == minutes


def test_a_range_may_be_open() -> None:
    """53 minutes and more, 16 and less, or anything."""
    long, short = replace(SESSION, fewest_minutes=53), replace(SESSION, most_minutes=16)
    assert plan(Edits(minutes=720), service=long).minutes == 720
    assert plan(Edits(minutes=5), service=short).minutes == 5
    for service, minutes in ((long, 52), (short, 17)):
        with pytest.raises(DurationUnusual):
            plan(Edits(minutes=minutes), service=service)


def test_the_usual_length_is_never_unusual() -> None:
    """The service's own, though outside of its range; and one that an appointment has already."""
    odd = replace(NARROW, minutes=60)
    assert plan(service=odd).minutes == 60
    long = appointment(minutes=90)
    assert plan(Edits(start=LATER), service=NARROW, original=long).minutes == 90
    with pytest.raises(DurationUnusual):
        plan(Edits(minutes=91), service=NARROW, original=long)


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(hours=1), timedelta(days=90)])
def test_an_appointment_that_stays_when_it_was_may_be_over(ago: timedelta) -> None:
    """Its alert or its code is put right afterwards; but it is not moved into the past."""
    over = appointment(start=NOW - ago)
    nothing_asked = asked(start=None)
    booked = plan(Edits(alert="Came late."), what=nothing_asked, original=over)
    assert (booked.start, booked.alert) == (NOW - ago, "Came late.")
    assert plan(Edits(start=NOW - ago, minutes=50), original=over).minutes == 50
    with pytest.raises(StartInPast):
        plan(Edits(start=NOW - ago - timedelta(minutes=15)), original=over)


def test_what_was_asked_wins_over_when_the_original_is() -> None:
    """And what staff edit over both."""
    original = appointment(start=START - timedelta(days=7))
    assert plan(original=original).start == START
    assert plan(Edits(start=LATER), original=original).start == LATER


def test_two_years_ahead_is_as_far_as_anybody_means() -> None:
    """731 days to the minute."""
    assert plan(Edits(start=NOW + HORIZON)).start == NOW + HORIZON
    with pytest.raises(StartTooFar):
        plan(Edits(start=NOW + HORIZON + timedelta(minutes=1)))


def test_who_has_left_is_not_booked() -> None:
    """Nor is an appointment of theirs moved without another clinician."""
    gone = replace(DANA, active=False)
    with pytest.raises(ClinicianUnknown):
        plan(clinician=gone)
    with pytest.raises(ClinicianUnknown):
        plan(Edits(start=LATER), clinician=gone, original=appointment())
