"""Requests as the API takes and gives them."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.scheduler.domain.appointment_request import (
    AppointmentRequest,
    Decision,
    Edits,
    FollowUp,
    RequestFlag,
)
from services.scheduler.domain.booking_plan import Confirmed
from services.scheduler.domain.refusals import Refusal
from services.scheduler.http_api.appointment_models import (
    AppointmentOutput,
    DetailsInput,
    HistoryOutput,
    NamedOutput,
    NotificationOutput,
    WarningOutput,
)
from services.scheduler.http_api.inputs import Input
from services.scheduler.use_cases.decide import Decided
from services.scheduler.use_cases.list_requests import Page, Total
from services.scheduler.use_cases.preview_approval import Preview
from services.scheduler.use_cases.review_request import Review
from shared.http.problems import TYPE_PREFIX
from shared.schemas.fields import NoteText, UtcMinute
from shared.schemas.vocabulary import ChangedField, Language, RequestStatus, RequestType


class ApprovalInput(DetailsInput):
    """What to book otherwise than asked; leave out what stays as asked."""

    start: UtcMinute | None = Field(default=None, description="With its offset from UTC.")
    clinician_id: UUID | None = None
    service_id: UUID | None = None
    client_id: UUID | None = Field(
        default=None, description="The client on record who this new client turned out to be."
    )
    create_client: bool = Field(
        default=False, description="This new client is not the one on record who is much alike."
    )
    confirm_original: bool = Field(
        default=False, description="Go on although the appointment was moved meanwhile."
    )

    @property
    def confirmed(self) -> Confirmed:
        """What staff say they know of."""
        return Confirmed(
            duration=self.confirm_duration,
            overlap=self.allow_overlap,
            new_client=self.create_client,
            original=self.confirm_original,
        )

    def to_domain(self) -> Edits:
        """Return the domain's edits."""
        return self.to_edits(
            start=self.start,
            clinician_id=self.clinician_id,
            service_id=self.service_id,
            client_id=self.client_id,
        )


class DeclineInput(Input):
    """An internal reason, which the client never sees, and a message, which they are e-mailed."""

    reason: NoteText | None = None
    message: Annotated[NoteText, Field(min_length=1)] | None = Field(
        default=None, description="Only where the practice has turned decline messages on."
    )


class FollowUpInput(Input):
    """Whether somebody has told the client."""

    done: bool = Field(strict=True)


class ClientOutput(BaseModel):
    """Who asks."""

    client_id: UUID | None
    is_new: bool
    name: str
    email: str | None
    phone: str | None
    birth_date: date | None
    time_zone: str | None
    language: Language | None


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
    message: str | None = Field(description="What the client was written, and `email` tells of.")
    appointment_id: UUID | None

    @classmethod
    def of(cls, decision: Decision) -> Self:
        """Return the output for a decision."""
        return cls(
            status=decision.status,
            by=decision.by_name,
            at=decision.at,
            reason=decision.reason,
            message=decision.message,
            appointment_id=decision.appointment_id,
        )


class FollowUpOutput(BaseModel):
    """Whether somebody has told the client, who, and when (UTC)."""

    done: bool
    by: str | None
    at: datetime | None

    @classmethod
    def of(cls, follow_up: FollowUp) -> Self:
        """Return the output for a follow-up."""
        return cls(done=follow_up.done, by=follow_up.by_name, at=follow_up.at)


class RequestOutput(BaseModel):
    """A request as it stands; instants in UTC. `version` is its ETag."""

    id: UUID
    type: RequestType
    status: RequestStatus
    version: int
    start: datetime | None
    minutes: int | None
    is_past_its_time: bool
    age_seconds: int = Field(description="Since it was made.")
    client: ClientOutput
    service: NamedOutput | None
    clinician: NamedOutput | None
    original: OriginalOutput | None
    note: str | None
    flags: list[RequestFlag]
    submitted_at: datetime
    decision: DecisionOutput | None
    follow_up: FollowUpOutput | None
    email: NotificationOutput | None

    @classmethod
    def of(cls, request: AppointmentRequest, now: datetime) -> Self:
        """Return the output for a request."""
        return cls(**_fields(request, now))


class TotalOutput(BaseModel):
    """How many there are; `is_more` when only as many were counted."""

    count: int
    is_more: bool

    @classmethod
    def of(cls, total: Total) -> Self:
        """Return the output for a total."""
        return cls(count=total.count, is_more=total.is_more)


class RequestPage(BaseModel):
    """One page; pass `next_cursor` on as `cursor` for the next one."""

    items: list[RequestOutput]
    next_cursor: str | None
    total: TotalOutput | None = Field(description="Told with the first page alone.")

    @classmethod
    def of(cls, page: Page, now: datetime, next_cursor: str | None) -> Self:
        """Return the output for a page."""
        return cls(
            items=[RequestOutput.of(request, now) for request in page.requests],
            next_cursor=next_cursor,
            total=page.total and TotalOutput.of(page.total),
        )


class ChangeOutput(BaseModel):
    """One thing booked otherwise than asked."""

    field: ChangedField
    asked: str
    booked: str


class ClashOutput(BaseModel):
    """An appointment in the way; without id and name when you may not see it."""

    appointment_id: UUID | None
    start: datetime
    end: datetime
    client_name: str | None


class RefusalOutput(BaseModel):
    """Why it cannot be approved so; `type` and further members as the problem would have them."""

    type: str
    detail: str
    members: dict[str, Any]

    @classmethod
    def of(cls, refusal: Refusal) -> Self:
        """Return the output for a refusal."""
        return cls(
            type=f"{TYPE_PREFIX}{refusal.code}", detail=refusal.detail, members=refusal.members
        )


class PreviewOutput(BaseModel):
    """What approving would do: the appointment as it would be, or what stands against it."""

    appointment: AppointmentOutput | None
    changes: list[ChangeOutput]
    clashes: list[ClashOutput]
    warnings: list[WarningOutput]
    refusal: RefusalOutput | None

    @classmethod
    def of(cls, preview: Preview) -> Self:
        """Return the output for a preview."""
        return cls(
            appointment=preview.appointment and AppointmentOutput.of(preview.appointment),
            changes=[ChangeOutput(**change.as_members()) for change in preview.changes],
            clashes=[ClashOutput(**clash.as_members()) for clash in preview.clashes],
            warnings=[WarningOutput.of(warning) for warning in preview.warnings],
            refusal=preview.refusal and RefusalOutput.of(preview.refusal),
        )


class RivalsOutput(BaseModel):
    """Who else waits for that time; `hidden` more are none of yours."""

    requests: list[RequestOutput]
    hidden: int


class ReviewOutput(RequestOutput):
    """A request with all that staff look at before they decide."""

    original_now: AppointmentOutput | None = Field(description="The original as it is now.")
    other_appointments: list[AppointmentOutput]
    rivals: RivalsOutput
    history: list[HistoryOutput]
    preview: PreviewOutput | None = Field(description="What approving as asked would do.")

    @classmethod
    def of_review(cls, review: Review, now: datetime) -> Self:
        """Return the output for a review."""
        return cls(
            **_fields(review.request, now),
            original_now=review.original and AppointmentOutput.of(review.original),
            other_appointments=[AppointmentOutput.of(one) for one in review.other_appointments],
            rivals=RivalsOutput(
                requests=[RequestOutput.of(one, now) for one in review.rivals.requests],
                hidden=review.rivals.hidden,
            ),
            history=[HistoryOutput.of(entry) for entry in review.history],
            preview=review.preview and PreviewOutput.of(review.preview),
        )


class DecidedOutput(BaseModel):
    """The decision that stands; `repeated` when it had been taken before this call."""

    request: RequestOutput
    appointment: AppointmentOutput | None
    repeated: bool
    warnings: list[WarningOutput]

    @classmethod
    def of(cls, decided: Decided, now: datetime) -> Self:
        """Return the output for a decision."""
        return cls(
            request=RequestOutput.of(decided.request, now),
            appointment=decided.appointment and AppointmentOutput.of(decided.appointment),
            repeated=decided.repeated,
            warnings=[WarningOutput.of(warning) for warning in decided.warnings],
        )


def _fields(request: AppointmentRequest, now: datetime) -> dict[str, Any]:
    who, asked = request.requester, request.asked
    return {
        "id": request.id,
        "type": request.type,
        "status": request.status,
        "version": request.version,
        "start": asked.start,
        "minutes": asked.minutes,
        "is_past_its_time": request.is_past_its_time(now),
        "age_seconds": max(0, int((now - request.submitted_at).total_seconds())),
        "client": ClientOutput(
            client_id=who.client_id,
            is_new=who.is_new,
            name=who.name,
            email=who.email,
            phone=who.phone,
            birth_date=who.birth_date,
            time_zone=who.time_zone,
            language=who.language,
        ),
        "service": _named(asked.service_id, asked.service_label),
        "clinician": _named(asked.clinician_id, asked.clinician_name),
        "original": asked.appointment_id
        and OriginalOutput(appointment_id=asked.appointment_id, start=asked.original_start),
        "note": asked.note,
        "flags": sorted(request.flags),
        "submitted_at": request.submitted_at,
        "decision": request.decision and DecisionOutput.of(request.decision),
        "follow_up": request.follow_up and FollowUpOutput.of(request.follow_up),
        "email": request.notification and NotificationOutput.of(request.notification),
    }


def _named(identifier: UUID | None, name: str | None) -> NamedOutput | None:
    if identifier is None or name is None:
        return None
    return NamedOutput(id=identifier, name=name)
