"""What the e-mail lists as different: what the client asked for or has, and staff changed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.scheduler.domain.booking_plan import (
    FieldChange,
    changes_between,
    changes_from_asked,
)
from shared.schemas.vocabulary import ChangedField, Modality
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
from tests.unit.builders import booking as booked

LATER = START + timedelta(hours=1)
TO_INES = {"clinician_id": INES.id, "clinician_name": INES.name}


def test_as_asked_lists_nothing() -> None:
    """No difference, no list."""
    assert changes_from_asked(asked(), booked(), asked_service=SESSION, original=None) == ()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"start": LATER},
            FieldChange(ChangedField.START, START.isoformat(), LATER.isoformat()),
        ),
        (TO_INES, FieldChange(ChangedField.CLINICIAN, DANA.name, INES.name)),
        ({"minutes": 60}, FieldChange(ChangedField.MINUTES, "45", "60")),
        (
            {"modality": Modality.TELEHEALTH, "location": None},
            FieldChange(ChangedField.MODALITY, "in_person", "telehealth"),
        ),
        (
            {"appointment_type": "Therapy Intake"},
            FieldChange(ChangedField.SERVICE, "Therapy Session", "Therapy Intake"),
        ),
        ({"location": "Garden room"}, FieldChange(ChangedField.LOCATION, ROOM, "Garden room")),
    ],
)
def test_each_thing_that_staff_change_is_listed(
    changes: dict[str, Any], expected: FieldChange
) -> None:
    """Time, clinician, kind, length, modality and place: each by itself."""
    found = changes_from_asked(asked(), booked(**changes), asked_service=SESSION, original=None)
    assert found == (expected,)


def test_several_changes_are_listed_in_a_fixed_order() -> None:
    """Time first, then who, what, how long and how."""
    changed = booked(
        start=LATER,
        minutes=60,
        modality=Modality.TELEHEALTH,
        appointment_type="Therapy Intake",
        **TO_INES,
    )
    found = changes_from_asked(asked(), changed, asked_service=SESSION, original=None)
    told = [field for field in ChangedField if field is not ChangedField.LOCATION]
    assert [change.field for change in found] == told


def test_any_clinician_is_not_changed_by_naming_one() -> None:
    """What the client left open cannot have been changed."""
    open_to_all = asked(clinician_id=None, clinician_name=None)
    assert changes_from_asked(open_to_all, booked(), asked_service=SESSION, original=None) == ()


def test_length_and_modality_are_those_of_the_service_asked_for() -> None:
    """Who asks for a session online expects 45 minutes online."""
    online = booked(modality=Modality.TELEHEALTH, location=None)
    assert changes_from_asked(asked(), online, asked_service=ONLINE, original=None) == ()
    found = changes_from_asked(asked(), booked(), asked_service=INTAKE, original=None)
    assert [change.field for change in found] == [
        ChangedField.SERVICE,
        ChangedField.MINUTES,
        ChangedField.LOCATION,
    ]


def test_a_move_is_compared_with_the_original() -> None:
    """Who moves an appointment of 50 minutes online expects 50 minutes online."""
    original = appointment(minutes=50, modality=Modality.TELEHEALTH, location=None)
    same = replace(original.booking, start=START)
    assert changes_from_asked(asked(), same, asked_service=SESSION, original=original) == ()
    found = changes_from_asked(asked(), booked(), asked_service=SESSION, original=original)
    assert {change.field for change in found} == {ChangedField.MINUTES, ChangedField.MODALITY}


def test_a_move_to_another_service_is_compared_with_what_was_asked() -> None:
    """Who asks to make an intake of a session has not been given something else."""
    wanted = asked(service_id=INTAKE.id, service_label=INTAKE.label)
    as_asked = booked(
        service_id=INTAKE.id,
        appointment_type=INTAKE.appointment_type,
        minutes=INTAKE.minutes,
        location=INTAKE.location,
    )
    original = appointment(minutes=50)
    assert changes_from_asked(wanted, as_asked, asked_service=INTAKE, original=original) == ()
    found = changes_from_asked(wanted, booked(), asked_service=INTAKE, original=original)
    assert [change.field for change in found] == [
        ChangedField.SERVICE,
        ChangedField.MINUTES,
        ChangedField.LOCATION,
    ]


def test_a_move_to_another_clinician_is_listed() -> None:
    """Who moves an appointment and names nobody expects to see the same clinician."""
    moved = asked(clinician_id=None, clinician_name=None)
    found = changes_from_asked(moved, booked(**TO_INES), asked_service=None, original=appointment())
    assert found == (FieldChange(ChangedField.CLINICIAN, DANA.name, INES.name),)


def test_a_service_nobody_knows_promises_nothing() -> None:
    """Without the service asked for, only time and clinician can differ."""
    found = changes_from_asked(
        asked(), booked(start=LATER, minutes=60), asked_service=None, original=None
    )
    assert [change.field for change in found] == [ChangedField.START]


def test_alert_code_and_label_are_never_listed() -> None:
    """What only staff see is no change that the client hears of (PRODUCT 8.11)."""
    changed = booked(alert="Bring the form.", service_code="90837", service_label="Long session")
    assert changes_from_asked(asked(), changed, asked_service=SESSION, original=None) == ()


def test_a_clinician_who_changed_names_is_the_same_clinician() -> None:
    """Dana, who married since the request arrived, is still the one who was asked for."""
    renamed = booked(clinician_name="Dana Reyes-Walsh")
    assert changes_from_asked(asked(), renamed, asked_service=SESSION, original=None) == ()


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"start": LATER}, [ChangedField.START]),
        (TO_INES, [ChangedField.CLINICIAN]),
        ({"clinician_name": "Dana Reyes-Walsh"}, []),
        ({"minutes": 60, "location": "Garden room"}, [ChangedField.MINUTES, ChangedField.LOCATION]),
        ({"modality": Modality.TELEHEALTH, "location": None}, [ChangedField.MODALITY]),
        ({"appointment_type": "Therapy Intake"}, [ChangedField.SERVICE]),
        ({"alert": "Form.", "service_code": "90837", "service_label": "Long"}, []),
    ],
    ids=str,
)
def test_a_direct_change_is_compared_with_what_was_booked(
    changes: dict[str, Any], fields: list[ChangedField]
) -> None:
    """What the client knew of the appointment, and is otherwise now."""
    found = changes_between(booked(), booked(**changes))
    assert [change.field for change in found] == fields


def test_a_direct_change_tells_before_and_after() -> None:
    """In words, or as an instant in UTC."""
    (start, clinician) = changes_between(booked(), booked(start=LATER, **TO_INES))
    assert start == FieldChange(ChangedField.START, START.isoformat(), LATER.isoformat())
    assert clinician.as_members() == {
        "field": "clinician",
        "asked": DANA.name,
        "booked": INES.name,
    }
