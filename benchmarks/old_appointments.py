"""Appointments of several years, newest first: every clinician has thirty a week."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from benchmarks.people import client_of
from benchmarks.practice import CLINICIANS, PRACTICE, SERVICES
from services.scheduler.domain.appointment import Appointment, AppointmentStatus, Booking
from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.mongo.appointments import to_document
from shared.mongo import Document

_WEEKDAYS: Final = 5
_A_DAY: Final = 6
_FIRST_HOUR_UTC: Final = 14
_WEEKS_AHEAD: Final = 2
_CANCELLED_SHARE: Final = 0.07


def old_appointments(many: int, now: datetime) -> Iterator[Document]:
    """Return so many documents, from two weeks after `now` (UTC) back."""
    random = Random("appointments")  # noqa: S311  no secrets
    for place in range(many):
        turn, number = divmod(place, len(CLINICIANS))
        appointment = _appointment(random, place, number, _start(turn, now))
        person = client_of(number, place, turn)
        yield {
            **to_document(appointment),
            "request_ids": [UUID(int=random.getrandbits(128), version=4)],
            "visible_to": sorted({*person.assigned, appointment.booking.clinician_id}),
        }


def this_week(now: datetime) -> tuple[datetime, datetime]:
    """Return Monday's first instant and the next Monday's, in UTC."""
    monday = _midnight(now.date() - timedelta(days=now.weekday()))
    return monday, monday + timedelta(weeks=1)


def _appointment(random: Random, place: int, number: int, start: datetime) -> Appointment:
    turn = place // len(CLINICIANS)
    clinician, service = CLINICIANS[number], SERVICES[turn % len(SERVICES)]
    person = client_of(number, place, turn)
    identifier = UUID(int=random.getrandbits(128), version=4)
    made = start - timedelta(days=20)
    cancelled = random.random() < _CANCELLED_SHARE
    return Appointment(
        id=identifier,
        practice_id=PRACTICE.id,
        client_id=person.id,
        client_name=person.requester.name,
        booking=Booking(
            start=start,
            minutes=service.minutes,
            clinician_id=clinician.id,
            clinician_name=clinician.name,
            service_id=service.id,
            service_code=service.code,
            service_label=service.label,
            appointment_type=service.appointment_type,
            modality=service.modality,
            location=service.location,
            alert=None,
        ),
        changed_at=made,
        status=AppointmentStatus.CANCELLED if cancelled else AppointmentStatus.BOOKED,
        sequence=int(cancelled),
        version=1 + cancelled,
        notification=Notification(f"{identifier}:approved", NotificationStatus.SENT, made),
    )


def _start(turn: int, now: datetime) -> datetime:
    day, hour = divmod(turn, _A_DAY)
    week, weekday = divmod(day, _WEEKDAYS)
    monday, _ = this_week(now)
    last_friday = monday + timedelta(weeks=_WEEKS_AHEAD, days=_WEEKDAYS - 1)
    return last_friday + timedelta(weeks=-week, days=-weekday, hours=_FIRST_HOUR_UTC + hour)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
