"""What is booked: staff's edits, then what was asked, then the original, then the service."""

from dataclasses import replace
from typing import Any

import pytest

from services.scheduler.domain.appointment import Booking
from services.scheduler.domain.appointment_request import Edits
from shared.schemas.vocabulary import Modality
from tests.unit.builders import (
    DANA,
    INES,
    INTAKE,
    ONLINE,
    ROOM,
    SESSION,
    START,
    appointment,
    asked,
)
from tests.unit.planning import LATER, plan


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
