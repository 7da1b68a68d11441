"""What approving and declining share: who decides, on what, and what a lost race answers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import AppointmentRequest, Decision, Edits
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import (
    AlreadyDecided,
    RequestNotFound,
    StaleVersion,
)
from services.scheduler.domain.warnings import BookingWarning
from services.scheduler.mongo.history import HistoryEntry
from services.scheduler.mongo.store import Store
from shared.schemas.vocabulary import RequestStatus


@dataclass(frozen=True, slots=True)
class Decided:
    """The request as decided; `repeated` when this call found its own decision standing."""

    request: AppointmentRequest
    appointment: Appointment | None
    repeated: bool
    warnings: tuple[BookingWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision somebody wants taken."""

    status: RequestStatus
    edits: Edits = field(default_factory=Edits)
    reason: str | None = None
    message: str | None = None

    def to_decision(
        self, actor: StaffMember, now: datetime, appointment_id: UUID | None = None
    ) -> Decision:
        """Return it as taken by the actor."""
        return Decision(
            status=self.status,
            by_staff_id=actor.id,
            by_name=actor.name,
            at=now,
            edits=self.edits,
            reason=self.reason,
            appointment_id=appointment_id,
            message=self.message,
        )

    def is_taken_by(self, decision: Decision) -> bool:
        """Say whether the decision that stands is this one."""
        return decision.is_same_as(self.status, self.edits, self.reason, self.message)


async def find_request(store: Store, actor: StaffMember, request_id: UUID) -> AppointmentRequest:
    """Return the request; raises RequestNotFound when there is none the actor may see."""
    request = await store.requests.get(actor, request_id)
    if request is None:
        raise RequestNotFound
    return request


async def is_as_read(store: Store, request: AppointmentRequest) -> bool:
    """Say whether the request has not changed since it was read."""
    now = await store.requests.get_submitted(request.practice_id, request.id)
    return now is not None and now.version == request.version


async def standing_decision(
    store: Store, request: AppointmentRequest, ruling: Ruling
) -> Decided | None:
    """Return None while the request is pending, and the decision that stands when it is the same.

    A repetition is told before a stale version is: a second click of one person carries the version
    of the first (PRODUCT 8.1).

    Raises:
        AlreadyDecided: it was decided otherwise.

    """
    if request.status is RequestStatus.PENDING:
        return None
    decision = request.decision
    if decision is None or not ruling.is_taken_by(decision):
        raise AlreadyDecided(describe(request))
    appointment = await store.appointments.get_by_request(request.id, request.practice_id)
    return Decided(request, appointment, repeated=True)


def require_version(version: int, expected: int | None) -> None:
    """Refuse to change what has changed since it was read; raises StaleVersion."""
    if expected is not None and expected != version:
        raise StaleVersion


def history_entry(
    request: AppointmentRequest,
    decision: Decision,
    *,
    before: dict[str, Any],
    after: dict[str, Any],
) -> HistoryEntry:
    """Return what the history keeps of a decision."""
    return HistoryEntry(
        id=f"{request.id}:{decision.status.value}",
        practice_id=request.practice_id,
        request_id=request.id,
        appointment_id=decision.appointment_id,
        action=decision.status.value,
        by_staff_id=decision.by_staff_id,
        by_name=decision.by_name,
        at=decision.at,
        before=before,
        after=after,
    )


def describe(request: AppointmentRequest) -> dict[str, Any]:
    """Return who decided what and when, as a problem document tells it."""
    decision = request.decision
    return {
        "status": request.status.value,
        "by": decision.by_name if decision else None,
        "at": decision.at.isoformat() if decision else None,
    }
