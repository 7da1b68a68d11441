"""Review one request: everything staff look at before they decide (PRODUCT 4)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.scheduler.domain.appointment import Appointment, AppointmentStatus
from services.scheduler.domain.appointment_request import AppointmentRequest, Edits, RequestFlag
from services.scheduler.domain.booking_plan import NOTHING_CONFIRMED
from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo.appointments import AppointmentFilter
from services.scheduler.mongo.history import HistoryEntry
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.decide import find_request
from services.scheduler.use_cases.preview_approval import Preview, preview_request
from services.scheduler.use_cases.read_history import history_of
from shared.schemas.vocabulary import RequestStatus

_BACK: Final = timedelta(days=180)
_AHEAD: Final = timedelta(days=731)
_MOST_OTHERS: Final = 200
_MOST_RIVALS: Final = 20
_MOST_OF_A_DAY: Final = 200


@dataclass(frozen=True, slots=True)
class Rivals:
    """Who else waits for that clinician at that time; `hidden` of them the actor may not see."""

    requests: Sequence[AppointmentRequest]
    hidden: int


@dataclass(frozen=True, slots=True)
class Review:
    """The request, with what goes with it.

    `other_appointments` are the client's, of the past half year and to come; `original` is the
    appointment a reschedule or cancellation is about, as it is now. `preview` is what approving it
    as asked would do, while it waits.
    """

    request: AppointmentRequest
    original: Appointment | None
    other_appointments: Sequence[Appointment]
    rivals: Rivals
    history: Sequence[HistoryEntry]
    preview: Preview | None


async def review_request(
    store: Store, actor: StaffMember, request_id: UUID, *, now: datetime
) -> Review:
    """Return the review; raises RequestNotFound when there is no request the actor may see."""
    request = await find_request(store, actor, request_id)
    original, others, rivals, history, preview = await asyncio.gather(
        _original(store, request),
        _other_appointments(store, actor, request, now),
        _rivals(store, actor, request),
        history_of(store, request),
        _preview(store, actor, request, now),
    )
    return Review(
        request=_flagged(request, original),
        original=original,
        other_appointments=[one for one in others if original is None or one.id != original.id],
        rivals=rivals,
        history=history,
        preview=preview,
    )


async def _original(store: Store, request: AppointmentRequest) -> Appointment | None:
    client_id, appointment_id = request.requester.client_id, request.asked.appointment_id
    if client_id is None or appointment_id is None:
        return None
    return await store.appointments.get_of_client(request.practice_id, client_id, appointment_id)


async def _other_appointments(
    store: Store, actor: StaffMember, request: AppointmentRequest, now: datetime
) -> list[Appointment]:
    if request.requester.client_id is None:
        return []
    wanted = AppointmentFilter(
        within=Interval(now - _BACK, now + _AHEAD),
        client_id=request.requester.client_id,
        statuses=frozenset({AppointmentStatus.BOOKED}),
    )
    return await store.appointments.find(actor, wanted, limit=_MOST_OTHERS)


async def _rivals(store: Store, actor: StaffMember, request: AppointmentRequest) -> Rivals:
    interval, clinician_id = request.asked.interval, request.asked.clinician_id
    if request.status is not RequestStatus.PENDING or interval is None or clinician_id is None:
        return Rivals((), 0)
    found = [
        (other, seen_by)
        for other, seen_by in await store.requests.wanting(
            request, interval, clinician_id, limit=_MOST_OF_A_DAY
        )
        if other.asked.interval is not None and other.asked.interval.overlaps(interval)
    ]
    visible = [other for other, seen_by in found if actor.runs_the_practice or actor.id in seen_by]
    return Rivals(visible[:_MOST_RIVALS], len(found) - len(visible))


async def _preview(
    store: Store, actor: StaffMember, request: AppointmentRequest, now: datetime
) -> Preview | None:
    if request.status is not RequestStatus.PENDING:
        return None
    return await preview_request(store, actor, request.id, Edits(), NOTHING_CONFIRMED, now=now)


def _flagged(request: AppointmentRequest, original: Appointment | None) -> AppointmentRequest:
    """Return it with the flags that the original has earned since, however it came to that."""
    if request.status is not RequestStatus.PENDING or original is None:
        return request
    flags = set(request.flags)
    if not original.is_booked:
        flags.add(RequestFlag.ORIGINAL_CANCELLED)
    elif original.booking.start != request.asked.original_start:
        flags.add(RequestFlag.ORIGINAL_MOVED)
    return replace(request, flags=frozenset(flags))
