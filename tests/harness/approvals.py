"""What clients are e-mailed of, as the scheduler publishes it."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from shared.schemas.appointment_changed import (
    AppointmentChange,
    AppointmentChanged,
    AppointmentChangedData,
)
from shared.schemas.appointment_details import (
    Addressee,
    AskedFor,
    Booked,
    PracticeContact,
    Previous,
    Recipient,
)
from shared.schemas.client_invited import ClientInvited, ClientInvitedData
from shared.schemas.request_approved import RequestApproved, RequestApprovedData
from shared.schemas.request_declined import (
    DeclineMessage,
    RequestDeclined,
    RequestDeclinedData,
)
from shared.schemas.vocabulary import Modality, RequestType

START: Final = datetime(2126, 12, 3, 19, 0, tzinfo=UTC)  # what is over is not e-mailed
PRACTICE: Final = PracticeContact(name="A Practice", time_zone="America/New_York")


def approval(
    *, start: datetime = START, appointment_id: UUID | None = None, sequence: int = 0
) -> RequestApproved:
    """Return an approval for a client of a practice in New York."""
    identifier = uuid4()
    return RequestApproved(
        id=f"{identifier}:approved",
        source="/tests",
        subject=str(identifier),
        time=start - timedelta(days=3),
        practiceid=uuid4(),
        correlationid="a-correlation",
        data=RequestApprovedData(
            request_id=identifier,
            request_type=RequestType.NEW,
            decided_at=start - timedelta(days=3),
            practice=PRACTICE,
            client=_amara(),
            asked=AskedFor(start=start, clinician_name="Dana"),
            appointment=_booked(start, appointment_id, sequence=sequence),
        ),
    )


def direct_change(
    change: AppointmentChange,
    *,
    notify_client: bool = True,
    start: datetime = START,
    appointment_id: UUID | None = None,
    sequence: int = 1,
) -> AppointmentChanged:
    """Return what staff did without a request: before, it was a day earlier."""
    cancelled = change is AppointmentChange.CANCELLED
    status = "cancelled" if cancelled else "booked"
    booked = _booked(start, appointment_id, sequence=sequence, status=status)
    earlier = start - timedelta(days=1)
    return AppointmentChanged(
        id=f"{booked.appointment_id}:{sequence}:changed",
        source="/tests",
        subject=str(booked.appointment_id),
        time=start - timedelta(days=3),
        practiceid=uuid4(),
        correlationid="a-correlation",
        data=AppointmentChangedData(
            change=change,
            changed_at=start - timedelta(days=3),
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


def decline(text: str | None = None) -> RequestDeclined:
    """Return a decline, with what staff wrote to the client if they did."""
    identifier = uuid4()
    client = Addressee(name="Amara", email="amara@example.org")
    return RequestDeclined(
        id=f"{identifier}:declined",
        source="/tests",
        subject=str(identifier),
        time=START - timedelta(days=3),
        practiceid=uuid4(),
        correlationid="a-correlation",
        data=RequestDeclinedData(
            request_id=identifier,
            request_type=RequestType.NEW,
            decided_at=START - timedelta(days=3),
            message=text
            and DeclineMessage(
                text=text, practice=PRACTICE, client=client, asked=AskedFor(start=START)
            ),
        ),
    )


def invitation() -> ClientInvited:
    """Return an invitation to the portal."""
    identifier = uuid4()
    return ClientInvited(
        id=f"{identifier}:invited",
        source="/tests",
        subject=str(identifier),
        time=START - timedelta(days=3),
        practiceid=uuid4(),
        correlationid="a-correlation",
        data=ClientInvitedData(
            invitation_id=identifier,
            invited_at=START - timedelta(days=3),
            practice=PRACTICE,
            client=_amara(),
            portal_url="https://portal.example.org/",
        ),
    )


def _amara() -> Recipient:
    return Recipient(client_id=uuid4(), name="Amara", email="amara@example.org")


def _booked(start: datetime, appointment_id: UUID | None, **fields: Any) -> Booked:
    whole: dict[str, Any] = {
        "appointment_id": appointment_id or uuid4(),
        "status": "booked",
        "start": start,
        "end": start + timedelta(minutes=45),
        "minutes": 45,
        "clinician_id": uuid4(),
        "clinician_name": "Dana",
        "modality": Modality.TELEHEALTH,
        **fields,
    }
    return Booked(**whole)
