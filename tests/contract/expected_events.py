"""What the golden messages mean, as values of the models."""

from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from shared.schemas.appointment_changed import (
    AppointmentChange,
    AppointmentChanged,
    AppointmentChangedData,
)
from shared.schemas.appointment_details import (
    AskedFor,
    Booked,
    Change,
    EmailTexts,
    PracticeContact,
    Previous,
    Recipient,
)
from shared.schemas.client_invited import ClientInvited, ClientInvitedData
from shared.schemas.envelope import Envelope
from shared.schemas.notification_failed import (
    FailureReason,
    NotificationFailed,
    NotificationFailedData,
)
from shared.schemas.notification_sent import NotificationSent, NotificationSentData
from shared.schemas.notification_skipped import (
    NotificationSkipped,
    NotificationSkippedData,
    SkipReason,
)
from shared.schemas.request_approved import RequestApproved, RequestApprovedData
from shared.schemas.request_declined import RequestDeclined, RequestDeclinedData
from shared.schemas.request_submitted import (
    ProspectiveClient,
    RequestSubmitted,
    RequestSubmittedData,
)
from shared.schemas.request_withdrawn import RequestWithdrawn, RequestWithdrawnData
from shared.schemas.vocabulary import ChangedField, Language, Modality, RequestType

PRACTICE: Final = UUID("b3a5f1c4-6d2e-5f70-8a91-0c1d2e3f4a5b")
CLIENT: Final = UUID("1f2e3d4c-5b6a-5978-8695-a4b3c2d1e0f0")
APPOINTMENT: Final = UUID("9a8b7c6d-5e4f-5a3b-8c2d-1e0f9a8b7c6d")
SERVICE: Final = UUID("2c3d4e5f-6a7b-5c8d-9e0f-1a2b3c4d5e6f")
CLINICIAN: Final = UUID("3d4e5f6a-7b8c-5d9e-8f1a-2b3c4d5e6f7a")
TRACE: Final = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
NOON: Final = datetime(2027, 2, 1, 12, tzinfo=UTC)
THEN: Final = datetime(2027, 2, 1, 12, 0, 0, 123456, tzinfo=UTC)
START: Final = datetime(2027, 3, 1, 15, tzinfo=UTC)


def request_id(number: int) -> UUID:
    """Return the id of the request that golden message `number` is about."""
    return UUID(f"7d0f6f5e-59c8-5c12-9a3f-5b0c7a1c9e{number:02d}")


def envelope(number: int, what: str, source: str, **others: Any) -> dict[str, Any]:
    """Return the attributes that all golden messages have."""
    return {
        "id": f"{request_id(number)}:{what}",
        "source": f"/openchair/{source}",
        "subject": str(request_id(number)),
        "time": NOON,
        "practiceid": PRACTICE,
        "correlationid": f"portal-{number:04d}",
        **others,
    }


def about_appointment(number: int, *, sequence: int, **others: Any) -> dict[str, Any]:
    """Return the attributes of a message about an appointment, as it is after a change."""
    return envelope(
        number,
        "changed",
        "scheduler",
        id=f"{APPOINTMENT}:{sequence}:changed",
        subject=str(APPOINTMENT),
        **others,
    )


EXPECTED: Final[dict[str, Envelope[Any]]] = {
    "request.submitted.v1.minimal": RequestSubmitted(
        **envelope(1, "submitted", "request_intake"),
        data=RequestSubmittedData(
            request_id=request_id(1),
            request_type=RequestType.CANCELLATION,
            submitted_at=NOON,
            submitted_by="amara",
            client_id=CLIENT,
            appointment_id=APPOINTMENT,
        ),
    ),
    "request.submitted.v1.full": RequestSubmitted(
        **envelope(2, "submitted", "request_intake", time=THEN, traceparent=TRACE),
        data=RequestSubmittedData(
            request_id=request_id(2),
            request_type=RequestType.NEW,
            submitted_at=THEN,
            submitted_by="portal",
            prospective_client=ProspectiveClient(
                name="Zo\u00eb Hartmann",
                birth_date=date(1996, 2, 29),
                email="zoe.hartmann@example.org",
                phone="+1 212 555 0190",
            ),
            service_id=SERVICE,
            clinician_id=CLINICIAN,
            start=START,
            time_zone="America/Chicago",
            note="I would like to talk to someone.\nMornings are best \U0001f44b\U0001f3fd",
            language=Language.SPANISH,
        ),
    ),
    "request.approved.v1.minimal": RequestApproved(
        **envelope(3, "approved", "scheduler"),
        data=RequestApprovedData(
            request_id=request_id(3),
            request_type=RequestType.NEW,
            decided_at=NOON,
            practice=PracticeContact(name="Harbor Street Practice", time_zone="America/New_York"),
            client=Recipient(
                client_id=CLIENT, name="S\u00f8ren Dahl", email="soren.dahl@example.org"
            ),
            asked=AskedFor(),
            appointment=Booked(
                appointment_id=APPOINTMENT,
                sequence=0,
                status="booked",
                start=START,
                end=datetime(2027, 3, 1, 15, 45, tzinfo=UTC),
                minutes=45,
                clinician_id=CLINICIAN,
                clinician_name="Dana Reyes",
                modality=Modality.TELEHEALTH,
            ),
        ),
    ),
    "request.approved.v1.full": RequestApproved(
        **envelope(4, "approved", "scheduler", traceparent=TRACE),
        data=RequestApprovedData(
            request_id=request_id(4),
            request_type=RequestType.RESCHEDULE,
            decided_at=NOON,
            practice=PracticeContact(
                name="Harbor Street Practice",
                time_zone="America/New_York",
                phone="+1 212 555 0100",
                email="office@example.org",
            ),
            client=Recipient(
                client_id=CLIENT,
                name="S\u00f8ren Dahl",
                email="soren.dahl@example.org",
                time_zone="America/Chicago",
            ),
            asked=AskedFor(
                start=datetime(2027, 3, 1, 14, tzinfo=UTC), clinician_name="In\u00eas Carvalho"
            ),
            appointment=Booked(
                appointment_id=APPOINTMENT,
                sequence=1,
                status="booked",
                start=START,
                end=datetime(2027, 3, 1, 15, 50, tzinfo=UTC),
                minutes=50,
                clinician_id=CLINICIAN,
                clinician_name="Dana Reyes",
                modality=Modality.IN_PERSON,
                location="12 Harbor Street, Suite 4",
            ),
            previous=Previous(
                start=datetime(2027, 2, 22, 15, tzinfo=UTC),
                end=datetime(2027, 2, 22, 15, 45, tzinfo=UTC),
                clinician_name="In\u00eas Carvalho",
            ),
            changes=(
                Change(
                    field=ChangedField.START,
                    asked="2027-03-01T14:00:00+00:00",
                    booked="2027-03-01T15:00:00+00:00",
                ),
                Change(
                    field=ChangedField.CLINICIAN, asked="In\u00eas Carvalho", booked="Dana Reyes"
                ),
                Change(field=ChangedField.MINUTES, asked="45", booked="50"),
            ),
        ),
    ),
    "request.declined.v1.minimal": RequestDeclined(
        **envelope(5, "declined", "scheduler"),
        data=RequestDeclinedData(
            request_id=request_id(5), request_type=RequestType.NEW, decided_at=NOON
        ),
    ),
    "request.declined.v1.full": RequestDeclined(
        **envelope(6, "declined", "scheduler", traceparent=TRACE),
        data=RequestDeclinedData(
            request_id=request_id(6), request_type=RequestType.CANCELLATION, decided_at=NOON
        ),
    ),
    "request.withdrawn.v1.minimal": RequestWithdrawn(
        **envelope(7, "withdrawn", "request_intake"),
        data=RequestWithdrawnData(
            request_id=request_id(7), withdrawn_at=NOON, withdrawn_by="portal"
        ),
    ),
    "request.withdrawn.v1.full": RequestWithdrawn(
        **envelope(8, "withdrawn", "request_intake", time=THEN, traceparent=TRACE),
        data=RequestWithdrawnData(
            request_id=request_id(8), withdrawn_at=THEN, withdrawn_by="amara", client_id=CLIENT
        ),
    ),
    "appointment.changed.v1.minimal": AppointmentChanged(
        **about_appointment(9, sequence=0),
        data=AppointmentChangedData(
            change=AppointmentChange.BOOKED,
            changed_at=NOON,
            notify_client=False,
            practice=PracticeContact(name="Harbor Street Practice", time_zone="America/New_York"),
            client=Recipient(
                client_id=CLIENT, name="S\u00f8ren Dahl", email="soren.dahl@example.org"
            ),
            appointment=Booked(
                appointment_id=APPOINTMENT,
                sequence=0,
                status="booked",
                start=START,
                end=datetime(2027, 3, 1, 15, 45, tzinfo=UTC),
                minutes=45,
                clinician_id=CLINICIAN,
                clinician_name="Dana Reyes",
                modality=Modality.TELEHEALTH,
            ),
        ),
    ),
    "appointment.changed.v1.full": AppointmentChanged(
        **about_appointment(10, sequence=3, traceparent=TRACE),
        data=AppointmentChangedData(
            change=AppointmentChange.MOVED,
            changed_at=NOON,
            notify_client=True,
            practice=PracticeContact(
                name="Harbor Street Practice",
                time_zone="America/New_York",
                phone="+1 212 555 0100",
                email="office@example.org",
            ),
            client=Recipient(
                client_id=CLIENT,
                name="S\u00f8ren Dahl",
                email="soren.dahl@example.org",
                time_zone="America/Chicago",
            ),
            appointment=Booked(
                appointment_id=APPOINTMENT,
                sequence=3,
                status="booked",
                start=START,
                end=datetime(2027, 3, 1, 15, 50, tzinfo=UTC),
                minutes=50,
                clinician_id=CLINICIAN,
                clinician_name="Dana Reyes",
                modality=Modality.IN_PERSON,
                location="12 Harbor Street, Suite 4",
            ),
            previous=Previous(
                start=datetime(2027, 2, 22, 15, tzinfo=UTC),
                end=datetime(2027, 2, 22, 15, 45, tzinfo=UTC),
                clinician_name="In\u00eas Carvalho",
            ),
            changes=(
                Change(
                    field=ChangedField.START,
                    asked="2027-02-22T15:00:00+00:00",
                    booked="2027-03-01T15:00:00+00:00",
                ),
                Change(
                    field=ChangedField.CLINICIAN, asked="In\u00eas Carvalho", booked="Dana Reyes"
                ),
                Change(field=ChangedField.MINUTES, asked="45", booked="50"),
                Change(
                    field=ChangedField.LOCATION,
                    asked="Garden room",
                    booked="12 Harbor Street, Suite 4",
                ),
            ),
        ),
    ),
    "notification.sent.v1.minimal": NotificationSent(
        **envelope(
            11, "", "notifier", id=f"{APPOINTMENT}:1:changed:sent", subject=str(APPOINTMENT)
        ),
        data=NotificationSentData(
            event_id=f"{APPOINTMENT}:1:changed", appointment_id=APPOINTMENT, at=NOON
        ),
    ),
    "notification.sent.v1.full": NotificationSent(
        **envelope(
            12, "approved:sent", "notifier", subject=str(APPOINTMENT), time=THEN, traceparent=TRACE
        ),
        data=NotificationSentData(
            event_id=f"{request_id(12)}:approved",
            appointment_id=APPOINTMENT,
            request_id=request_id(12),
            at=THEN,
        ),
    ),
    "notification.failed.v1.minimal": NotificationFailed(
        **envelope(
            13, "", "notifier", id=f"{APPOINTMENT}:0:changed:failed", subject=str(APPOINTMENT)
        ),
        data=NotificationFailedData(
            event_id=f"{APPOINTMENT}:0:changed",
            appointment_id=APPOINTMENT,
            at=NOON,
            reason=FailureReason.GIVEN_UP,
        ),
    ),
    "notification.failed.v1.full": NotificationFailed(
        **envelope(
            14,
            "approved:failed",
            "notifier",
            subject=str(APPOINTMENT),
            time=THEN,
            traceparent=TRACE,
        ),
        data=NotificationFailedData(
            event_id=f"{request_id(14)}:approved",
            appointment_id=APPOINTMENT,
            request_id=request_id(14),
            at=THEN,
            reason=FailureReason.ADDRESS_REFUSED,
            smtp_code=550,
        ),
    ),
    "notification.skipped.v1.minimal": NotificationSkipped(
        **envelope(
            15, "", "notifier", id=f"{APPOINTMENT}:0:changed:skipped", subject=str(APPOINTMENT)
        ),
        data=NotificationSkippedData(
            event_id=f"{APPOINTMENT}:0:changed",
            appointment_id=APPOINTMENT,
            at=NOON,
            reason=SkipReason.OVER,
        ),
    ),
    "notification.skipped.v1.full": NotificationSkipped(
        **envelope(
            16,
            "approved:skipped",
            "notifier",
            subject=str(APPOINTMENT),
            time=THEN,
            traceparent=TRACE,
        ),
        data=NotificationSkippedData(
            event_id=f"{request_id(16)}:approved",
            appointment_id=APPOINTMENT,
            request_id=request_id(16),
            at=THEN,
            reason=SkipReason.SUPERSEDED,
        ),
    ),
    "client.invited.v1.minimal": ClientInvited(
        **envelope(17, "invited", "scheduler", subject=str(CLIENT)),
        data=ClientInvitedData(
            invitation_id=request_id(17),
            invited_at=NOON,
            practice=PracticeContact(name="Harbor Street Practice", time_zone="America/New_York"),
            client=Recipient(
                client_id=CLIENT, name="S\u00f8ren Dahl", email="soren.dahl@example.org"
            ),
            portal_url="https://portal.example.org",
        ),
    ),
    "client.invited.v1.full": ClientInvited(
        **envelope(18, "invited", "scheduler", subject=str(CLIENT), traceparent=TRACE),
        data=ClientInvitedData(
            invitation_id=request_id(18),
            invited_at=NOON,
            practice=PracticeContact(
                name="Harbor Street Practice",
                time_zone="America/New_York",
                phone="+1 212 555 0100",
                email="office@example.org",
                sender_name="Harbor Street",
                reply_to="front.desk@example.org",
                language=Language.ENGLISH,
                portal_url="https://portal.example.org/harbor-street",
                texts=EmailTexts(
                    arrival="Ring twice.\nThe lift is on the left.",
                    cancelling="Please tell us a day before.",
                    closing="See you soon",
                ),
            ),
            client=Recipient(
                client_id=CLIENT,
                name="S\u00f8ren Dahl",
                email="soren.dahl@example.org",
                time_zone="Europe/Berlin",
                language=Language.GERMAN,
            ),
            portal_url="https://portal.example.org/harbor-street",
        ),
    ),
}
