"""From records to what a client may know of them."""

from zoneinfo import ZoneInfo

from services.scheduler.use_cases.find_availability import Slot
from services.scheduler.use_cases.own_records import OwnAppointment, OwnRequest
from shared.portal.answers import OwnAppointmentAnswer, OwnRequestAnswer, SlotAnswer


def slot_answer(slot: Slot, practice_zone: str, asked_zone: str) -> SlotAnswer:
    """Return an open time in both zones."""
    return SlotAnswer(
        start=slot.start,
        start_at_practice=slot.start.astimezone(ZoneInfo(practice_zone)),
        start_in_zone=slot.start.astimezone(ZoneInfo(asked_zone)),
        clinician_ids=list(slot.clinician_ids),
    )


def own_appointment_answer(own: OwnAppointment) -> OwnAppointmentAnswer:
    """Return an appointment without what stays with staff."""
    booking = own.appointment.booking
    return OwnAppointmentAnswer(
        id=own.appointment.id,
        start=booking.start,
        end=booking.end,
        minutes=booking.minutes,
        clinician_id=booking.clinician_id,
        clinician_name=booking.clinician_name,
        service_id=booking.service_id,
        appointment_type=booking.appointment_type,
        modality=booking.modality,
        location=booking.location,
        pending_request_id=own.pending_request_id,
    )


def own_request_answer(own: OwnRequest) -> OwnRequestAnswer:
    """Return a request without flags, reason and who decided."""
    request, decision = own.request, own.request.decision
    asked = request.asked
    return OwnRequestAnswer(
        id=request.id,
        type=request.type,
        status=request.status,
        start=asked.start,
        service=asked.service_label,
        clinician_id=asked.clinician_id,
        clinician_name=asked.clinician_name,
        appointment_id=(decision and decision.appointment_id) or asked.appointment_id,
        original_start=asked.original_start,
        note=asked.note,
        submitted_at=request.submitted_at,
        decided_at=decision.at if decision else None,
        booked_start=own.booked_start,
    )
