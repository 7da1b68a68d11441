"""What clients are e-mailed of, as the scheduler publishes it."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from shared.schemas.appointment_changed import (
    AppointmentChange,
    AppointmentChanged,
    AppointmentChangedData,
)
from shared.schemas.appointment_details import (
    AskedFor,
    Booked,
    PracticeContact,
    Previous,
    Recipient,
)
from shared.schemas.request_approved import RequestApproved, RequestApprovedData
from shared.schemas.vocabulary import Modality, RequestType

START: Final = datetime(2026, 12, 1, 19, 0, tzinfo=UTC)
PRACTICE: Final = PracticeContact(name="A Practice", time_zone="America/New_York")


def approval() -> RequestApproved:
    """Return an approval for a client of a practice in New York."""
    identifier = uuid4()
    return RequestApproved(
        id=f"{identifier}:approved",
        source="/tests",
        subject=str(identifier),
        time=START - timedelta(days=3),
        practiceid=uuid4(),
        correlationid="a-correlation",
        data=RequestApprovedData(
            request_id=identifier,
            request_type=RequestType.NEW,
            decided_at=START - timedelta(days=3),
            practice=PRACTICE,
            client=_amara(),
            asked=AskedFor(start=START, clinician_name="Dana"),
            appointment=_booked(),
        ),
    )


def direct_change(change: AppointmentChange, *, notify_client: bool = True) -> AppointmentChanged:
    """Return what staff did without a request: before, it was a day earlier."""
    cancelled = change is AppointmentChange.CANCELLED
    booked = _booked(sequence=1, status="cancelled" if cancelled else "booked")
    earlier = START - timedelta(days=1)
    return AppointmentChanged(
        id=f"{booked.appointment_id}:1:changed",
        source="/tests",
        subject=str(booked.appointment_id),
        time=START - timedelta(days=3),
        practiceid=uuid4(),
        correlationid="a-correlation",
        data=AppointmentChangedData(
            change=change,
            changed_at=START - timedelta(days=3),
            notify_client=notify_client,
            practice=PRACTICE,
            client=_amara(),
            appointment=booked,
            previous=None
            if change is AppointmentChange.BOOKED
            else Previous(
                start=earlier, end=earlier + timedelta(minutes=45), clinician_name="Dana"
            ),
        ),
    )


def _amara() -> Recipient:
    return Recipient(client_id=uuid4(), name="Amara", email="amara@example.org")


def _booked(**fields: Any) -> Booked:
    whole: dict[str, Any] = {
        "appointment_id": uuid4(),
        "sequence": 0,
        "status": "booked",
        "start": START,
        "end": START + timedelta(minutes=45),
        "minutes": 45,
        "clinician_id": uuid4(),
        "clinician_name": "Dana",
        "modality": Modality.TELEHEALTH,
        **fields,
    }
    return Booked(**whole)
