"""From what was decided to the events that tell of it."""

from dataclasses import asdict
from typing import Final

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import (
    AppointmentRequest,
    Asked,
    Decision,
    Requester,
)
from services.scheduler.domain.booking_plan import FieldChange
from services.scheduler.domain.people import Client, Practice
from services.scheduler.domain.portal_access import Invitation, PortalAccess, invitation_event_id
from shared.schemas.appointment_changed import (
    AppointmentChange,
    AppointmentChanged,
    AppointmentChangedData,
)
from shared.schemas.appointment_details import (
    Addressee,
    AskedFor,
    Booked,
    Change,
    EmailTexts,
    PracticeContact,
    Previous,
    Recipient,
)
from shared.schemas.client_invited import ClientInvited, ClientInvitedData
from shared.schemas.request_approved import RequestApproved, RequestApprovedData
from shared.schemas.request_declined import (
    DeclineMessage,
    RequestDeclined,
    RequestDeclinedData,
)

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
            practice=contact_of(practice, client),
            client=recipient_of(client, request.requester),
            asked=_asked(request.asked),
            appointment=_booked(appointment),
            previous=previous and _previous(previous),
            changes=_changes(changes),
        ),
    )


def declined_event(
    request: AppointmentRequest, decision: Decision, message: DeclineMessage | None = None
) -> RequestDeclined:
    """Return ids and times, and the message if there is one; the reason stays with the practice."""
    return RequestDeclined(
        id=f"{request.id}:declined",
        source=SOURCE,
        subject=str(request.id),
        time=decision.at,
        practiceid=request.practice_id,
        correlationid=request.correlation_id,
        data=RequestDeclinedData(
            request_id=request.id,
            request_type=request.type,
            decided_at=decision.at,
            message=message,
        ),
    )


def decline_message(
    text: str, asked: Asked, *, practice: Practice, client: Client | None, addressee: Addressee
) -> DeclineMessage:
    """Return what staff wrote, with what the e-mail needs beside it; None is not on record."""
    return DeclineMessage(
        text=text,
        practice=contact_of(practice, client),
        client=addressee,
        asked=_asked(asked),
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
    notify_client: bool,
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
            notify_client=notify_client,
            practice=contact_of(practice, client),
            client=recipient_of(client),
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
            practice=contact_of(practice, client),
            client=recipient_of(client),
            portal_url=portal_url,
        ),
    )


def contact_of(practice: Practice, client: Client | None) -> PracticeContact:
    """Return how the practice signs its e-mails, as it is set now.

    Only who may use the portal is told where it is; None is somebody who is not on record, and who
    asked there.
    """
    may_use_it = client is None or client.portal_access is not PortalAccess.NONE
    emails = practice.emails
    return PracticeContact(
        name=practice.name,
        time_zone=practice.time_zone,
        phone=practice.phone,
        email=practice.email,
        sender_name=emails.sender_name,
        reply_to=emails.reply_to,
        language=emails.language,
        portal_url=practice.portal_url if may_use_it else None,
        texts=EmailTexts(**asdict(emails.texts)),
    )


def recipient_of(client: Client, who: Requester | None = None) -> Recipient:
    """Return the client on record; zone and language are as told with the request, if they were."""
    return Recipient(
        client_id=client.id,
        name=client.name,
        email=client.email,
        time_zone=(who and who.time_zone) or client.time_zone,
        language=(who and who.language) or client.language,
    )


def _asked(asked: Asked) -> AskedFor:
    return AskedFor(start=asked.start, clinician_name=asked.clinician_name)


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
