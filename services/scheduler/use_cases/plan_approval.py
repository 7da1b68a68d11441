"""Work out what approving a request would do: read its records, apply the rules, write nothing."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import AppointmentRequest, Edits
from services.scheduler.domain.booking_plan import (
    Confirmed,
    FieldChange,
    changes_from_asked,
    plan_booking,
)
from services.scheduler.domain.people import Client, Practice, Service, StaffMember
from services.scheduler.domain.refusals import (
    ActorNotStaff,
    CancellationTakesNoEdits,
    ClientUnknown,
    ClinicianNeeded,
    ClinicianUnknown,
    OriginalGone,
    OriginalMoved,
    ServiceUnknown,
)
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.choose_client import choose_client
from shared.schemas.vocabulary import RequestType


@dataclass(frozen=True, slots=True)
class ApprovalPlan:
    """What will be written; `original` is the appointment before a reschedule or cancellation."""

    practice: Practice
    client: Client
    client_is_new: bool
    original: Appointment | None
    appointment: Appointment
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class _Records:
    practice: Practice
    original: Appointment | None
    asked_service: Service | None
    service: Service | None
    clinician: StaffMember | None


async def plan_approval(
    store: Store,
    actor: StaffMember,
    request: AppointmentRequest,
    edits: Edits,
    confirmed: Confirmed,
    *,
    now: datetime,
) -> ApprovalPlan:
    """Return the plan.

    Raises:
        Refusal: a rule or a record stands against it.

    """
    original = await _original(store, request, confirmed)
    if request.type is RequestType.CANCELLATION and original is not None:
        return await _plan_cancellation(store, request, edits, original, now)
    records = await _records(store, request, edits, original)
    if records.service is None:
        raise ServiceUnknown
    if records.clinician is None:
        raise ClinicianUnknown
    booking = plan_booking(
        edits,
        start=request.asked.start,
        service=records.service,
        clinician=records.clinician,
        original=original,
        confirmed=confirmed,
        now=now,
    )
    client, is_new = await choose_client(
        store, actor, request, edits.client_id, confirmed, clinician_id=booking.clinician_id
    )
    appointment = (
        original.move(booking, now)
        if original is not None
        else Appointment(uuid4(), request.practice_id, client.id, client.name, booking, now)
    )
    changes = changes_from_asked(
        request.asked, booking, asked_service=records.asked_service, original=original
    )
    return ApprovalPlan(records.practice, client, is_new, original, appointment, changes)


async def _plan_cancellation(
    store: Store, request: AppointmentRequest, edits: Edits, original: Appointment, now: datetime
) -> ApprovalPlan:
    if edits != Edits():
        raise CancellationTakesNoEdits
    practice, client = await asyncio.gather(
        _practice(store, request.practice_id),
        store.clients.get(request.practice_id, original.client_id),
    )
    if client is None:
        raise ClientUnknown
    return ApprovalPlan(practice, client, False, original, original.cancel(now), ())


async def _original(
    store: Store, request: AppointmentRequest, confirmed: Confirmed
) -> Appointment | None:
    if request.type is RequestType.NEW:
        return None
    if request.asked.appointment_id is None or request.requester.client_id is None:
        raise OriginalGone
    original = await store.appointments.get_of_client(
        request.practice_id, request.requester.client_id, request.asked.appointment_id
    )
    if original is None or not original.is_booked:
        raise OriginalGone
    if original.booking.start != request.asked.original_start and not confirmed.original:
        raise OriginalMoved(original.booking.start)
    return original


async def _records(
    store: Store, request: AppointmentRequest, edits: Edits, original: Appointment | None
) -> _Records:
    asked, kept = request.asked, original.booking if original else None
    clinician_id = edits.clinician_id or asked.clinician_id or (kept.clinician_id if kept else None)
    if clinician_id is None:
        raise ClinicianNeeded
    service_id = edits.service_id or asked.service_id or (kept.service_id if kept else None)
    wanted = {one for one in (service_id, asked.service_id) if one is not None}
    practice, services, clinician = await asyncio.gather(
        _practice(store, request.practice_id),
        store.services.get_many(wanted),
        store.staff.get(request.practice_id, clinician_id),
    )
    return _Records(
        practice=practice,
        original=original,
        asked_service=_own(services, asked.service_id, request.practice_id),
        service=_own(services, service_id, request.practice_id),
        clinician=clinician,
    )


def _own(
    services: dict[UUID, Service], service_id: UUID | None, practice_id: UUID
) -> Service | None:
    service = None if service_id is None else services.get(service_id)
    return service if service is not None and service.practice_id == practice_id else None


async def _practice(store: Store, practice_id: UUID) -> Practice:
    practice = await store.practices.get(practice_id)
    if practice is None:
        raise ActorNotStaff  # a practice that is gone has no staff
    return practice
