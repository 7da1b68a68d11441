"""List what is booked and what was asked for as one list, as other systems read it (ADR 0013).

First come requests by the time they are about, then appointments by their start. In this order a
request that is approved between two pages is told twice, as what it was and as what it is now, and
never missed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.scheduler.domain.appointment import Appointment, AppointmentStatus
from services.scheduler.domain.appointment_request import AppointmentRequest
from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo.appointments import AppointmentFilter
from services.scheduler.mongo.request_queries import ListPosition, Order, RequestFilter
from services.scheduler.mongo.store import Store
from shared.schemas.vocabulary import RequestStatus

_BY_TIME: Final = Order()


@dataclass(frozen=True, slots=True)
class BookedOrAskedFilter:
    """Which of them; None leaves it open, an empty set of statuses takes none.

    `starts_from` (included) and `starts_until` (not included) are of the start, or of the start
    asked for; what has none is then left out.
    """

    statuses: frozenset[AppointmentStatus]
    request_statuses: frozenset[RequestStatus]
    clinician_id: UUID | None = None
    client_id: UUID | None = None
    starts_from: datetime | None = None
    starts_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended: the time (UTC) and id of its last one, and whether that is booked."""

    is_booked: bool
    time: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class BookedAndAsked:
    """A page; `booked_at` has, by id, when appointments were booked (UTC), as far as known."""

    items: Sequence[Appointment | AppointmentRequest]
    booked_at: Mapping[UUID, datetime]
    end: Position | None


async def list_booked_and_asked(
    store: Store,
    actor: StaffMember,
    wanted: BookedOrAskedFilter,
    *,
    after: Position | None,
    limit: int,
) -> BookedAndAsked:
    """Return a page of what the actor may see."""
    found: list[Appointment | AppointmentRequest] = []
    if after is None or not after.is_booked:
        found += await _asked(store, actor, wanted, after, limit + 1)
    if len(found) <= limit:
        past = after if after is not None and after.is_booked else None
        found += await _booked(store, actor, wanted, past, limit + 1 - len(found))
    items = found[:limit]
    booked = [item.id for item in items if isinstance(item, Appointment)]
    return BookedAndAsked(
        items=items,
        booked_at=await store.history.booked_at(actor.practice_id, booked) if booked else {},
        end=_position_of(items[-1]) if len(found) > limit else None,
    )


async def _asked(
    store: Store,
    actor: StaffMember,
    wanted: BookedOrAskedFilter,
    after: Position | None,
    limit: int,
) -> Sequence[AppointmentRequest]:
    if not wanted.request_statuses:
        return []
    return await store.requests.find(
        actor,
        RequestFilter(
            statuses=wanted.request_statuses,
            clinician_id=wanted.clinician_id,
            client_id=wanted.client_id,
            asked_from=wanted.starts_from,
            asked_until=wanted.starts_until,
        ),
        _BY_TIME,
        after=None if after is None else ListPosition(after.time, after.id),
        limit=limit,
    )


async def _booked(
    store: Store,
    actor: StaffMember,
    wanted: BookedOrAskedFilter,
    after: Position | None,
    limit: int,
) -> Sequence[Appointment]:
    if not wanted.statuses:
        return []
    clinician = wanted.clinician_id
    return await store.appointments.find(
        actor,
        AppointmentFilter(
            clinician_ids=None if clinician is None else frozenset({clinician}),
            client_id=wanted.client_id,
            statuses=wanted.statuses,
            starts_from=wanted.starts_from,
            starts_until=wanted.starts_until,
        ),
        after=None if after is None else (after.time, after.id),
        limit=limit,
    )


def _position_of(item: Appointment | AppointmentRequest) -> Position:
    if isinstance(item, Appointment):
        return Position(is_booked=True, time=item.booking.start, id=item.id)
    return Position(is_booked=False, time=item.relevant_time, id=item.id)
