"""Find when clinicians can be asked for (PRODUCT 1.1)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.scheduler.domain.availability import Hours, SlotTerms, open_slots
from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.people import Practice
from services.scheduler.mongo.store import Store
from shared.portal.policy import (
    OfferedService,
    PortalPolicy,
    earliest_start,
    latest_start,
)


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that may be asked for, and whom for; `start` in UTC."""

    start: datetime
    clinician_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; without a clinician, any who may be asked."""

    service: OfferedService
    clinician_id: UUID | None
    is_new: bool
    within: Interval


async def find_availability(
    store: Store, practice: Practice, policy: PortalPolicy, wanted: Wanted, *, now: datetime
) -> Sequence[Slot]:
    """Return the open slots, by their start; none where the portal is closed to whoever asks.

    It reads the clinicians asked for, on the days asked for, and nothing else.
    """
    clinician_ids = _clinicians(policy, wanted)
    terms = SlotTerms(
        wanted.service.minutes, earliest_start(policy, now), latest_start(policy, now)
    )
    within = Interval(
        max(wanted.within.start, terms.earliest),
        min(wanted.within.end, terms.latest + timedelta(microseconds=1)),
    )
    if not clinician_ids or within.start >= within.end:
        return ()
    schedules, taken = await asyncio.gather(
        store.work_schedules.get_many(practice.id, clinician_ids),
        _taken(store, policy, clinician_ids, within),
    )
    found: dict[datetime, list[UUID]] = {}
    for clinician_id, schedule in schedules.items():
        hours = Hours(schedule, practice.closures, practice.time_zone)
        for start in open_slots(hours, taken[clinician_id], terms, within):
            found.setdefault(start, []).append(clinician_id)
    return [Slot(start, tuple(sorted(ids))) for start, ids in sorted(found.items())]


def _clinicians(policy: PortalPolicy, wanted: Wanted) -> list[UUID]:
    open_to_them = policy.is_open and policy.audience.includes(is_new=wanted.is_new)
    if not open_to_them or not wanted.service.audience.includes(is_new=wanted.is_new):
        return []
    return [
        clinician.id
        for clinician in policy.clinicians
        if wanted.clinician_id in (None, clinician.id)
        and (clinician.accepts_new_clients or not wanted.is_new)
    ]


async def _taken(
    store: Store, policy: PortalPolicy, clinician_ids: list[UUID], within: Interval
) -> dict[UUID, list[Interval]]:
    # A day more on each side: what begins or ends there may reach in with its buffer.
    around = Interval(within.start - timedelta(days=1), within.end + timedelta(days=1))
    booked = await store.calendar_days.busy_of(policy.practice_id, clinician_ids, around)
    if not policy.pending_holds_slot:
        return booked
    held = await store.requests.holding(policy.practice_id, clinician_ids, around)
    return {clinician: booked[clinician] + held[clinician] for clinician in clinician_ids}
