"""What the portal sends and gets, as its builders read it in OpenAPI."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from services.request_intake.domain.submission import Cancellation, NewAppointment, Reschedule
from services.request_intake.domain.wall_time import is_skipped
from shared.http.problems import CHOICE
from shared.schemas.fields import NoteText, ZoneName, iso_string_only, to_utc, whole_minute
from shared.schemas.request_submitted import ProspectiveClient
from shared.schemas.vocabulary import Language


class ProspectiveClientInput(ProspectiveClient):
    """Who somebody without a client record says they are."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _shown_by_clocks(value: datetime, info: ValidationInfo) -> datetime:
    zone = info.data.get("time_zone")
    if zone is not None and is_skipped(value, zone):
        raise PydanticCustomError(
            "time_skipped", "must be a time that clocks in `time_zone` show: they skip it"
        )
    return value


Zone = Annotated[ZoneName | None, Field(description="The client's own zone, an IANA name.")]
Start = Annotated[
    datetime,
    BeforeValidator(iso_string_only),
    AfterValidator(_shown_by_clocks),
    AfterValidator(to_utc),
    AfterValidator(whole_minute),
    Field(
        description="ISO 8601 with its offset from UTC, on a whole minute; where `time_zone` is"
        " given, not in the hour that its clocks skip in spring."
    ),
]
WrittenTo = Annotated[
    Language | None, Field(description="What the client wants to be written to in.")
]


class NewAppointmentInput(BaseModel):
    """A request for a new appointment; who asks comes from the token."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["new"] = "new"
    service_id: UUID
    time_zone: Zone = None
    start: Start
    clinician_id: UUID | None = Field(default=None, description="Left out: any clinician.")
    note: NoteText | None = None
    practice_id: UUID | None = Field(
        default=None, description="If given, the token must be of this practice."
    )
    prospective_client: ProspectiveClientInput | None = Field(
        default=None, description="Who asks, when the portal asks for somebody without a record."
    )
    language: WrittenTo = None

    def to_domain(self) -> NewAppointment:
        """Return what is asked for."""
        return NewAppointment(**{name: getattr(self, name) for name in NewAppointment.__slots__})


class RescheduleInput(BaseModel):
    """One's own appointment at another time; what is left out stays as booked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["reschedule"]
    appointment_id: UUID
    time_zone: Zone = None
    start: Start
    service_id: UUID | None = None
    clinician_id: UUID | None = None
    note: NoteText | None = None
    practice_id: UUID | None = None
    language: WrittenTo = None

    def to_domain(self) -> Reschedule:
        """Return what is asked for."""
        return Reschedule(**{name: getattr(self, name) for name in Reschedule.__slots__})


class CancellationInput(BaseModel):
    """One's own appointment is not to take place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["cancellation"]
    appointment_id: UUID
    note: NoteText | None = None
    practice_id: UUID | None = None
    language: WrittenTo = None

    def to_domain(self) -> Cancellation:
        """Return what is asked for."""
        return Cancellation(**{name: getattr(self, name) for name in Cancellation.__slots__})


def _type_of(body: object) -> str:
    given = body.get("type", "new") if isinstance(body, dict) else getattr(body, "type", "new")
    return f"{CHOICE}{given}"


SubmissionInput = Annotated[
    Annotated[NewAppointmentInput, Tag(f"{CHOICE}new")]
    | Annotated[RescheduleInput, Tag(f"{CHOICE}reschedule")]
    | Annotated[CancellationInput, Tag(f"{CHOICE}cancellation")],
    Discriminator(_type_of),
]


class AcceptedOutput(BaseModel):
    """The request was accepted and waits for staff."""

    id: UUID
    status: Literal["accepted"] = "accepted"
