"""What the practice set for its portal, as the scheduler tells it and intake keeps it.

The rules are pure and used twice: by intake at once, with the policy it has, and by the scheduler
when the request arrives, which flags what does not fit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from shared.schemas.vocabulary import Modality, RequestType


class Audience(StrEnum):
    """Whom something is open to."""

    NOBODY = "nobody"
    EXISTING = "existing"
    NEW = "new"
    BOTH = "both"

    def includes(self, *, is_new: bool) -> bool:
        """Say whether clients without (`is_new`) or with a record are among them."""
        return self in (Audience.BOTH, Audience.NEW if is_new else Audience.EXISTING)


class Objection(StrEnum):
    """Why the practice's settings do not let a client ask for that."""

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
    TOO_MANY_PENDING = "too-many-pending"


ADVICE: Final[dict[Objection, str]] = {
    Objection.PORTAL_CLOSED: "The practice takes no requests through its portal: contact it.",
    Objection.NOT_OPEN_TO_THEM: "The practice takes no requests of such clients: contact it.",
    Objection.TYPE_NOT_OFFERED: "The practice does not take this kind of request: contact it.",
    Objection.SERVICE_NOT_OFFERED: "This service is not offered online to you: choose another.",
    Objection.CLINICIAN_NOT_OFFERED: "This clinician takes no requests online: choose another.",
    Objection.CLINICIAN_NOT_ACCEPTING: "This clinician takes no new clients: choose another.",
    Objection.TOO_SOON: "That is too short a notice: choose a later time, or contact the practice.",
    Objection.TOO_FAR: "That is farther ahead than the practice takes requests: choose an earlier.",
    Objection.PRACTICE_CLOSED: "The practice is closed on that day: choose another.",
    Objection.SLOT_NOT_OPEN: "That time is not open: ask for the open times again, and choose one.",
    Objection.TOO_MANY_PENDING: "Too many of your requests wait already: withdraw one, or wait.",
}
"""What to do about each; with the code it makes the problem document."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class OfferedService(_Part):
    """A service that may be asked for; `minutes` is how long it takes."""

    id: UUID
    label: str
    appointment_type: str
    minutes: int
    modality: Modality
    audience: Audience


class OfferedClinician(_Part):
    """A clinician who may be asked for."""

    id: UUID
    name: str
    accepts_new_clients: bool


class ClosedDays(_Part):
    """Days, both included, on which the practice is closed."""

    first_day: date
    last_day: date


class PortalPolicy(_Part):
    """The practice as its portal shows it, and what it lets clients ask for.

    Notices are in minutes before the appointment's start. `time_zone` is the practice's, an IANA
    name.
    """

    practice_id: UUID
    slug: str
    name: str
    time_zone: str
    phone: str | None
    email: str | None
    is_open: bool
    audience: Audience
    request_types: frozenset[RequestType]
    services: tuple[OfferedService, ...]
    clinicians: tuple[OfferedClinician, ...]
    scheduling_notice_minutes: int = Field(ge=0)
    rescheduling_notice_minutes: int = Field(ge=0)
    cancelling_notice_minutes: int = Field(ge=0)
    horizon_days: int = Field(ge=1)
    most_pending: int = Field(ge=1)
    pending_holds_slot: bool
    closed: tuple[ClosedDays, ...]

    def service(self, service_id: UUID | None) -> OfferedService | None:
        """Return the service of that id, if it is offered to anybody."""
        return next((one for one in self.services if one.id == service_id), None)

    def clinician(self, clinician_id: UUID | None) -> OfferedClinician | None:
        """Return the clinician of that id, if they may be asked for."""
        return next((one for one in self.clinicians if one.id == clinician_id), None)

    def clinicians_for(self, *, is_new: bool) -> tuple[UUID, ...]:
        """Return who may be asked for by clients without (`is_new`) or with a record."""
        return tuple(one.id for one in self.clinicians if one.accepts_new_clients or not is_new)


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody asks for, as far as the rules look at it; instants in UTC.

    For a reschedule or a cancellation `original_start` is when the appointment is, where known; a
    service or clinician left out stays as booked.
    """

    type: RequestType
    is_new: bool
    service_id: UUID | None
    clinician_id: UUID | None
    start: datetime | None
    original_start: datetime | None = None


_MINUTE: Final = timedelta(minutes=1)


def objections(policy: PortalPolicy, ask: Ask, now: datetime) -> tuple[Objection, ...]:
    """Return every rule of the practice that stands against it, most general first."""
    return tuple(_objections(policy, ask, now))


def _objections(policy: PortalPolicy, ask: Ask, now: datetime) -> Iterator[Objection]:
    if not policy.is_open:
        yield Objection.PORTAL_CLOSED
    if not policy.audience.includes(is_new=ask.is_new):
        yield Objection.NOT_OPEN_TO_THEM
    if ask.type not in policy.request_types:
        yield Objection.TYPE_NOT_OFFERED
    yield from _what_and_who(policy, ask)
    yield from _when(policy, ask, now)


def _what_and_who(policy: PortalPolicy, ask: Ask) -> Iterator[Objection]:
    if ask.service_id is not None:
        service = policy.service(ask.service_id)
        if service is None or not service.audience.includes(is_new=ask.is_new):
            yield Objection.SERVICE_NOT_OFFERED
    if ask.clinician_id is not None:
        clinician = policy.clinician(ask.clinician_id)
        if clinician is None:
            yield Objection.CLINICIAN_NOT_OFFERED
        elif ask.is_new and not clinician.accepts_new_clients:
            yield Objection.CLINICIAN_NOT_ACCEPTING


def _when(policy: PortalPolicy, ask: Ask, now: datetime) -> Iterator[Objection]:
    if ask.original_start is not None:
        notice = {
            RequestType.RESCHEDULE: policy.rescheduling_notice_minutes,
            RequestType.CANCELLATION: policy.cancelling_notice_minutes,
        }.get(ask.type, 0)
        if ask.original_start < now + notice * _MINUTE:
            yield Objection.TOO_SOON
            return
    if ask.start is None:
        return
    if ask.start < earliest_start(policy, now):
        yield Objection.TOO_SOON
    if ask.start > latest_start(policy, now):
        yield Objection.TOO_FAR
    if _is_closed(policy, ask.start):
        yield Objection.PRACTICE_CLOSED


def earliest_start(policy: PortalPolicy, now: datetime) -> datetime:
    """Return the first instant that may be asked for (UTC)."""
    return now + policy.scheduling_notice_minutes * _MINUTE


def latest_start(policy: PortalPolicy, now: datetime) -> datetime:
    """Return the last instant that may be asked for (UTC)."""
    return now + timedelta(days=policy.horizon_days)


def _is_closed(policy: PortalPolicy, start: datetime) -> bool:
    day = start.astimezone(ZoneInfo(policy.time_zone)).date()
    return any(days.first_day <= day <= days.last_day for days in policy.closed)
