"""Appointments and requests as FHIR `Appointment`s (ADR 0013).

What is for staff alone has no place here: alert, reason, flags, what became of an e-mail.
"""

from datetime import datetime
from typing import Final

from services.scheduler.domain.appointment import Appointment, Booking
from services.scheduler.domain.appointment_request import AppointmentRequest, Asked, RequestFlag
from services.scheduler.http_api.fhir.datatypes import (
    MODALITY,
    REQUEST_TYPE,
    Resource,
    code_extension,
    instant,
    meta,
    named,
    reference,
    service_type,
)
from shared.schemas.vocabulary import RequestStatus

ANY_CLINICIAN: Final = "Any clinician"

_ACCEPTED: Final = "accepted"
_DECLINED: Final = "declined"
_NEEDS_ACTION: Final = "needs-action"

# What the request's state says of the client and of the clinician.
_ANSWERS: Final = {
    RequestStatus.PENDING: ("proposed", _ACCEPTED, _NEEDS_ACTION),
    RequestStatus.DECLINED: ("cancelled", _ACCEPTED, _DECLINED),
    RequestStatus.WITHDRAWN: ("cancelled", _DECLINED, _NEEDS_ACTION),
}


def appointment_resource(appointment: Appointment, booked_at: datetime | None) -> Resource:
    """Return a booked or cancelled appointment; `booked_at` (UTC) is None where it is not known."""
    booking = appointment.booking
    told: Resource = {
        "resourceType": "Appointment",
        "id": str(appointment.id),
        "meta": meta(appointment.version, appointment.changed_at),
        "extension": [code_extension(MODALITY, booking.modality.value)],
        "status": appointment.status.value,
        "serviceType": [service_type(booking.service_label, booking.service_code)],
        "appointmentType": {"text": booking.appointment_type},
        "start": instant(booking.start),
        "end": instant(booking.end),
        "minutesDuration": booking.minutes,
        "participant": _participants(appointment, booking),
    }
    if booked_at is not None:
        told["created"] = instant(booked_at)
    return told


def request_resource(request: AppointmentRequest) -> Resource:
    """Return a request that is not approved: `proposed` while it waits, else `cancelled`.

    One about an appointment refers to it. A cancellation wants no time, and has none.

    Raises:
        KeyError: it is approved, so its appointment tells of it.

    """
    status, client_answer, clinician_answer = _ANSWERS[request.status]
    asked = request.asked
    decided_at = request.decision.at if request.decision else request.received_at
    told: Resource = {
        "resourceType": "Appointment",
        "id": str(request.id),
        "meta": meta(request.version, max(request.received_at, decided_at)),
        "extension": [code_extension(REQUEST_TYPE, request.type.value)],
        "status": status,
        **_time_asked_for(asked),
        "created": instant(request.submitted_at),
        "participant": [
            _participant(_client(request), client_answer),
            _participant(_clinician(asked), clinician_answer),
        ],
    }
    if asked.service_label is not None:
        told["serviceType"] = [service_type(asked.service_label)]
    if asked.appointment_id is not None:
        told["supportingInformation"] = [reference("Appointment", asked.appointment_id)]
    return told


def _participants(appointment: Appointment, booking: Booking) -> list[Resource]:
    who = [
        reference("Patient", appointment.client_id, appointment.client_name),
        reference("Practitioner", booking.clinician_id, booking.clinician_name),
    ]
    if booking.location is not None:
        who.append(named("Location", booking.location))
    return [_participant(one, _ACCEPTED) for one in who]


def _participant(actor: Resource, status: str) -> Resource:
    return {"actor": actor, "required": "required", "status": status}


def _client(request: AppointmentRequest) -> Resource:
    requester = request.requester
    if requester.client_id is None or RequestFlag.CLIENT_UNKNOWN in request.flags:
        return named("Patient", requester.name)
    return reference("Patient", requester.client_id, requester.name)


def _clinician(asked: Asked) -> Resource:
    if asked.clinician_id is None:
        return named("Practitioner", ANY_CLINICIAN)
    return reference("Practitioner", asked.clinician_id, asked.clinician_name)


def _time_asked_for(asked: Asked) -> Resource:
    if asked.start is None or asked.interval is None:
        return {}
    if not asked.minutes:  # R4 wants both start and end, or neither
        return {"requestedPeriod": [{"start": instant(asked.start)}]}
    return {
        "start": instant(asked.start),
        "end": instant(asked.interval.end),
        "minutesDuration": asked.minutes,
    }
