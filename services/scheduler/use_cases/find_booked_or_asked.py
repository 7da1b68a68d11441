"""Find one appointment or one request by its id, as other systems read them (ADR 0013)."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import AppointmentRequest
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import AppointmentNotFound, RequestBecameAppointment
from services.scheduler.mongo.store import Store
from shared.schemas.vocabulary import RequestStatus


@dataclass(frozen=True, slots=True)
class BookedOrAsked:
    """What has that id; `booked_at` (UTC) is told of an appointment, where the history has it."""

    item: Appointment | AppointmentRequest
    booked_at: datetime | None


async def find_booked_or_asked(store: Store, actor: StaffMember, identifier: UUID) -> BookedOrAsked:
    """Return the appointment or the request.

    Raises:
        AppointmentNotFound: there is neither that the actor may see.
        RequestBecameAppointment: it was approved.

    """
    appointment, request = await asyncio.gather(
        store.appointments.get(actor, identifier), store.requests.get(actor, identifier)
    )
    if appointment is not None:
        booked = await store.history.booked_at(actor.practice_id, [appointment.id])
        return BookedOrAsked(appointment, booked.get(appointment.id))
    if request is None:
        raise AppointmentNotFound
    if request.status is RequestStatus.APPROVED:
        decision = request.decision
        raise RequestBecameAppointment(decision.appointment_id if decision else None)
    return BookedOrAsked(request, None)
