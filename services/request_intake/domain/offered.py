"""Hold a submission against what is at hand of the practice's settings, and ask nobody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.request_intake.domain.submission import (
    AppointmentUnknown,
    Cancellation,
    NewAppointment,
    NotOffered,
    Reschedule,
    Submission,
)
from shared.auth.actors import ClientActor, PortalActor
from shared.portal.policy import Ask, Objection, PortalPolicy, objections
from shared.schemas.vocabulary import RequestType

TYPES: dict[type[Submission], RequestType] = {
    NewAppointment: RequestType.NEW,
    Reschedule: RequestType.RESCHEDULE,
    Cancellation: RequestType.CANCELLATION,
}


class OpenTimes(Protocol):
    """What the portal was told lately of open times."""

    def is_open(
        self, actor: PortalActor, service_id: UUID, clinician_id: UUID | None, start: datetime
    ) -> bool | None:
        """Say whether that time was open; None when nobody asked lately."""


@dataclass(frozen=True, slots=True)
class AtHand:
    """What this process knows without asking; None is not known.

    `own_appointments` are the caller's upcoming ones with their starts (UTC), `pending` how many
    requests of the caller wait.
    """

    policy: PortalPolicy | None
    own_appointments: Mapping[UUID, datetime] | None
    pending: int | None
    open_times: OpenTimes


def check_offered(asked: Submission, actor: PortalActor, at_hand: AtHand, *, now: datetime) -> None:
    """Raise what stands against it, as far as is known: NotOffered, AppointmentUnknown."""
    original_start = _original_start(asked, at_hand)
    if at_hand.policy is not None:
        ask = Ask(
            type=TYPES[type(asked)],
            is_new=not isinstance(actor, ClientActor),
            service_id=getattr(asked, "service_id", None),
            clinician_id=getattr(asked, "clinician_id", None),
            start=getattr(asked, "start", None),
            original_start=original_start,
        )
        for objection in objections(at_hand.policy, ask, now):
            raise NotOffered(objection)
        if at_hand.pending is not None and at_hand.pending >= at_hand.policy.most_pending:
            raise NotOffered(Objection.TOO_MANY_PENDING)
    if isinstance(asked, NewAppointment) and (
        at_hand.open_times.is_open(actor, asked.service_id, asked.clinician_id, asked.start)
        is False
    ):
        raise NotOffered(Objection.SLOT_NOT_OPEN)


def _original_start(asked: Submission, at_hand: AtHand) -> datetime | None:
    if isinstance(asked, NewAppointment) or at_hand.own_appointments is None:
        return None
    start = at_hand.own_appointments.get(asked.appointment_id)
    if start is None:
        raise AppointmentUnknown
    return start
