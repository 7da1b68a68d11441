"""`request.submitted`: the portal sent a request (intake to scheduler)."""

from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, model_validator

from shared.schemas.envelope import Envelope, EventData
from shared.schemas.fields import (
    BirthDate,
    EmailAddress,
    NoteText,
    PersonName,
    PhoneNumber,
    UtcDatetime,
    UtcMinute,
    ZoneName,
)
from shared.schemas.vocabulary import Language, RequestType


class ProspectiveClient(BaseModel):
    """Who someone without a client record says they are."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: PersonName
    birth_date: BirthDate
    email: EmailAddress
    phone: PhoneNumber


class RequestSubmittedData(EventData):
    """The request as the portal sent it; who asks comes from the token, never from the body."""

    request_id: UUID
    request_type: RequestType
    submitted_at: UtcDatetime
    submitted_by: str
    client_id: UUID | None = None
    prospective_client: ProspectiveClient | None = None
    service_id: UUID | None = None
    clinician_id: UUID | None = None
    start: UtcMinute | None = None
    time_zone: ZoneName | None = None
    note: NoteText | None = None
    appointment_id: UUID | None = None
    language: Language | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if (self.client_id is None) == (self.prospective_client is None):
            raise ValueError("either client_id or prospective_client")
        match self.request_type:
            case RequestType.NEW:
                complete = self.start is not None and self.service_id is not None
            case RequestType.RESCHEDULE:
                complete = None not in (self.start, self.appointment_id, self.client_id)
            case RequestType.CANCELLATION:
                complete = None not in (self.appointment_id, self.client_id)
        if not complete:
            raise ValueError("a field that this type of request needs is missing")
        return self


class RequestSubmitted(Envelope[RequestSubmittedData]):
    """A client asked for something; answered by a decision of staff."""

    type: Literal["openchair.request.submitted.v1"] = "openchair.request.submitted.v1"
