"""Planning a booking of what a client asked for, so that a test names only what it tests."""

from datetime import datetime, timedelta
from typing import Final

from services.scheduler.domain.appointment import Appointment, Booking
from services.scheduler.domain.appointment_request import Asked, Edits
from services.scheduler.domain.booking_plan import NOTHING_CONFIRMED, Confirmed, plan_booking
from services.scheduler.domain.people import Service, StaffMember
from tests.unit.builders import DANA, NOW, SESSION, START, asked

LATER: Final = START + timedelta(hours=1)


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
