"""From what was asked and what staff edited to what is booked, and where the two differ."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.scheduler.domain.appointment import Appointment, Booking
from services.scheduler.domain.appointment_request import Asked, Edits
from services.scheduler.domain.people import Service, StaffMember
from services.scheduler.domain.refusals import (
    ClinicianUnknown,
    DurationUnusual,
    ServiceUnknown,
    StartInPast,
    StartTooFar,
)
from shared.schemas.vocabulary import ChangedField, Modality

HORIZON: Final = timedelta(days=731)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What staff have said they know of and want all the same."""

    duration: bool = False
    overlap: bool = False
    new_client: bool = False
    original: bool = False


NOTHING_CONFIRMED: Final = Confirmed()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One thing booked otherwise than asked, in words or as an ISO 8601 instant."""

    field: ChangedField
    asked: str
    booked: str

    def as_members(self) -> dict[str, str]:
        """Return it as the history tells it."""
        return {"field": self.field.value, "asked": self.asked, "booked": self.booked}


def plan_booking(
    edits: Edits,
    *,
    start: datetime | None,
    service: Service,
    clinician: StaffMember,
    original: Appointment | None,
    confirmed: Confirmed,
    now: datetime,
) -> Booking:
    """Return what will be booked.

    What staff edited wins; then `start`, which the client asked for; then what the original
    appointment has, if one is changed; then what the service usually has. Choosing another service
    brings its own length, modality and place. An appointment that stays when it was may be over.

    Raises:
        StartInPast: the start is over at `now`.
        StartTooFar: it is more than two years ahead, which nobody means.
        ClinicianUnknown: that person sees no clients.
        ServiceUnknown: the service is not offered any more; an appointment that has it may keep it.
        DurationUnusual: the service does not allow the length, and staff did not confirm it.

    """
    start = edits.start or start or (original.booking.start if original else None)
    stays = original is not None and start == original.booking.start
    if start is None or (start <= now and not stays):
        raise StartInPast
    if start > now + HORIZON:
        raise StartTooFar
    if not clinician.bookable:
        raise ClinicianUnknown
    kept = original.booking if original and original.booking.service_id == service.id else None
    if kept is None and not service.active:
        raise ServiceUnknown
    usual_minutes = kept.minutes if kept else service.minutes
    minutes = edits.minutes or usual_minutes
    if minutes != usual_minutes and not confirmed.duration and not service.allows(minutes):
        raise DurationUnusual(service.fewest_minutes, service.most_minutes)
    modality = edits.modality or (kept.modality if kept else service.modality)
    usual_location = (kept.location if kept else None) or service.location
    return Booking(
        start=start,
        minutes=minutes,
        clinician_id=clinician.id,
        clinician_name=clinician.name,
        service_id=service.id,
        service_code=edits.service_code or (kept.service_code if kept else service.code),
        service_label=service.label,
        appointment_type=edits.appointment_type
        or (kept.appointment_type if kept else service.appointment_type),
        modality=modality,
        location=edits.location or (usual_location if modality is Modality.IN_PERSON else None),
        alert=_first(edits.alert, original.booking.alert if original else None) or None,
    )


def changes_from_asked(
    asked: Asked, booking: Booking, *, asked_service: Service | None, original: Appointment | None
) -> tuple[FieldChange, ...]:
    """Return where the booking differs from what the client expects; the one place that tells.

    What the client left open cannot have been changed: "any clinician" makes no change. Length,
    modality and place are expected to be those of the original appointment, or of the service asked
    for when there is none or it has another.
    """
    expected: Booking | Service | None = asked_service
    if original is not None and asked.service_id in (None, original.booking.service_id):
        expected = original.booking
    pairs = [(ChangedField.START, _iso(asked.start), _iso(booking.start))]
    clinician = (asked.clinician_id, asked.clinician_name)
    if asked.clinician_id is None and original is not None:
        clinician = (original.booking.clinician_id, original.booking.clinician_name)
    if clinician[0] not in (None, booking.clinician_id):  # names may be alike, or change
        pairs.append((ChangedField.CLINICIAN, clinician[1], booking.clinician_name))
    if expected is not None:
        pairs += _details(expected, booking)
    return _told(pairs)


def changes_between(before: Booking, after: Booking) -> tuple[FieldChange, ...]:
    """Return what staff changed of an appointment without having been asked."""
    pairs: list[tuple[ChangedField, str | None, str | None]] = [
        (ChangedField.START, _iso(before.start), _iso(after.start))
    ]
    if before.clinician_id != after.clinician_id:
        pairs.append((ChangedField.CLINICIAN, before.clinician_name, after.clinician_name))
    return _told([*pairs, *_details(before, after)])


def _details(
    expected: Booking | Service, booking: Booking
) -> list[tuple[ChangedField, str | None, str | None]]:
    return [
        (ChangedField.SERVICE, expected.appointment_type, booking.appointment_type),
        (ChangedField.MINUTES, str(expected.minutes), str(booking.minutes)),
        (ChangedField.MODALITY, expected.modality.value, booking.modality.value),
        (ChangedField.LOCATION, expected.location, booking.location),
    ]


def _told(
    pairs: Iterable[tuple[ChangedField, str | None, str | None]],
) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(field, before, after)
        for field, before, after in pairs
        if before is not None
        and after is not None
        and (before != after or field is ChangedField.CLINICIAN)
    )


def _first(*values: str | None) -> str | None:
    return next((value for value in values if value is not None), None)


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
