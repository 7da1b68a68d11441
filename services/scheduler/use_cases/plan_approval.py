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
from services.scheduler.domain.warnings import BookingWarning
from services.scheduler.mongo.approval_records import FoundRecords, NeededRecords
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.choose_client import choose_client
from services.scheduler.use_cases.warn_of import warnings_of
from shared.schemas.vocabulary import RequestType


@dataclass(frozen=True, slots=True)
class ApprovalPlan:
    """What will be written; `original` is the appointment before a reschedule or cancellation.

    `days` are the keys of the clinician's day documents that are there, as far as was looked.
    """

    practice: Practice
    client: Client
    client_is_new: bool
    original: Appointment | None
    appointment: Appointment
    changes: tuple[FieldChange, ...] = ()
    warnings: tuple[BookingWarning, ...] = ()
    days: frozenset[str] | None = None


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
    needed = _needed(request, edits, original)
    records = await store.approval_records.read(actor, needed)
    if records is None:
        raise ActorNotStaff  # a practice that is gone has no staff
    service = _service(edits, request, original, records)
    if service is None:
        raise ServiceUnknown
    if records.clinician is None:
        raise ClinicianUnknown
    booking = plan_booking(
        edits,
        start=request.asked.start,
        service=service,
        clinician=records.clinician,
        original=original,
        confirmed=confirmed,
        now=now,
    )
    client, is_new = await choose_client(
        store,
        actor,
        request,
        edits.client_id,
        confirmed,
        found=records.client,
        clinician_id=booking.clinician_id,
    )
    appointment = (
        original.move(booking, now)
        if original is not None
        else Appointment(uuid4(), request.practice_id, client.id, client.name, booking, now)
    )
    asked_id = request.asked.service_id
    asked_service = None if asked_id is None else records.services.get(asked_id)
    return ApprovalPlan(
        practice=records.practice,
        client=client,
        client_is_new=is_new,
        original=original,
        appointment=appointment,
        changes=changes_from_asked(
            request.asked, booking, asked_service=asked_service, original=original
        ),
        warnings=warnings_of(records.practice, records.schedule, records.appointments, appointment),
        days=records.days,
    )


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
    return ApprovalPlan(practice, client, False, original, original.cancel(now))


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


def _needed(
    request: AppointmentRequest, edits: Edits, original: Appointment | None
) -> NeededRecords:
    asked, kept = request.asked, original.booking if original else None
    clinician_id = edits.clinician_id or asked.clinician_id or (kept.clinician_id if kept else None)
    if clinician_id is None:
        raise ClinicianNeeded
    services = (edits.service_id, asked.service_id, kept.service_id if kept else None)
    return NeededRecords(
        service_ids=frozenset(one for one in services if one is not None),
        clinician_id=clinician_id,
        start=edits.start or asked.start or (kept.start if kept else None),
        client_id=request.requester.client_id,
        chosen_client_id=edits.client_id,
    )


def _service(
    edits: Edits,
    request: AppointmentRequest,
    original: Appointment | None,
    records: FoundRecords,
) -> Service | None:
    wanted = edits.service_id or request.asked.service_id
    if wanted is None and original is not None:
        wanted = original.booking.service_id
    return None if wanted is None else records.services.get(wanted)


async def _practice(store: Store, practice_id: UUID) -> Practice:
    practice = await store.practices.get(practice_id)
    if practice is None:
        raise ActorNotStaff  # a practice that is gone has no staff
    return practice
