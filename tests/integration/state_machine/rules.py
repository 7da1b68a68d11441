"""What may be booked and who is who, written once more from the rules in words.

Nothing here calls the scheduler's own rules. Where several rules are broken, any of their refusals
is right: which one is told first is not a promise.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.schemas.vocabulary import Modality
from tests.integration.state_machine.operations import Wish
from tests.integration.state_machine.people import SERVICES, STAFF, Patient
from tests.integration.state_machine.records import Slot

HORIZON = timedelta(days=731)


@dataclass(frozen=True)
class Plan:
    """The slot that would be booked, or the codes of all refusals that stand against it."""

    slot: Slot | None
    reasons: frozenset[str]


@dataclass(frozen=True)
class Basis:
    """What holds where staff wish nothing: what was asked for, and what is booked already."""

    practice: str
    start: datetime | None
    clinician: str | None
    service: str | None
    original: Slot | None = None


def plan(basis: Basis, wish: Wish, now: datetime, *, confirm_duration: bool) -> Plan:
    """Work out the slot: wishes first, then the basis, then what the service usually has."""
    kept = basis.original
    reasons = set()
    clinician = wish.clinician or basis.clinician or (kept.clinician if kept else None)
    if clinician is None:
        reasons.add("clinician-needed")
    elif not _sees_clients(clinician, basis.practice):
        reasons.add("clinician-unknown")
    start = wish.start or basis.start or (kept.start if kept else None)
    if start is None or (start <= now and not (kept and kept.start == start)):
        reasons.add("start-in-past")
    elif start > now + HORIZON:
        reasons.add("start-too-far")
    name = wish.service or basis.service or (kept.service if kept else None)
    offer = SERVICES.get(name or "")
    if name is None or offer is None or offer.practice != basis.practice:
        return Plan(None, frozenset(reasons | {"service-unknown"}))
    if kept is not None and kept.service != name:
        kept = None  # another service brings its own length, modality and place
    usual = kept.minutes if kept else offer.minutes
    minutes = wish.minutes or usual
    in_range = (offer.fewest or 0) <= minutes <= (offer.most or minutes)
    if minutes != usual and not in_range and not confirm_duration:
        reasons.add("duration-unusual")
    if reasons or start is None or clinician is None:
        return Plan(None, frozenset(reasons))
    modality = wish.modality or (kept.modality if kept else offer.modality)
    usual_place = (kept.location if kept else None) or offer.location
    alert = wish.alert
    if alert is None and basis.original is not None:
        alert = basis.original.alert
    return Plan(
        Slot(
            start=start,
            minutes=minutes,
            clinician=clinician,
            service=name,
            modality=modality,
            location=wish.location or (usual_place if modality is Modality.IN_PERSON else None),
            alert=alert or None,
        ),
        frozenset(),
    )


def are_alike(one: Patient, other: Patient) -> bool:
    """Say whether staff must be asked if the two are the same person."""
    if one.practice != other.practice:
        return False
    return one.email.lower() == other.email.lower() or (
        one.full_name.lower() == other.full_name.lower() and one.birth_date == other.birth_date
    )


def may_see(actor: str, practice: str, visible_to: set[str]) -> bool:
    """Say whether a member of staff sees what is of a practice and shown to those."""
    person = STAFF[actor]
    return person.practice == practice and (person.runs_the_practice or actor in visible_to)


def _sees_clients(clinician: str, practice: str) -> bool:
    person = STAFF.get(clinician)
    return person is not None and person.practice == practice and not person.runs_the_practice
