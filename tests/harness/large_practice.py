"""A practice of many years: thousands of requests and appointments, written without ceremony."""

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from services.scheduler.domain.appointment import Appointment, AppointmentStatus, Booking
from services.scheduler.domain.appointment_request import (
    AppointmentRequest,
    Asked,
    Decision,
    Edits,
    FollowUp,
    Requester,
)
from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo import appointments
from services.scheduler.mongo.requests import Received
from services.scheduler.mongo.store import Store
from shared.auth.actors import Role
from shared.schemas.vocabulary import Modality, RequestStatus, RequestType
from tests.harness.practice import NOW

PRACTICE: Final = UUID(int=1)
CLINICIANS: Final = tuple(UUID(int=100 + number) for number in range(8))
CLIENTS: Final = tuple(UUID(int=1000 + number) for number in range(400))
SERVICE: Final = UUID(int=2)
PRIYA: Final = StaffMember(
    UUID(int=3), PRACTICE, "Priya", "priya@example.org", Role.PRACTICE_SCHEDULER
)
DANA: Final = StaffMember(CLINICIANS[0], PRACTICE, "Dana", "dana@example.org", Role.CLINICIAN)

_YEARS_BACK: Final = timedelta(days=3 * 365)
_GIVEN: Final = ("Amara", "Benjamin", "Chlo\u00e9", "Darius", "Hannah", "Keisha", "Maria", "Marek")
_MIDDLE: Final = tuple(f"{one}{two}" for one in "BDFGKLNPRSTV" for two in "aeiou")
_FAMILY: Final = ("Okafor", "Smith", "Garc\u00eda", "Lindgren", "O'Connell", "Dahl", "Marsh")
_STATUSES: Final = (
    RequestStatus.PENDING,
    RequestStatus.APPROVED,
    RequestStatus.APPROVED,
    RequestStatus.DECLINED,
)


async def fill_with_requests(store: Store, count: int) -> None:
    """Write requests of three years, a quarter of them pending, each of one clinician's client."""
    chance = random.Random(count)  # noqa: S311  the same on every run
    rows = [_request(number, chance) for number in range(count)]
    for first in range(0, count, 1000):
        await store.requests.insert_many(rows[first : first + 1000])


async def fill_with_appointments(store: Store, count: int) -> None:
    """Write appointments of a year, some of them cancelled, without their day documents."""
    chance = random.Random(count)  # noqa: S311  the same on every run
    rows = [
        {
            **appointments.to_document(one),
            "request_ids": [UUID(int=chance.getrandbits(128))],
            "visible_to": [one.booking.clinician_id],
        }
        for one in (_appointment(number, chance) for number in range(count))
    ]
    await store.database["appointments"].insert_many(rows, ordered=False)


def _request(number: int, chance: random.Random) -> Received:
    made = NOW - timedelta(minutes=chance.randrange(int(_YEARS_BACK / timedelta(minutes=1))))
    clinician, status = CLINICIANS[number % len(CLINICIANS)], chance.choice(_STATUSES)
    is_new = chance.random() < 0.1
    request = AppointmentRequest(
        id=UUID(int=chance.getrandbits(128)),
        practice_id=PRACTICE,
        type=chance.choice(list(RequestType)),
        status=status,
        version=1,
        requester=Requester(
            None if is_new else CLIENTS[number % len(CLIENTS)],
            is_new,
            " ".join(chance.choice(part) for part in (_GIVEN, _MIDDLE, _FAMILY)),
            "a.client@example.org",
            "+1 212 555 0111",
            date(1990, 5, 17),
            None,
        ),
        asked=Asked(
            start=made + timedelta(minutes=chance.randrange(60 * 24 * 60)),
            minutes=45,
            service_id=SERVICE,
            service_label="Session",
            clinician_id=clinician,
            clinician_name="A Clinician",
            note=None,
            appointment_id=None,
            original_start=None,
        ),
        flags=frozenset(),
        submitted_by="a test",
        submitted_at=made,
        received_at=made,
        correlation_id="a-test",
    )
    if status is not RequestStatus.PENDING:
        request = _decided(request, chance)
    return Received(request, frozenset({clinician}), "a fingerprint")


def _decided(request: AppointmentRequest, chance: random.Random) -> AppointmentRequest:
    declined = request.status is RequestStatus.DECLINED
    decision = Decision(
        status=request.status,
        by_staff_id=PRIYA.id,
        by_name=PRIYA.name,
        at=request.submitted_at + timedelta(hours=1),
        edits=Edits(),
        reason=None,
        appointment_id=None,
    )
    told = FollowUp(chance.random() < 0.9, PRIYA.name, decision.at)
    outcome = NotificationStatus.SENT if chance.random() < 0.95 else NotificationStatus.FAILED
    return replace(
        request,
        decision=decision,
        follow_up=told if declined else None,
        notification=Notification(f"{request.id}:{request.status}", outcome, decision.at),
    )


def _appointment(number: int, chance: random.Random) -> Appointment:
    start = NOW + timedelta(days=90) - timedelta(hours=chance.randrange(365 * 24))
    outcome = NotificationStatus.SENT if chance.random() < 0.99 else NotificationStatus.FAILED
    identifier = UUID(int=chance.getrandbits(128))
    return Appointment(
        id=identifier,
        practice_id=PRACTICE,
        client_id=CLIENTS[number % len(CLIENTS)],
        client_name="A Client",
        booking=Booking(
            start=start,
            minutes=45,
            clinician_id=CLINICIANS[number % len(CLINICIANS)],
            clinician_name="A Clinician",
            service_id=SERVICE,
            service_code="90834",
            service_label="Session",
            appointment_type="Therapy Session",
            modality=Modality.TELEHEALTH,
            location=None,
            alert=None,
        ),
        changed_at=start - timedelta(days=7),
        status=chance.choice((AppointmentStatus.CANCELLED, *[AppointmentStatus.BOOKED] * 9)),
        notification=Notification(f"{identifier}:0", outcome, start - timedelta(days=7)),
    )
