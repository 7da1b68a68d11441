"""The calendar: appointments, and what waits, in a range of days (PRODUCT 3.3)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from services.scheduler.domain.appointment import Appointment, AppointmentStatus
from services.scheduler.domain.appointment_request import AppointmentRequest
from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import RangeEmpty, RangeTooLong
from services.scheduler.mongo.appointments import AppointmentFilter
from services.scheduler.mongo.store import Store

LONGEST_RANGE: Final = timedelta(days=100)
_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Calendar:
    """What takes place and what waits; `is_cut` when there is more than can be shown."""

    appointments: Sequence[Appointment]
    requests: Sequence[AppointmentRequest]
    is_cut: bool


async def show_calendar(
    store: Store,
    actor: StaffMember,
    within: Interval,
    clinician_ids: frozenset[UUID] | None,
) -> Calendar:
    """Return what the actor may see of it; None for the clinicians is everybody.

    Raises:
        RangeEmpty, RangeTooLong: over 100 days.

    """
    require_range(within)
    wanted = AppointmentFilter(
        within=within,
        clinician_ids=clinician_ids,
        statuses=frozenset({AppointmentStatus.BOOKED}),
    )
    appointments, requests = await asyncio.gather(
        store.appointments.find(actor, wanted, limit=_MOST + 1),
        store.requests.pending_within(actor, within, clinician_ids, limit=_MOST + 1),
    )
    return Calendar(
        appointments[:_MOST],
        [request for request in requests[:_MOST] if _is_within(request, within)],
        is_cut=max(len(appointments), len(requests)) > _MOST,
    )


def require_range(within: Interval) -> None:
    """Refuse a range that shows nothing or too much; raises RangeEmpty, RangeTooLong."""
    if within.end <= within.start:
        raise RangeEmpty
    if within.end - within.start > LONGEST_RANGE:
        raise RangeTooLong


def _is_within(request: AppointmentRequest, within: Interval) -> bool:
    if request.asked.interval is not None:
        return request.asked.interval.overlaps(within)
    about = request.asked.original_start
    return about is not None and within.start <= about < within.end
