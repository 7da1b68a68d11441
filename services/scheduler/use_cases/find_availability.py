"""Find when clinicians can be asked for (PRODUCT 1.1)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.availability import Hours, SlotTerms, open_slots
from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.people import Practice
from services.scheduler.domain.refusals import AppointmentNotFound, NotOffered
from services.scheduler.mongo.store import Store
from shared.auth.actors import ClientActor, PortalActor
from shared.portal.policy import (
    Audience,
    Objection,
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
class LookedFor:
    """What somebody says: a service, or their own appointment to be moved, or both."""

    service_id: UUID | None
    clinician_id: UUID | None
    appointment_id: UUID | None
    within: Interval


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, `minutes` long; without a clinician, any who may be asked.

    `moved` is the client's own appointment that is to get the time: it and what else waits of the
    client hold none, and without a clinician it stays with its own.
    """

    service_id: UUID
    minutes: int
    audience: Audience
    clinician_id: UUID | None
    is_new: bool
    within: Interval
    moved: Appointment | None = None

    @property
    def stays_with(self) -> UUID | None:
        """The clinician whom an appointment has that is moved and stays with them."""
        if self.moved is None:
            return None
        booked = self.moved.booking.clinician_id
        return booked if self.clinician_id in (None, booked) else None


async def wanted_of(
    store: Store, actor: PortalActor, policy: PortalPolicy, asked: LookedFor, *, now: datetime
) -> Wanted:
    """Return what the actor may look for, with what it takes.

    Raises:
        AppointmentNotFound: to be moved is none of their own upcoming ones.
        NotOffered: the service is not on the portal, and not what is booked.

    """
    is_new = not isinstance(actor, ClientActor)
    moved = None
    if asked.appointment_id is not None:
        moved = await _own_upcoming(store, actor, asked.appointment_id, now)
        if asked.service_id in (None, moved.booking.service_id):
            booked = moved.booking
            return Wanted(
                booked.service_id,
                booked.minutes,
                Audience.BOTH,
                asked.clinician_id,
                is_new,
                asked.within,
                moved,
            )
    service = policy.service(asked.service_id)
    if service is None:
        raise NotOffered(Objection.SERVICE_NOT_OFFERED)
    return Wanted(
        service.id,
        service.minutes,
        service.audience,
        asked.clinician_id,
        is_new,
        asked.within,
        moved,
    )


async def _own_upcoming(
    store: Store, actor: PortalActor, appointment_id: UUID, now: datetime
) -> Appointment:
    if isinstance(actor, ClientActor):
        found = await store.appointments.get_of_client(
            actor.practice_id, actor.client_id, appointment_id
        )
        if found is not None and found.is_booked and found.booking.end > now:
            return found
    raise AppointmentNotFound


async def find_availability(
    store: Store, practice: Practice, policy: PortalPolicy, wanted: Wanted, *, now: datetime
) -> Sequence[Slot]:
    """Return the open slots, by their start; none where the portal is closed to whoever asks.

    It reads the clinicians asked for, on the days asked for, and nothing else.
    """
    clinician_ids = _clinicians(policy, wanted)
    terms = SlotTerms(wanted.minutes, earliest_start(policy, now), latest_start(policy, now))
    within = Interval(
        max(wanted.within.start, terms.earliest),
        min(wanted.within.end, terms.latest + timedelta(microseconds=1)),
    )
    if not clinician_ids or within.start >= within.end:
        return ()
    schedules, taken = await asyncio.gather(
        store.work_schedules.get_many(practice.id, clinician_ids),
        _taken(store, policy, clinician_ids, wanted, within),
    )
    found: dict[datetime, list[UUID]] = {}
    for clinician_id, schedule in schedules.items():
        hours = Hours(schedule, practice.closures, practice.time_zone)
        for start in open_slots(hours, taken[clinician_id], terms, within):
            found.setdefault(start, []).append(clinician_id)
    return [Slot(start, tuple(sorted(ids))) for start, ids in sorted(found.items())]


def _clinicians(policy: PortalPolicy, wanted: Wanted) -> list[UUID]:
    open_to_them = policy.is_open and policy.audience.includes(is_new=wanted.is_new)
    if not open_to_them or not wanted.audience.includes(is_new=wanted.is_new):
        return []
    if wanted.stays_with is not None:
        return [wanted.stays_with]
    offered = policy.clinicians_for(is_new=wanted.is_new)
    return [one for one in offered if wanted.clinician_id in (None, one)]


async def _taken(
    store: Store,
    policy: PortalPolicy,
    clinician_ids: list[UUID],
    wanted: Wanted,
    within: Interval,
) -> dict[UUID, list[Interval]]:
    # A day more on each side: what begins or ends there may reach in with its buffer.
    around = Interval(within.start - timedelta(days=1), within.end + timedelta(days=1))
    moved = wanted.moved
    days, held = await asyncio.gather(
        store.calendar_days.busy_of(policy.practice_id, clinician_ids, around),
        store.requests.holding(
            policy.practice_id,
            clinician_ids if policy.pending_holds_slot else [],
            around,
            except_of=moved.client_id if moved else None,
        ),
    )
    booked = {
        clinician: [one.interval for one in taken if not moved or one.appointment_id != moved.id]
        for clinician, taken in days.items()
    }
    return {one: booked[one] + held.get(one, []) for one in clinician_ids}
