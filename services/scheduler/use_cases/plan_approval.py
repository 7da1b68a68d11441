"""Work out what approving a request would do: read its records, apply the rules, write nothing."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import AppointmentRequest, Edits
from services.scheduler.domain.booking_plan import FieldChange, changes_from_asked, plan_booking
from services.scheduler.domain.people import Client, Practice, Service, StaffMember
from services.scheduler.domain.refusals import (
    ActorNotStaff,
    CancellationTakesNoEdits,
    ClientUnknown,
    ClinicianNeeded,
    ClinicianUnknown,
    OriginalGone,
    ServiceUnknown,
)
from services.scheduler.mongo.store import Store
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


async def plan_approval(
    store: Store, request: AppointmentRequest, edits: Edits, *, now: datetime
) -> ApprovalPlan:
    """Return the plan.

    Raises:
        Refusal: a rule or a record stands against it.

    """
    practice = await store.practices.get(request.practice_id)
    if practice is None:
        raise ActorNotStaff  # a practice that is gone has no staff
    original = await _original(store, request)
    if request.type is RequestType.CANCELLATION and original is not None:
        if edits != Edits():
            raise CancellationTakesNoEdits
        client = await _existing_client(store, request)
        return ApprovalPlan(practice, client, False, original, original.cancel(), ())
    asked_service = await _service(store, request, request.asked.service_id)
    kept_id = original.booking.service_id if original else None
    wanted_id = edits.service_id or request.asked.service_id or kept_id
    service = await _service(store, request, wanted_id)
    if service is None:
        raise ServiceUnknown
    clinician = await _clinician(store, request, edits, original)
    booking = plan_booking(
        request.asked, edits, service=service, clinician=clinician, original=original, now=now
    )
    client = (
        _new_client(request, clinician)
        if request.requester.is_new
        else await _existing_client(store, request)
    )
    appointment = (
        original.move(booking)
        if original is not None
        else Appointment(uuid4(), request.practice_id, client.id, client.name, booking)
    )
    changes = changes_from_asked(
        request.asked, booking, asked_service=asked_service, original=original
    )
    return ApprovalPlan(practice, client, request.requester.is_new, original, appointment, changes)


async def _original(store: Store, request: AppointmentRequest) -> Appointment | None:
    if request.type is RequestType.NEW:
        return None
    if request.asked.appointment_id is None or request.requester.client_id is None:
        raise OriginalGone
    original = await store.appointments.get_of_client(
        request.practice_id, request.requester.client_id, request.asked.appointment_id
    )
    if original is None:
        raise OriginalGone
    return original


async def _service(
    store: Store, request: AppointmentRequest, service_id: UUID | None
) -> Service | None:
    if service_id is None:
        return None
    return await store.services.get(request.practice_id, service_id)


async def _clinician(
    store: Store, request: AppointmentRequest, edits: Edits, original: Appointment | None
) -> StaffMember:
    kept_id = original.booking.clinician_id if original else None
    clinician_id = edits.clinician_id or request.asked.clinician_id or kept_id
    if clinician_id is None:
        raise ClinicianNeeded
    clinician = await store.staff.get(request.practice_id, clinician_id)
    if clinician is None:
        raise ClinicianUnknown
    return clinician


async def _existing_client(store: Store, request: AppointmentRequest) -> Client:
    client_id = request.requester.client_id
    client = client_id and await store.clients.get(request.practice_id, client_id)
    if not client:
        raise ClientUnknown
    return client


def _new_client(request: AppointmentRequest, clinician: StaffMember) -> Client:
    who = request.requester
    if who.email is None or who.phone is None or who.birth_date is None:
        raise ClientUnknown
    return Client(
        id=uuid4(),
        practice_id=request.practice_id,
        name=who.name,
        email=who.email,
        phone=who.phone,
        birth_date=who.birth_date,
        assigned_staff_ids=(clinician.id,),
        time_zone=who.time_zone,
    )
