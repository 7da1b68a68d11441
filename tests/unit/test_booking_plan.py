"""What is booked: staff's edits, then what was asked, then the original, then the service."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.scheduler.domain.appointment import Appointment, Booking
from services.scheduler.domain.appointment_request import Asked, Edits
from services.scheduler.domain.booking_plan import (
    HORIZON,
    NOTHING_CONFIRMED,
    Confirmed,
    plan_booking,
)
from services.scheduler.domain.people import Service, StaffMember
from services.scheduler.domain.refusals import (
    ClinicianUnknown,
    DurationUnusual,
    Refusal,
    StartInPast,
    StartTooFar,
)
from shared.schemas.vocabulary import Modality
from tests.unit.builders import (
    DANA,
    INES,
    INTAKE,
    NOW,
    ONLINE,
    PRIYA,
    ROOM,
    SESSION,
    START,
    appointment,
    asked,
)


def plan(
    edits: Edits | None = None,
    *,
    what: Asked | None = None,
    service: Service = SESSION,
    clinician: StaffMember = DANA,
    original: Appointment | None = None,
    confirmed: Confirmed = NOTHING_CONFIRMED,
    now: datetime = NOW,
) -> Booking:
    """Plan what a client asked for, by default a session with Dana, unedited."""
    return plan_booking(
        edits or Edits(),
        start=(what or asked()).start,
        service=service,
        clinician=clinician,
        original=original,
        confirmed=confirmed,
        now=now,
    )


def test_without_edits_it_is_as_asked() -> None:
    """The time asked for, with the service's own length, modality, place, code and label."""
    assert plan() == Booking(
        start=START,
        minutes=45,
        clinician_id=DANA.id,
        clinician_name=DANA.name,
        service_id=SESSION.id,
        service_code="90834",
        service_label="Session",
        appointment_type="Therapy Session",
        modality=Modality.IN_PERSON,
        location=ROOM,
        alert=None,
    )


LATER = START + timedelta(hours=1)


@pytest.mark.parametrize(
    ("edits", "field", "booked"),
    [
        (Edits(start=LATER), "start", LATER),
        (Edits(minutes=60), "minutes", 60),
        (Edits(modality=Modality.TELEHEALTH), "modality", Modality.TELEHEALTH),
        (Edits(location="Garden room"), "location", "Garden room"),
        (Edits(service_code="90832"), "service_code", "90832"),
        (Edits(appointment_type="Review"), "appointment_type", "Review"),
        (Edits(alert="Bring the form."), "alert", "Bring the form."),
    ],
)
def test_what_staff_edit_wins(edits: Edits, field: str, booked: Any) -> None:
    """An edit is booked, over what was asked and over what the original had."""
    assert getattr(plan(edits), field) == booked
    assert getattr(plan(edits, original=appointment(alert="Old.")), field) == booked


def test_the_clinician_is_the_one_given() -> None:
    """The clinician whom staff chose is in the booking, by id and by name."""
    booked = plan(Edits(clinician_id=INES.id), clinician=INES)
    assert (booked.clinician_id, booked.clinician_name) == (INES.id, INES.name)


def test_an_edited_start_saves_a_request_past_its_time() -> None:
    """A request whose time is over can still be approved for a later one."""
    old = asked(start=NOW - timedelta(days=1))
    assert plan(Edits(start=START), what=old).start == START


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


def test_telehealth_has_no_room() -> None:
    """Who meets online is not sent to a room."""
    assert plan(Edits(modality=Modality.TELEHEALTH)).location is None
    assert plan(service=ONLINE).location is None


def test_a_move_keeps_what_the_original_had() -> None:
    """Length, modality, place and alert of the appointment stay, unless edited."""
    original = appointment(minutes=50, location="Garden room", alert="Wheelchair.")
    booked = plan(original=original)
    assert (booked.minutes, booked.location, booked.alert) == (50, "Garden room", "Wheelchair.")
    online = appointment(modality=Modality.TELEHEALTH, location=None)
    assert plan(original=online).modality is Modality.TELEHEALTH
    assert plan(original=online).location is None


def test_another_service_brings_its_own() -> None:
    """Choosing another service takes its length, modality and place, not the original's."""
    original = appointment(minutes=50, modality=Modality.TELEHEALTH, location=None)
    booked = plan(Edits(service_id=INTAKE.id), service=INTAKE, original=original)
    assert (booked.minutes, booked.modality, booked.location) == (
        INTAKE.minutes,
        INTAKE.modality,
        INTAKE.location,
    )
    assert (booked.service_code, booked.service_label, booked.appointment_type) == (
        INTAKE.code,
        INTAKE.label,
        INTAKE.appointment_type,
    )
    assert (
        plan(Edits(service_id=ONLINE.id), service=ONLINE, original=appointment()).location is None
    )


def test_another_service_keeps_the_alert_and_the_time() -> None:
    """What staff noted of the appointment is not the service's; nor is when it takes place."""
    original = appointment(alert="Wheelchair.")
    nothing_asked = asked(start=None)
    booked = plan(
        Edits(service_id=INTAKE.id), what=nothing_asked, service=INTAKE, original=original
    )
    assert (booked.alert, booked.start) == ("Wheelchair.", original.booking.start)


def test_a_move_keeps_the_code_and_the_type_that_staff_gave() -> None:
    """Whatever the service would bring by itself; its label is the one of today."""
    original = appointment(
        service_code="90832", appointment_type="Review", service_label="Session of last year"
    )
    booked = plan(Edits(start=LATER), original=original)
    assert (booked.service_code, booked.appointment_type) == ("90832", "Review")
    assert booked.service_label == SESSION.label


def test_an_edit_wins_over_another_service_too() -> None:
    """Staff may choose a service and its length at once."""
    booked = plan(Edits(service_id=INTAKE.id, minutes=90), service=INTAKE)
    assert booked.minutes == 90


def test_back_in_person_there_is_a_room_again() -> None:
    """An online appointment that staff move into the practice takes the service's room."""
    original = appointment(modality=Modality.TELEHEALTH, location=None)
    booked = plan(Edits(modality=Modality.IN_PERSON), original=original)
    assert booked.location == SESSION.location


def test_an_alert_can_be_taken_away() -> None:
    """An empty alert is an edit as well: the original's does not come back."""
    booked = plan(Edits(alert=""), original=appointment(alert="Wheelchair."))
    assert not booked.alert


def test_a_plan_changes_nothing() -> None:
    """Planning is a calculation: the original appointment is what it was."""
    original = appointment()
    copy = replace(original)
    plan(Edits(start=LATER), original=original)
    assert original == copy


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
