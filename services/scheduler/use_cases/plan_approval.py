"""Work out what approving a request would do: read it and its records, apply the rules."""

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
    RequestNotFound,
    ServiceUnknown,
)
from services.scheduler.domain.warnings import BookingWarning
from services.scheduler.mongo.approval_records import FoundRecords
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


async def find_records(
    store: Store, actor: StaffMember, request_id: UUID, edits: Edits
) -> FoundRecords:
    """Return the request with its records; raises RequestNotFound as `find_request` does."""
    records = await store.approval_records.read(actor, request_id, edits)
    if records is None:
        raise RequestNotFound
    return records


async def plan_approval(
    store: Store,
    actor: StaffMember,
    records: FoundRecords,
    edits: Edits,
    confirmed: Confirmed,
    *,
    now: datetime,
) -> ApprovalPlan:
    """Return the plan; `records` are those that were found for the same edits.

    Raises:
        Refusal: a rule or a record stands against it.

    """
    request = records.request
    original = _original(records, confirmed)
    if request.type is RequestType.CANCELLATION and original is not None:
        return _plan_cancellation(records, edits, original, now)
    if (edits.clinician_id or request.asked.clinician_id or original) is None:
        raise ClinicianNeeded
    practice = _practice(records)
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
        practice=practice,
        client=client,
        client_is_new=is_new,
        original=original,
        appointment=appointment,
        changes=changes_from_asked(
            request.asked, booking, asked_service=asked_service, original=original
        ),
        warnings=warnings_of(practice, records.schedule, records.appointments, appointment),
        days=records.days,
    )


def _plan_cancellation(
    records: FoundRecords, edits: Edits, original: Appointment, now: datetime
) -> ApprovalPlan:
    if edits != Edits():
        raise CancellationTakesNoEdits
    practice = _practice(records)
    if records.client is None:
        raise ClientUnknown
    return ApprovalPlan(practice, records.client, False, original, original.cancel(now))


def _original(records: FoundRecords, confirmed: Confirmed) -> Appointment | None:
    request, original = records.request, records.original
    if request.type is RequestType.NEW:
        return None
    if original is None or not original.is_booked:
        raise OriginalGone
    if original.booking.start != request.asked.original_start and not confirmed.original:
        raise OriginalMoved(original.booking.start)
    return original


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


def _practice(records: FoundRecords) -> Practice:
    if records.practice is None:
        raise ActorNotStaff  # a practice that is gone has no staff
    return records.practice
