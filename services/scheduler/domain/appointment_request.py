"""What a client asked for, and the one decision that ends it."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.notification import Notification
from shared.schemas.vocabulary import Language, Modality, RequestStatus, RequestType


class RequestFlag(StrEnum):
    """What does not fit; the request is kept and shown to staff with it, never lost."""

    CLIENT_UNKNOWN = "client-unknown"
    CLIENT_WITHOUT_ACCESS = "client-without-portal-access"
    SERVICE_UNKNOWN = "service-unknown"
    CLINICIAN_UNKNOWN = "clinician-unknown"
    ORIGINAL_UNKNOWN = "original-unknown"
    ARRIVED_PAST_ITS_TIME = "arrived-past-its-time"
    KEY_REUSED = "key-reused-with-other-content"
    ORIGINAL_MOVED = "original-moved"
    ORIGINAL_CANCELLED = "original-cancelled"
    ORIGINAL_OVER = "original-over"
    PORTAL_CLOSED = "portal-closed"
    NOT_OPEN_TO_THEM = "not-open-to-them"
    TYPE_NOT_OFFERED = "type-not-offered"
    SERVICE_NOT_OFFERED = "service-not-offered"
    CLINICIAN_NOT_OFFERED = "clinician-not-offered"
    CLINICIAN_NOT_ACCEPTING = "clinician-not-accepting"
    TOO_SOON = "too-soon"
    TOO_FAR = "too-far"
    PRACTICE_CLOSED = "practice-closed"
    SLOT_NOT_OPEN = "slot-not-open"
    SLOT_ASKED_FOR = "slot-asked-for"
    TOO_MANY_PENDING = "too-many-pending"


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks. A new client has no `client_id` until the request is approved.

    `language` is what they asked to be written to in, if they said so.
    """

    client_id: UUID | None
    is_new: bool
    name: str
    email: str | None
    phone: str | None
    birth_date: date | None
    time_zone: str | None
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for; names as they were when the request arrived.

    `start` in UTC; `minutes` is how long that takes as a rule, for the calendar. For a reschedule
    or a cancellation `original_*` tell of the appointment meant.
    """

    start: datetime | None
    minutes: int | None
    service_id: UUID | None
    service_label: str | None
    clinician_id: UUID | None
    clinician_name: str | None
    note: str | None
    appointment_id: UUID | None
    original_start: datetime | None

    @property
    def interval(self) -> Interval | None:
        """The time asked for; None when none was."""
        if self.start is None:
            return None
        return Interval(self.start, self.start + timedelta(minutes=self.minutes or 0))


@dataclass(frozen=True, slots=True)
class Edits:
    """What staff want otherwise than asked; None leaves it as asked. `minutes` is the length.

    `client_id` is the client on record who the new client turned out to be.
    """

    start: datetime | None = None
    minutes: int | None = None
    clinician_id: UUID | None = None
    service_id: UUID | None = None
    service_code: str | None = None
    appointment_type: str | None = None
    modality: Modality | None = None
    location: str | None = None
    alert: str | None = None
    client_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided what and when; `edits` is what staff asked to be booked otherwise.

    A withdrawal is the client's: no member of staff did it. `message` is what staff wrote to a
    declined client, who is e-mailed it (PRODUCT 8.7); `reason` stays with the practice.
    """

    status: RequestStatus
    by_staff_id: UUID | None
    by_name: str
    at: datetime
    edits: Edits
    reason: str | None
    appointment_id: UUID | None
    message: str | None = None

    def is_same_as(
        self,
        status: RequestStatus,
        edits: Edits,
        reason: str | None,
        message: str | None = None,
    ) -> bool:
        """Say whether deciding this once more would change nothing (PRODUCT 8.1)."""
        taken = self.status, self.edits, self.reason, self.message
        return taken == (status, edits, reason, message)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Whether somebody has told a declined client (PRODUCT 8.7); `at` in UTC."""

    done: bool = False
    by_name: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AppointmentRequest:
    """A request as it stands. `version` rises with each change; it is the ETag."""

    id: UUID
    practice_id: UUID
    type: RequestType
    status: RequestStatus
    version: int
    requester: Requester
    asked: Asked
    flags: frozenset[RequestFlag]
    submitted_by: str
    submitted_at: datetime
    received_at: datetime
    correlation_id: str
    decision: Decision | None = None
    follow_up: FollowUp | None = None
    notification: Notification | None = None

    @property
    def relevant_time(self) -> datetime:
        """What lists sort by: the time asked for or the original's, not before it was made."""
        about = self.asked.start or self.asked.original_start or self.submitted_at
        return max(about, self.submitted_at)

    def is_past_its_time(self, now: datetime) -> bool:
        """Say whether it waits although the time asked for is over (PRODUCT 8.5)."""
        about = self.asked.start or self.asked.original_start
        return self.status is RequestStatus.PENDING and about is not None and about < now

    def decide(self, decision: Decision) -> "AppointmentRequest":
        """Return it decided; only a pending request can be, which the caller has checked."""
        if self.status is not RequestStatus.PENDING:
            raise ValueError("decided already")
        declined = decision.status is RequestStatus.DECLINED
        return replace(
            self,
            status=decision.status,
            decision=decision,
            follow_up=FollowUp() if declined else None,
            version=self.version + 1,
        )
