"""Add a service that can be booked."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.scheduler.domain.people import Service, StaffMember
from services.scheduler.domain.permissions import Permission, require_permission
from services.scheduler.domain.service_codes import usual_lengths
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.add_record import Added
from services.scheduler.use_cases.edit_service import require_sensible_range
from shared.mongo import DuplicateKeyError
from shared.schemas.vocabulary import Modality


@dataclass(frozen=True, slots=True)
class NewService:
    """A service to add; `lengths` has what was given of `service_codes.Lengths`, by field."""

    id: UUID
    code: str
    label: str
    appointment_type: str
    modality: Modality
    location: str | None
    active: bool
    lengths: Mapping[str, int | None]


async def add_service(store: Store, actor: StaffMember, wanted: NewService) -> Added[Service]:
    """Add it under its id; when that is there already, it is what is there.

    Lengths that were not given are the catalogue's.

    Raises:
        NotPermitted, MinutesNeeded, MinutesOutsideRange

    """
    require_permission(actor, Permission.EDIT_SERVICES)
    service = _service(actor, wanted)
    require_sensible_range(service)
    try:
        await store.services.add(service)
    except DuplicateKeyError:
        standing = await store.services.get(actor.practice_id, wanted.id)
        if standing is None:
            raise
        return Added(standing, repeated=True)
    return Added(service)


def _service(actor: StaffMember, wanted: NewService) -> Service:
    lengths = usual_lengths(wanted.code, wanted.lengths)
    return Service(
        id=wanted.id,
        practice_id=actor.practice_id,
        code=wanted.code,
        label=wanted.label,
        appointment_type=wanted.appointment_type,
        minutes=lengths.minutes,
        modality=wanted.modality,
        location=wanted.location,
        fewest_minutes=lengths.fewest_minutes,
        most_minutes=lengths.most_minutes,
        active=wanted.active,
    )
