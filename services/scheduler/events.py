"""From what was decided to the events that tell of it."""

from typing import Final

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import AppointmentRequest, Decision
from services.scheduler.domain.booking_plan import FieldChange
from services.scheduler.domain.people import Client, Practice
from services.scheduler.domain.portal_access import Invitation, PortalAccess, invitation_event_id
from shared.schemas.appointment_changed import (
    AppointmentChange,
    AppointmentChanged,
    AppointmentChangedData,
)
from shared.schemas.appointment_details import (
    AskedFor,
    Booked,
    Change,
    PracticeContact,
    Previous,
    Recipient,
)
from shared.schemas.client_invited import ClientInvited, ClientInvitedData
from shared.schemas.request_approved import RequestApproved, RequestApprovedData
from shared.schemas.request_declined import RequestDeclined, RequestDeclinedData

SOURCE: Final = "/openchair/scheduler"


def approved_event(
    request: AppointmentRequest,
    decision: Decision,
    *,
    practice: Practice,
    client: Client,
    appointment: Appointment,
    previous: Appointment | None,
    changes: tuple[FieldChange, ...],
) -> RequestApproved:
    """Return everything the client's e-mail needs, and nothing else (PRODUCT 8.11)."""
    return RequestApproved(
        id=f"{request.id}:approved",
        source=SOURCE,
        subject=str(request.id),
        time=decision.at,
        practiceid=request.practice_id,
        correlationid=request.correlation_id,
        data=RequestApprovedData(
            request_id=request.id,
            request_type=request.type,
            decided_at=decision.at,
            practice=_contact(practice, client),
            client=_recipient(client, request.requester.time_zone),
            asked=AskedFor(start=request.asked.start, clinician_name=request.asked.clinician_name),
            appointment=_booked(appointment),
            previous=previous and _previous(previous),
            changes=_changes(changes),
        ),
    )


def declined_event(request: AppointmentRequest, decision: Decision) -> RequestDeclined:
    """Return ids and times only; the reason stays with the practice."""
    return RequestDeclined(
        id=f"{request.id}:declined",
        source=SOURCE,
        subject=str(request.id),
        time=decision.at,
        practiceid=request.practice_id,
        correlationid=request.correlation_id,
        data=RequestDeclinedData(
            request_id=request.id, request_type=request.type, decided_at=decision.at
        ),
    )


def appointment_changed_event(
    event_id: str,
    change: AppointmentChange,
    *,
    practice: Practice,
    client: Client,
    appointment: Appointment,
    previous: Appointment | None,
    changes: tuple[FieldChange, ...],
    correlation_id: str,
) -> AppointmentChanged:
    """Return what staff did to the calendar, with what the client's e-mail needs."""
    return AppointmentChanged(
        id=event_id,
        source=SOURCE,
        subject=str(appointment.id),
        time=appointment.changed_at,
        practiceid=appointment.practice_id,
        correlationid=correlation_id,
        data=AppointmentChangedData(
            change=change,
            changed_at=appointment.changed_at,
            notify_client=practice.emails_staff_changes,
            practice=_contact(practice, client),
            client=_recipient(client),
            appointment=_booked(appointment),
            previous=previous and _previous(previous),
            changes=_changes(changes),
        ),
    )


def client_invited_event(
    client: Client,
    invitation: Invitation,
    *,
    practice: Practice,
    portal_url: str,
    correlation_id: str,
) -> ClientInvited:
    """Return what the e-mail with the invitation needs."""
    return ClientInvited(
        id=invitation_event_id(invitation.id),
        source=SOURCE,
        subject=str(client.id),
        time=invitation.at,
        practiceid=client.practice_id,
        correlationid=correlation_id,
        data=ClientInvitedData(
            invitation_id=invitation.id,
            invited_at=invitation.at,
            practice=_contact(practice, client),
            client=_recipient(client),
            portal_url=portal_url,
        ),
    )


def _contact(practice: Practice, client: Client) -> PracticeContact:
    has_access = client.portal_access is not PortalAccess.NONE
    return PracticeContact(
        name=practice.name,
        time_zone=practice.time_zone,
        phone=practice.phone,
        email=practice.email,
        portal_url=practice.portal_url if has_access else None,
    )


def _recipient(client: Client, told_zone: str | None = None) -> Recipient:
    return Recipient(
        client_id=client.id,
        name=client.name,
        email=client.email,
        time_zone=told_zone or client.time_zone,
    )


def _changes(changes: tuple[FieldChange, ...]) -> tuple[Change, ...]:
    return tuple(
        Change(field=change.field, asked=change.asked, booked=change.booked) for change in changes
    )


def _booked(appointment: Appointment) -> Booked:
    booking = appointment.booking
    return Booked(
        appointment_id=appointment.id,
        sequence=appointment.sequence,
        status=appointment.status.value,
        start=booking.start,
        end=booking.end,
        minutes=booking.minutes,
        clinician_id=booking.clinician_id,
        clinician_name=booking.clinician_name,
        modality=booking.modality,
        location=booking.location,
    )


def _previous(appointment: Appointment) -> Previous:
    booking = appointment.booking
    return Previous(start=booking.start, end=booking.end, clinician_name=booking.clinician_name)
