"""List appointments by their start."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo.appointments import AppointmentFilter
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.show_calendar import require_range


@dataclass(frozen=True, slots=True)
class AppointmentPageFound:
    """A page; `end` is the start (UTC) and id of its last one, None on the last page."""

    appointments: Sequence[Appointment]
    end: tuple[datetime, UUID] | None


async def list_appointments(
    store: Store,
    actor: StaffMember,
    wanted: AppointmentFilter,
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> AppointmentPageFound:
    """Return a page of what the actor may see; raises RangeEmpty, RangeTooLong."""
    if wanted.within is not None:
        require_range(wanted.within)
    found = await store.appointments.find(actor, wanted, after=after, limit=limit + 1)
    page = found[:limit]
    if len(found) <= limit:
        return AppointmentPageFound(page, None)
    return AppointmentPageFound(page, (page[-1].booking.start, page[-1].id))
