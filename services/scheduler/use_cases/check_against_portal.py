"""Hold requests that arrive against the practice's portal settings (PRODUCT 2).

Intake has refused what it could with the settings it had; what still does not fit is flagged for
staff, since what was accepted is never lost. What other requests have to do with it is told
afterwards (`hold_against_others`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import AppointmentRequest, RequestFlag
from services.scheduler.domain.availability import Hours, SlotTerms, is_open
from services.scheduler.mongo.calendar_days import Taken
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.portal_policy import Portal
from shared.portal.policy import Ask, Objection, PortalPolicy, objections


@dataclass(frozen=True, slots=True)
class _Slots:
    """What tells whether a slot is open: hours by clinician, and what each has booked."""

    hours: dict[UUID, Hours]
    booked: dict[UUID, list[Taken]]

    def has(self, request: AppointmentRequest, policy: PortalPolicy) -> bool:
        start = request.asked.start
        if start is None:
            return True
        clinicians = _clinicians(request, policy)
        return any(self._is_open(one, request, start) for one in clinicians)

    def _is_open(self, clinician_id: UUID, request: AppointmentRequest, start: datetime) -> bool:
        hours = self.hours.get(clinician_id)
        if hours is None:
            return False
        # What is to be moved makes room for itself.
        taken = [
            one.interval
            for one in self.booked.get(clinician_id, [])
            if one.appointment_id != request.asked.appointment_id
        ]
        return is_open(hours, taken, SlotTerms(request.asked.minutes or 1, start, start), start)


async def flags_from_portal(
    store: Store,
    portals: Mapping[UUID, Portal],
    requests: Sequence[AppointmentRequest],
    originals: Mapping[UUID, Appointment],
    *,
    now: datetime,
) -> dict[UUID, frozenset[RequestFlag]]:
    """Return the flags of each request by its id; none where the practice has no portal here.

    `originals` are the appointments that they are about, by id.
    """
    held_against = [request for request in requests if request.practice_id in portals]
    slots = await _slots(store, portals, held_against)
    return {
        request.id: frozenset(
            RequestFlag(objection.value)
            for objection in _objections(
                portals[request.practice_id].policy, request, originals, slots, now
            )
        )
        for request in held_against
    }


async def _slots(
    store: Store, portals: Mapping[UUID, Portal], requests: Iterable[AppointmentRequest]
) -> _Slots:
    hours: dict[UUID, Hours] = {}
    booked: dict[UUID, list[Taken]] = {}
    for practice_id, portal in portals.items():
        own = [
            one
            for one in requests
            if one.practice_id == practice_id and one.asked.start is not None
        ]
        clinicians = {clinician for one in own for clinician in _clinicians(one, portal.policy)}
        if not clinicians:
            continue
        practice = portal.practice
        schedules = await store.work_schedules.get_many(practice_id, clinicians)
        for clinician_id, schedule in schedules.items():
            hours[clinician_id] = Hours(schedule, practice.closures, practice.time_zone)
        starts = [one.asked.start for one in own if one.asked.start is not None]
        booked |= await store.calendar_days.busy_around(practice_id, schedules, starts)
    return _Slots(hours, booked)


def _clinicians(request: AppointmentRequest, policy: PortalPolicy) -> Iterator[UUID]:
    """Return who may have the slot: the one asked for, or else any who may be asked."""
    if request.asked.clinician_id is not None:
        yield request.asked.clinician_id
    else:
        yield from policy.clinicians_for(is_new=request.requester.is_new)


def _objections(
    policy: PortalPolicy,
    request: AppointmentRequest,
    originals: Mapping[UUID, Appointment],
    slots: _Slots,
    now: datetime,
) -> Iterator[Objection]:
    asked = request.asked
    original = None if asked.appointment_id is None else originals.get(asked.appointment_id)
    booked = original and original.booking
    # What stays as it is booked is not asked for, whether or not it could be today.
    stays = (booked.service_id, booked.clinician_id) if booked else (None, None)
    ask = Ask(
        type=request.type,
        is_new=request.requester.is_new,
        service_id=None if asked.service_id == stays[0] else asked.service_id,
        clinician_id=None if asked.clinician_id == stays[1] else asked.clinician_id,
        start=asked.start,
        original_start=asked.original_start,
    )
    yield from objections(policy, ask, min(now, request.submitted_at))
    if not slots.has(request, policy):
        yield Objection.SLOT_NOT_OPEN
