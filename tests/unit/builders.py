"""Records and events of a small practice, whole, so that a test names only what it tests."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.scheduler.domain.appointment import Appointment, Booking
from services.scheduler.domain.appointment_request import AppointmentRequest, Asked, Requester
from services.scheduler.domain.people import Client, Practice, Service, StaffMember
from shared.auth.actors import Role
from shared.schemas.request_approved import RequestApproved
from shared.schemas.vocabulary import Modality, RequestStatus, RequestType

NOW: Final = datetime(2027, 2, 1, 12, 0, tzinfo=UTC)
START: Final = datetime(2027, 3, 1, 15, 0, tzinfo=UTC)
PRACTICE_ID: Final = UUID(int=1)
CLIENT_ID: Final = UUID(int=2)
ROOM: Final = "12 Harbor Street, Suite 4"

DANA: Final = StaffMember(
    UUID(int=10), PRACTICE_ID, "Dana Reyes", "dana@example.org", Role.CLINICIAN
)
INES: Final = StaffMember(
    UUID(int=11), PRACTICE_ID, "In\u00eas Carvalho", "ines@example.org", Role.INTERN
)
PRIYA: Final = StaffMember(
    UUID(int=12), PRACTICE_ID, "Priya Raman", "priya@example.org", Role.PRACTICE_SCHEDULER
)
SESSION: Final = Service(
    UUID(int=20),
    PRACTICE_ID,
    "90834",
    "Session",
    "Therapy Session",
    45,
    Modality.IN_PERSON,
    ROOM,
)
ONLINE: Final = replace(
    SESSION,
    id=UUID(int=21),
    label="Session online",
    modality=Modality.TELEHEALTH,
    location=None,
)
INTAKE: Final = Service(
    UUID(int=22),
    PRACTICE_ID,
    "90791",
    "First conversation",
    "Therapy Intake",
    60,
    Modality.IN_PERSON,
    "Garden room",
)
PRACTICE: Final = Practice(
    PRACTICE_ID,
    "harbor-street",
    "Harbor Street Practice",
    "America/New_York",
    "+1 212 555 0100",
    "office@example.org",
)
CLIENT: Final = Client(
    CLIENT_ID,
    PRACTICE_ID,
    "S\u00f8ren Dahl",
    "soren@example.org",
    "+1 212 555 0129",
    date(1994, 5, 31),
    (DANA.id,),
)
# What no client reads, in words that nothing else has.
KEPT_BACK: Final = {
    "alert": "Owes 50 since May",
    "note": "I feel much worse",
    "code": "90834",
    "label": "Trauma session",
    "reason": "Difficult family",
    "edited alert": "Bring the form",
}


def asked(**changes: Any) -> Asked:
    """Return what a client asked for: a session with Dana at START."""
    whole = Asked(
        start=START,
        minutes=45,
        service_id=SESSION.id,
        service_label=SESSION.label,
        clinician_id=DANA.id,
        clinician_name=DANA.name,
        note=None,
        appointment_id=None,
        original_start=None,
    )
    return replace(whole, **changes)


def booking(**changes: Any) -> Booking:
    """Return a session with Dana at START, in the practice's room."""
    whole = Booking(
        start=START,
        minutes=45,
        clinician_id=DANA.id,
        clinician_name=DANA.name,
        service_id=SESSION.id,
        service_code=SESSION.code,
        service_label=SESSION.label,
        appointment_type=SESSION.appointment_type,
        modality=Modality.IN_PERSON,
        location=ROOM,
        alert=None,
    )
    return replace(whole, **changes)


def appointment(**changes: Any) -> Appointment:
    """Return a booked appointment; `changes` are of its booking."""
    return Appointment(
        UUID(int=30), PRACTICE_ID, CLIENT_ID, "S\u00f8ren Dahl", booking(**changes), NOW
    )


def pending_request(**changes: Any) -> AppointmentRequest:
    """Return a pending request of a client on record."""
    whole = AppointmentRequest(
        id=UUID(int=40),
        practice_id=PRACTICE_ID,
        type=RequestType.NEW,
        status=RequestStatus.PENDING,
        version=1,
        requester=Requester(
            CLIENT_ID,
            False,
            "S\u00f8ren Dahl",
            "soren@example.org",
            "+1 212 555 0129",
            date(1994, 5, 31),
            None,
        ),
        asked=asked(),
        flags=frozenset(),
        submitted_by="soren",
        submitted_at=NOW - timedelta(hours=2),
        received_at=NOW - timedelta(hours=1),
        correlation_id="demo-0001",
    )
    return replace(whole, **changes)


def approved_wire(**data: Any) -> dict[str, Any]:
    """Return `request.approved` as it is on the wire; `data` replaces members of its data."""
    return {
        "specversion": "1.0",
        "id": f"{UUID(int=40)}:approved",
        "source": "/openchair/scheduler",
        "type": "openchair.request.approved.v1",
        "subject": str(UUID(int=40)),
        "time": "2027-02-01T12:00:00Z",
        "datacontenttype": "application/json",
        "practiceid": str(PRACTICE_ID),
        "correlationid": "demo-0001",
        "data": {
            "request_id": str(UUID(int=40)),
            "request_type": "new",
            "decided_at": "2027-02-01T12:00:00Z",
            "practice": {
                "name": "Harbor Street Practice",
                "time_zone": "America/New_York",
                "phone": "+1 212 555 0100",
                "email": "office@example.org",
            },
            "client": {
                "client_id": str(CLIENT_ID),
                "name": "S\u00f8ren Dahl",
                "email": "soren@example.org",
            },
            "asked": {"start": "2027-03-01T15:00:00Z", "clinician_name": "Dana Reyes"},
            "appointment": booked_wire(),
            **data,
        },
    }


def booked_wire(**changes: Any) -> dict[str, Any]:
    """Return the `appointment` member of `request.approved`."""
    return {
        "appointment_id": str(UUID(int=30)),
        "sequence": 0,
        "status": "booked",
        "start": "2027-03-01T15:00:00Z",
        "end": "2027-03-01T15:45:00Z",
        "minutes": 45,
        "clinician_id": str(DANA.id),
        "clinician_name": DANA.name,
        "modality": "in_person",
        "location": ROOM,
        **changes,
    }


def approved_event(**data: Any) -> RequestApproved:
    """Return `request.approved` as the notifier has it."""
    return RequestApproved.model_validate(approved_wire(**data))


def practice_wire(**changes: Any) -> dict[str, Any]:
    """Return the `practice` member of `request.approved`."""
    return {**approved_wire()["data"]["practice"], **changes}


def client_wire(**changes: Any) -> dict[str, Any]:
    """Return the `client` member of `request.approved`."""
    return {**approved_wire()["data"]["client"], **changes}
