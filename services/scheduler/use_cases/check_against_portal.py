"""Hold requests that arrive against the practice's portal settings (PRODUCT 2).

Intake has refused what it could with the settings it had; what still does not fit is flagged for
staff, since what was accepted is never lost.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.appointment_request import AppointmentRequest, RequestFlag
from services.scheduler.domain.availability import Hours, SlotTerms, is_open
from services.scheduler.domain.intervals import Interval
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.portal_policy import Portal, policies_of
from shared.portal.policy import Ask, Objection, objections


@dataclass(frozen=True, slots=True)
class _Slots:
    """What tells whether a slot is open: hours by clinician, and what each has booked."""

    hours: dict[UUID, Hours]
    booked: dict[UUID, list[Interval]]

    def has(self, request: AppointmentRequest) -> bool:
        asked = request.asked
        if asked.start is None or asked.clinician_id is None:
            return True  # nothing to hold it against: staff choose
        hours = self.hours.get(asked.clinician_id)
        if hours is None:
            return False
        terms = SlotTerms(asked.minutes or 1, asked.start, asked.start)
        return is_open(hours, self.booked.get(asked.clinician_id, []), terms, asked.start)


async def flags_from_portal(
    store: Store, requests: Sequence[AppointmentRequest], *, now: datetime
) -> dict[UUID, frozenset[RequestFlag]]:
    """Return the flags of each request by its id; none where nothing was ever set."""
    portals = await _portals(store, {request.practice_id for request in requests})
    held_against = [request for request in requests if request.practice_id in portals]
    if not held_against:
        return {}
    slots = await _slots(store, portals, held_against)
    waiting = await store.requests.count_pending_of(
        {one.requester.client_id for one in held_against if one.requester.client_id is not None}
    )
    return {
        request.id: frozenset(
            RequestFlag(objection.value)
            for objection in _objections(portals[request.practice_id], request, slots, waiting, now)
        )
        for request in held_against
    }


async def _portals(store: Store, practice_ids: set[UUID]) -> dict[UUID, Portal]:
    ever_set = await store.portal_settings.get_many(practice_ids)
    return await policies_of(store, set(ever_set))


async def _slots(
    store: Store, portals: dict[UUID, Portal], requests: Iterable[AppointmentRequest]
) -> _Slots:
    hours: dict[UUID, Hours] = {}
    booked: dict[UUID, list[Interval]] = {}
    for practice_id, portal in portals.items():
        own = [one for one in requests if one.practice_id == practice_id]
        starts = [one.asked.start for one in own if one.asked.start is not None]
        clinicians = {one.asked.clinician_id for one in own if one.asked.clinician_id is not None}
        if not starts or not clinicians:
            continue
        practice = portal.practice
        schedules = await store.work_schedules.get_many(practice_id, clinicians)
        for clinician_id, schedule in schedules.items():
            hours[clinician_id] = Hours(schedule, practice.closures, practice.time_zone)
        booked |= await store.calendar_days.busy_around(practice_id, clinicians, starts)
    return _Slots(hours, booked)


def _objections(
    portal: Portal,
    request: AppointmentRequest,
    slots: _Slots,
    waiting: dict[UUID, int],
    now: datetime,
) -> list[Objection]:
    asked = request.asked
    ask = Ask(
        type=request.type,
        is_new=request.requester.is_new,
        service_id=asked.service_id,
        clinician_id=asked.clinician_id,
        start=asked.start,
        original_start=asked.original_start,
    )
    found = list(objections(portal.policy, ask, min(now, request.submitted_at)))
    if not slots.has(request):
        found.append(Objection.SLOT_NOT_OPEN)
    client_id = request.requester.client_id
    if client_id is not None and waiting.get(client_id, 0) >= portal.policy.most_pending:
        found.append(Objection.TOO_MANY_PENDING)
    return found
