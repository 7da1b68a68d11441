"""What approving a request with some edits would do, without doing it (PRODUCT 8.2, 8.4)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.booking_plan import Confirmed, FieldChange
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import Clash, Refusal
from services.scheduler.domain.warnings import BookingWarning
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_calendar import find_clashes
from services.scheduler.use_cases.plan_approval import find_records, plan_approval


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be booked; or, with no appointment, the refusal that stands against it."""

    appointment: Appointment | None
    changes: tuple[FieldChange, ...] = ()
    clashes: tuple[Clash, ...] = ()
    warnings: tuple[BookingWarning, ...] = ()
    refusal: Refusal | None = None


async def preview_request(
    store: Store,
    actor: StaffMember,
    request_id: UUID,
    edits: Edits,
    confirmed: Confirmed,
    *,
    now: datetime,
) -> Preview:
    """Return the preview of a request; a clash does not keep the rest of it back.

    Raises:
        RequestNotFound: there is none that the actor may see.

    """
    records = await find_records(store, actor, request_id, edits)
    try:
        plan = await plan_approval(store, actor, records, edits, confirmed, now=now)
    except Refusal as refusal:
        return Preview(None, refusal=refusal)
    if not plan.appointment.is_booked:
        return Preview(plan.appointment)
    clashes = await find_clashes(store, actor, plan.appointment)
    return Preview(plan.appointment, plan.changes, clashes, plan.warnings)
