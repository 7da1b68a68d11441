"""What the API takes and gives, as its users read it in OpenAPI."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.scheduler.domain.appointment import Appointment, AppointmentStatus
from services.scheduler.domain.appointment_request import (
    AppointmentRequest,
    Decision,
    Edits,
    RequestFlag,
    RequestStatus,
)
from services.scheduler.use_cases.decide import Decided
from shared.schemas.fields import NoteText, ShortText, UtcMinute
from shared.schemas.vocabulary import Modality, RequestType


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ApprovalInput(_Input):
    """What to book otherwise than asked; leave out what stays as asked."""

    start: UtcMinute | None = Field(default=None, description="With its offset from UTC.")
    minutes: Annotated[int, Field(ge=5, le=720, strict=True)] | None = None
    clinician_id: UUID | None = None
    service_id: UUID | None = None
    modality: Modality | None = None
    location: ShortText | None = None
    alert: NoteText | None = Field(default=None, description="For staff only.")

    def to_edits(self) -> Edits:
        """Return the domain's edits."""
        return Edits(**dict(self))


class DeclineInput(_Input):
    """An internal reason; the client never sees it."""

    reason: NoteText | None = None


class ClientOutput(BaseModel):
    """Who asks."""

    client_id: UUID | None
    is_new: bool
    name: str
    email: str | None
    phone: str | None
    birth_date: date | None
    time_zone: str | None


class NamedOutput(BaseModel):
    """Something with a name: a clinician, a service."""

    id: UUID
    name: str


class OriginalOutput(BaseModel):
    """The appointment to be moved or cancelled, as it was when the request was made; UTC."""

    appointment_id: UUID
    start: datetime | None


class DecisionOutput(BaseModel):
    """Who decided, when (UTC), and how."""

    status: RequestStatus
    by: str
    at: datetime
    reason: str | None
    appointment_id: UUID | None

    @classmethod
    def of(cls, decision: Decision) -> Self:
        """Return the output for a decision."""
        return cls(
            status=decision.status,
            by=decision.by_name,
            at=decision.at,
            reason=decision.reason,
            appointment_id=decision.appointment_id,
        )


class RequestOutput(BaseModel):
    """A request as it stands; instants in UTC."""

    id: UUID
    type: RequestType
    status: RequestStatus
    version: int
    start: datetime | None
    is_past_its_time: bool
    client: ClientOutput
    service: NamedOutput | None
    clinician: NamedOutput | None
    original: OriginalOutput | None
    note: str | None
    flags: list[RequestFlag]
    submitted_at: datetime
    decision: DecisionOutput | None

    @classmethod
    def of(cls, request: AppointmentRequest, now: datetime) -> Self:
        """Return the output for a request."""
        who, asked = request.requester, request.asked
        return cls(
            id=request.id,
            type=request.type,
            status=request.status,
            version=request.version,
            start=asked.start,
            is_past_its_time=request.is_past_its_time(now),
            client=ClientOutput(
                client_id=who.client_id,
                is_new=who.is_new,
                name=who.name,
                email=who.email,
                phone=who.phone,
                birth_date=who.birth_date,
                time_zone=who.time_zone,
            ),
            service=_named(asked.service_id, asked.service_label),
            clinician=_named(asked.clinician_id, asked.clinician_name),
            original=asked.appointment_id
            and OriginalOutput(appointment_id=asked.appointment_id, start=asked.original_start),
            note=asked.note,
            flags=sorted(request.flags),
            submitted_at=request.submitted_at,
            decision=request.decision and DecisionOutput.of(request.decision),
        )


class RequestPage(BaseModel):
    """One page; pass `next_cursor` on as `cursor` for the next one."""

    items: list[RequestOutput]
    next_cursor: str | None


class AppointmentOutput(BaseModel):
    """An appointment; instants in UTC."""

    id: UUID
    status: AppointmentStatus
    sequence: int
    start: datetime
    end: datetime
    minutes: int
    client: NamedOutput
    clinician: NamedOutput
    service: NamedOutput
    service_code: str
    appointment_type: str
    modality: Modality
    location: str | None
    alert: str | None

    @classmethod
    def of(cls, appointment: Appointment) -> Self:
        """Return the output for an appointment."""
        booking = appointment.booking
        return cls(
            id=appointment.id,
            status=appointment.status,
            sequence=appointment.sequence,
            start=booking.start,
            end=booking.end,
            minutes=booking.minutes,
            client=NamedOutput(id=appointment.client_id, name=appointment.client_name),
            clinician=NamedOutput(id=booking.clinician_id, name=booking.clinician_name),
            service=NamedOutput(id=booking.service_id, name=booking.service_label),
            service_code=booking.service_code,
            appointment_type=booking.appointment_type,
            modality=booking.modality,
            location=booking.location,
            alert=booking.alert,
        )


class DecidedOutput(BaseModel):
    """The decision that stands; `repeated` when it had been taken before this call."""

    request: RequestOutput
    appointment: AppointmentOutput | None
    repeated: bool

    @classmethod
    def of(cls, decided: Decided, now: datetime) -> Self:
        """Return the output for a decision."""
        return cls(
            request=RequestOutput.of(decided.request, now),
            appointment=decided.appointment and AppointmentOutput.of(decided.appointment),
            repeated=decided.repeated,
        )


def _named(identifier: UUID | None, name: str | None) -> NamedOutput | None:
    if identifier is None or name is None:
        return None
    return NamedOutput(id=identifier, name=name)
