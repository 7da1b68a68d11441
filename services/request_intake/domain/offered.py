"""Hold a submission against what is at hand of the practice's settings, and ask nobody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
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

TYPES: Final[dict[type[Submission], RequestType]] = {
    NewAppointment: RequestType.NEW,
    Reschedule: RequestType.RESCHEDULE,
    Cancellation: RequestType.CANCELLATION,
}


@dataclass(frozen=True, slots=True)
class Booked:
    """An appointment as it is; `start` in UTC."""

    start: datetime
    service_id: UUID
    clinician_id: UUID


@dataclass(frozen=True, slots=True)
class AtHand:
    """What this process knows without asking; None is not known.

    `own_appointments` are the caller's upcoming ones, `pending` how many requests of the caller
    wait, `slot_is_open` whether the time asked for was open a moment ago.
    """

    policy: PortalPolicy | None
    own_appointments: Mapping[UUID, Booked] | None
    pending: int | None
    slot_is_open: bool | None


def check_offered(asked: Submission, actor: PortalActor, at_hand: AtHand, *, now: datetime) -> None:
    """Raise what stands against it, as far as is known: NotOffered, AppointmentUnknown."""
    original = _original(asked, at_hand)
    if at_hand.policy is not None:
        for objection in objections(at_hand.policy, _ask(asked, actor, original), now):
            raise NotOffered(objection)
        if at_hand.pending is not None and at_hand.pending >= at_hand.policy.most_pending:
            raise NotOffered(Objection.TOO_MANY_PENDING)
    if at_hand.slot_is_open is False:
        raise NotOffered(Objection.SLOT_NOT_OPEN)


def _original(asked: Submission, at_hand: AtHand) -> Booked | None:
    if isinstance(asked, NewAppointment) or at_hand.own_appointments is None:
        return None
    original = at_hand.own_appointments.get(asked.appointment_id)
    if original is None:
        raise AppointmentUnknown
    return original


def _ask(asked: Submission, actor: PortalActor, original: Booked | None) -> Ask:
    # What stays as it is booked is not asked for, whether or not it could be today.
    service_id = None if isinstance(asked, Cancellation) else asked.service_id
    clinician_id = None if isinstance(asked, Cancellation) else asked.clinician_id
    return Ask(
        type=TYPES[type(asked)],
        is_new=not isinstance(actor, ClientActor),
        service_id=None if original and service_id == original.service_id else service_id,
        clinician_id=None if original and clinician_id == original.clinician_id else clinician_id,
        start=None if isinstance(asked, Cancellation) else asked.start,
        original_start=original.start if original else None,
    )
