"""`request.approved`: staff said yes (scheduler to notifier, and anyone)."""

from typing import Literal
from uuid import UUID

from shared.schemas.appointment_details import (
    AskedFor,
    Booked,
    Change,
    PracticeContact,
    Previous,
    Recipient,
)
from shared.schemas.envelope import Envelope, EventData
from shared.schemas.fields import UtcDatetime
from shared.schemas.vocabulary import RequestType


class RequestApprovedData(EventData):
    """What was asked and what was booked; `changes` lists where they differ."""

    request_id: UUID
    request_type: RequestType
    decided_at: UtcDatetime
    practice: PracticeContact
    client: Recipient
    asked: AskedFor
    appointment: Booked
    previous: Previous | None = None
    changes: tuple[Change, ...] = ()


class RequestApproved(Envelope[RequestApprovedData]):
    """Staff approved a request: the client is e-mailed."""

    type: Literal["openchair.request.approved.v1"] = "openchair.request.approved.v1"
