"""Book an appointment directly."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.booking_plan import Confirmed, plan_booking
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import (
    ClientUnknown,
    ClinicianUnknown,
    KeyReused,
    ServiceUnknown,
)
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_appointment import (
    Changed,
    DirectChange,
    find_practice,
    write_direct_change,
)
from services.scheduler.use_cases.warn_of import warn_of_booking
from shared.mongo import DuplicateKeyError
from shared.schemas.appointment_changed import AppointmentChange


@dataclass(frozen=True, slots=True)
class NewBooking:
    """What to book, for whom; `details` names at least start, clinician and service."""

    client_id: UUID
    clinician_id: UUID
    service_id: UUID
    start: datetime
    details: Edits


async def book_appointment(
    store: Store,
    actor: StaffMember,
    wanted: NewBooking,
    *,
    confirmed: Confirmed,
    idempotency_key: str | None,
    correlation_id: str,
    now: datetime,
) -> Changed:
    """Book it; with the same key once more it is the same appointment.

    Raises:
        Refusal: a rule or a record stands against it.

    """
    identifier = _identifier(actor, idempotency_key)
    if idempotency_key and (standing := await store.appointments.get(actor, identifier)):
        return _repeated(standing, wanted)
    practice, client, service, clinician = await asyncio.gather(
        find_practice(store, actor),
        store.clients.get_visible(actor, wanted.client_id),
        store.services.get(actor.practice_id, wanted.service_id),
        store.staff.get(actor.practice_id, wanted.clinician_id),
    )
    if client is None:
        raise ClientUnknown
    if service is None:
        raise ServiceUnknown
    if clinician is None:
        raise ClinicianUnknown
    booking = plan_booking(
        wanted.details,
        start=wanted.start,
        service=service,
        clinician=clinician,
        original=None,
        confirmed=confirmed,
        now=now,
    )
    appointment = Appointment(identifier, practice.id, client.id, client.name, booking, now)
    change = DirectChange(
        actor=actor,
        kind=AppointmentChange.BOOKED,
        practice=practice,
        client=client,
        before=None,
        after=appointment,
        overlap_allowed=confirmed.overlap,
        correlation_id=correlation_id,
        warnings=await warn_of_booking(store, actor, practice, appointment),
    )
    try:
        return await write_direct_change(store, change)
    except DuplicateKeyError:  # the same key at the same moment: the other one booked it
        return _repeated(await store.appointments.get(actor, identifier), wanted)


def _identifier(actor: StaffMember, key: str | None) -> UUID:
    return uuid4() if key is None else uuid5(actor.id, f"book:{key}")


def _repeated(standing: Appointment | None, wanted: NewBooking) -> Changed:
    # It may have been moved since, and be no more for the actor to see; whose it is never changes.
    if standing is None or standing.client_id != wanted.client_id:
        raise KeyReused
    return Changed(standing, repeated=True)
