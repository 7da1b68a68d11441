"""What clients read of their own: requests and upcoming appointments (PRODUCT 1.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import AppointmentRequest
from services.scheduler.domain.refusals import RequestNotFound
from services.scheduler.mongo.store import Store
from shared.auth.actors import ClientActor, PortalActor
from shared.portal.answers import MOST_OWN_APPOINTMENTS


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """A request, and when the appointment is that it led to (UTC), while that is booked."""

    request: AppointmentRequest
    booked_start: datetime | None


@dataclass(frozen=True, slots=True)
class OwnRequests:
    """A page; `end` is None on the last one."""

    items: Sequence[OwnRequest]
    end: tuple[datetime, UUID] | None


@dataclass(frozen=True, slots=True)
class OwnAppointment:
    """An upcoming appointment, and the request of the client's about it that waits, if any."""

    appointment: Appointment
    pending_request_id: UUID | None


async def list_own_requests(
    store: Store, actor: PortalActor, *, after: tuple[datetime, UUID] | None, limit: int
) -> OwnRequests:
    """Return a page of the actor's own requests, latest first."""
    found = await store.requests.list_own(actor, after=after, limit=limit + 1)
    page = found[:limit]
    end = (page[-1].relevant_time, page[-1].id) if len(found) > limit else None
    return OwnRequests(await _with_bookings(store, actor, page), end)


async def read_own_request(store: Store, actor: PortalActor, request_id: UUID) -> OwnRequest:
    """Return the actor's own request; raises RequestNotFound."""
    request = await store.requests.get_own(actor, request_id)
    if request is None:
        raise RequestNotFound
    (own,) = await _with_bookings(store, actor, [request])
    return own


async def list_own_appointments(
    store: Store, actor: PortalActor, *, now: datetime
) -> Sequence[OwnAppointment]:
    """Return the client's booked appointments that are not over; the portal itself has none."""
    if not isinstance(actor, ClientActor):
        return ()
    appointments = await store.appointments.upcoming_of_client(
        actor.practice_id, actor.client_id, now=now, limit=MOST_OWN_APPOINTMENTS
    )
    pending = await store.requests.pending_about(
        actor, [appointment.id for appointment in appointments]
    )
    return [OwnAppointment(one, pending.get(one.id)) for one in appointments]


async def _with_bookings(
    store: Store, actor: PortalActor, requests: Sequence[AppointmentRequest]
) -> list[OwnRequest]:
    ids = {
        request.decision.appointment_id
        for request in requests
        if request.decision is not None and request.decision.appointment_id is not None
    }
    appointments = await store.appointments.get_many(ids) if ids else {}
    booked = {
        appointment.id: appointment.booking.start
        for appointment in appointments.values()
        if appointment.is_booked and appointment.practice_id == actor.practice_id
    }
    return [
        OwnRequest(
            request,
            booked.get(request.decision.appointment_id)
            if request.decision and request.decision.appointment_id
            else None,
        )
        for request in requests
    ]
