"""A service that is not offered any more is not booked anew."""

from dataclasses import replace

import pytest

from services.scheduler.domain.appointment import Appointment, Booking
from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.booking_plan import NOTHING_CONFIRMED, plan_booking
from services.scheduler.domain.people import Service
from services.scheduler.domain.refusals import ServiceUnknown
from tests.unit.builders import DANA, INTAKE, NOW, SESSION, START, appointment

GONE = replace(SESSION, active=False)


def plan(service: Service, original: Appointment | None = None) -> Booking:
    """Plan that service with Dana at START."""
    return plan_booking(
        Edits(),
        start=START,
        service=service,
        clinician=DANA,
        original=original,
        confirmed=NOTHING_CONFIRMED,
        now=NOW,
    )


def test_a_service_not_offered_any_more_is_not_booked() -> None:
    """Neither for a new appointment nor for one that had another service."""
    with pytest.raises(ServiceUnknown):
        plan(GONE)
    with pytest.raises(ServiceUnknown):
        plan(replace(INTAKE, active=False), appointment())
    assert plan(SESSION).service_id == SESSION.id


def test_an_appointment_keeps_a_service_not_offered_any_more() -> None:
    """It can be moved as it is."""
    assert plan(GONE, appointment()).service_id == GONE.id
