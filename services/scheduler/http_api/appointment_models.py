"""Appointments as the API takes and gives them."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.scheduler.domain.appointment import Appointment, AppointmentStatus
from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.booking_plan import Confirmed
from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.domain.warnings import BookingWarning, WarningCode
from services.scheduler.http_api.inputs import Input, Minutes
from services.scheduler.mongo.history import HistoryEntry
from services.scheduler.use_cases.book_appointment import NewBooking
from services.scheduler.use_cases.change_appointment import Changed
from shared.schemas.fields import NoteText, ShortText, UtcMinute
from shared.schemas.vocabulary import Modality

ServiceCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.\-]{0,19}$")]
"""A procedure code such as 90834."""


class DetailsInput(Input):
    """Details of an appointment; what is left out stays as it is, or as the service has it."""

    minutes: Minutes | None = None
    service_code: ServiceCode | None = None
    appointment_type: ShortText | None = None
    modality: Modality | None = None
    location: ShortText | None = None
    alert: NoteText | None = Field(default=None, description="For staff only; empty removes it.")
    confirm_duration: bool = Field(
        default=False, description="The length is meant, although the service does not allow it."
    )
    allow_overlap: bool = Field(
        default=False, description="Book although the clinician is booked then; it is recorded."
    )

    @property
    def confirmed(self) -> Confirmed:
        """What staff say they know of."""
        return Confirmed(duration=self.confirm_duration, overlap=self.allow_overlap)

    def to_edits(self, **more: Any) -> Edits:
        """Return the domain's edits."""
        return Edits(
            minutes=self.minutes,
            service_code=self.service_code,
            appointment_type=self.appointment_type,
            modality=self.modality,
            location=self.location,
            alert=self.alert,
            **more,
        )


class BookingInput(DetailsInput):
    """An appointment to book directly."""

    client_id: UUID
    clinician_id: UUID
    service_id: UUID
    start: UtcMinute = Field(description="With its offset from UTC, on a whole minute.")

    def to_domain(self) -> NewBooking:
        """Return what is to be booked."""
        return NewBooking(
            self.client_id, self.clinician_id, self.service_id, self.start, self.to_edits()
        )


class MoveInput(DetailsInput):
    """What to change of an appointment; what is left out stays."""

    start: UtcMinute | None = Field(default=None, description="With its offset from UTC.")
    clinician_id: UUID | None = None
    service_id: UUID | None = None

    def to_domain(self) -> Edits:
        """Return the edits."""
        return self.to_edits(
            start=self.start, clinician_id=self.clinician_id, service_id=self.service_id
        )


class NamedOutput(BaseModel):
    """Something with a name: a clinician, a service, a client."""

    id: UUID
    name: str


class NotificationOutput(BaseModel):
    """What became of the e-mail to the client; UTC."""

    status: NotificationStatus
    at: datetime
    reason: str | None
    handled_by: str | None

    @classmethod
    def of(cls, notification: Notification) -> Self:
        """Return the output."""
        return cls(
            status=notification.status,
            at=notification.at,
            reason=notification.reason,
            handled_by=notification.handled_by,
        )


class AppointmentOutput(BaseModel):
    """An appointment; instants in UTC. `version` is its ETag."""

    id: UUID
    status: AppointmentStatus
    sequence: int
    version: int
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
    changed_at: datetime
    email: NotificationOutput | None

    @classmethod
    def of(cls, appointment: Appointment) -> Self:
        """Return the output for an appointment."""
        booking, notification = appointment.booking, appointment.notification
        return cls(
            id=appointment.id,
            status=appointment.status,
            sequence=appointment.sequence,
            version=appointment.version,
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
            changed_at=appointment.changed_at,
            email=notification and NotificationOutput.of(notification),
        )


class AppointmentPage(BaseModel):
    """One page; pass `next_cursor` on as `cursor` for the next one."""

    items: list[AppointmentOutput]
    next_cursor: str | None


class WarningOutput(BaseModel):
    """Something to know; the time of the other appointment, in UTC, where there is one."""

    code: WarningCode
    start: datetime | None
    end: datetime | None

    @classmethod
    def of(cls, warning: BookingWarning) -> Self:
        """Return the output for a warning."""
        interval = warning.interval
        return cls(
            code=warning.code,
            start=interval.start if interval else None,
            end=interval.end if interval else None,
        )


class ChangedOutput(BaseModel):
    """The appointment as it is now; `repeated` when it was so before this call."""

    appointment: AppointmentOutput
    repeated: bool
    warnings: list[WarningOutput]

    @classmethod
    def of(cls, changed: Changed) -> Self:
        """Return the output for a change."""
        return cls(
            appointment=AppointmentOutput.of(changed.appointment),
            repeated=changed.repeated,
            warnings=[WarningOutput.of(warning) for warning in changed.warnings],
        )


class HistoryOutput(BaseModel):
    """One thing that happened: who did it, when (UTC), and what it changed."""

    action: str
    by: str
    at: datetime
    before: dict[str, Any]
    after: dict[str, Any]

    @classmethod
    def of(cls, entry: HistoryEntry) -> Self:
        """Return the output for an entry."""
        return cls(
            action=entry.action,
            by=entry.by_name,
            at=entry.at,
            before=dict(entry.before),
            after=dict(entry.after),
        )


class HistoryList(BaseModel):
    """What happened, oldest first."""

    items: list[HistoryOutput]
