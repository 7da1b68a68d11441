"""From a decision to its event: what the client's e-mail needs, and nothing that staff keep."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.scheduler.domain.appointment_request import AppointmentRequest, Decision, Edits
from services.scheduler.domain.booking_plan import FieldChange
from services.scheduler.domain.email_settings import EmailSettings, EmailTexts
from services.scheduler.domain.people import Client, Practice
from services.scheduler.domain.portal_access import PortalAccess
from services.scheduler.events import approved_event, decline_message, declined_event
from shared.schemas.appointment_details import Addressee, PracticeContact
from shared.schemas.appointment_details import EmailTexts as Texts
from shared.schemas.request_approved import RequestApproved
from shared.schemas.request_declined import RequestDeclined
from shared.schemas.vocabulary import ChangedField, Language, RequestStatus, RequestType
from tests.unit.builders import (
    CLIENT,
    DANA,
    KEPT_BACK,
    NOW,
    PRACTICE,
    PRACTICE_ID,
    ROOM,
    START,
    appointment,
    asked,
    pending_request,
)

BOOKED = appointment(
    alert=KEPT_BACK["alert"], service_code=KEPT_BACK["code"], service_label=KEPT_BACK["label"]
)
REQUEST = pending_request(asked=asked(note=KEPT_BACK["note"], service_label=KEPT_BACK["label"]))
DECISION = Decision(
    status=RequestStatus.APPROVED,
    by_staff_id=DANA.id,
    by_name=DANA.name,
    at=NOW,
    edits=Edits(alert=KEPT_BACK["edited alert"]),
    reason=KEPT_BACK["reason"],
    appointment_id=BOOKED.id,
)
CHANGE = FieldChange(ChangedField.MINUTES, "60", "45")


def approve(
    request: AppointmentRequest = REQUEST, client: Client = CLIENT, practice: Practice = PRACTICE
) -> RequestApproved:
    """Return the event of a new appointment, with a change."""
    return approved_event(
        request,
        DECISION,
        practice=practice,
        client=client,
        appointment=BOOKED,
        previous=None,
        changes=(CHANGE,),
    )


def test_what_staff_keep_is_not_in_the_events() -> None:
    """No alert, no note, no code, no label, no reason: neither approved nor declined."""
    declined = declined_event(REQUEST, replace(DECISION, status=RequestStatus.DECLINED))
    for event in (approve(), declined):
        written = event.model_dump_json()
        for what, text in KEPT_BACK.items():
            assert text not in written, what
        assert "1994" not in written
        assert "0129" not in written


def test_a_decline_holds_ids_and_times_only() -> None:
    """No name and no address travels where nobody is e-mailed."""
    declined = declined_event(REQUEST, replace(DECISION, status=RequestStatus.DECLINED))
    assert declined.data.model_dump(mode="json") == {
        "request_id": str(REQUEST.id),
        "request_type": "new",
        "decided_at": "2027-02-01T12:00:00Z",
        "message": None,
    }
    assert "example.org" not in declined.model_dump_json()
    assert declined.id == f"{REQUEST.id}:declined"


def test_the_id_is_the_requests() -> None:
    """Published twice, it is the same event: consumers know it by its id."""
    assert approve().id == approve().id == f"{REQUEST.id}:approved"
    assert approve().correlationid == REQUEST.correlation_id
    assert approve().practiceid == PRACTICE_ID
    assert approve().time == NOW


def test_it_says_what_was_booked_and_what_differs() -> None:
    """Everything the e-mail needs travels in it."""
    data = approve().data
    assert data.appointment.start == START
    assert data.appointment.end == START + timedelta(minutes=45)
    assert data.appointment.location == ROOM
    assert data.appointment.sequence == 0
    assert data.asked.start == START
    assert data.client.email == "soren@example.org"
    assert data.practice.time_zone == "America/New_York"
    assert [(c.field, c.asked, c.booked) for c in data.changes] == [
        (ChangedField.MINUTES, "60", "45")
    ]


@pytest.mark.parametrize(
    ("in_request", "on_record", "told"),
    [
        ("Europe/Berlin", "America/Chicago", "Europe/Berlin"),
        (None, "America/Chicago", "America/Chicago"),
        (None, None, None),
    ],
)
def test_the_clients_zone_is_the_one_last_told(
    in_request: str | None, on_record: str | None, told: str | None
) -> None:
    """Where the client asked from, else what the record says."""
    request = replace(REQUEST, requester=replace(REQUEST.requester, time_zone=in_request))
    assert approve(request, replace(CLIENT, time_zone=on_record)).data.client.time_zone == told


@pytest.mark.parametrize(
    ("in_request", "on_record", "told"),
    [
        (Language.GERMAN, Language.SPANISH, Language.GERMAN),
        (None, Language.SPANISH, Language.SPANISH),
        (None, None, None),
    ],
)
def test_the_clients_language_is_the_one_last_told(
    in_request: Language | None, on_record: Language | None, told: Language | None
) -> None:
    """What the request said, else the record; with neither, the notifier takes the practice's."""
    request = replace(REQUEST, requester=replace(REQUEST.requester, language=in_request))
    assert approve(request, replace(CLIENT, language=on_record)).data.client.language is told


def test_the_practice_signs_as_it_has_set() -> None:
    """Sender, replies, language, portal and texts travel in the event."""
    emails = EmailSettings(
        sender_name="Harbor Street",
        reply_to="answers@example.org",
        language=Language.GERMAN,
        texts=EmailTexts("Ring twice.", "A day before.", "Yours"),
    )
    practice = replace(PRACTICE, emails=emails, portal_url="https://portal.example.org/harbor")
    amara = replace(CLIENT, portal_access=PortalAccess.ACTIVE)
    assert approve(client=amara, practice=practice).data.practice == PracticeContact(
        name=PRACTICE.name,
        time_zone=PRACTICE.time_zone,
        phone=PRACTICE.phone,
        email=PRACTICE.email,
        sender_name="Harbor Street",
        reply_to="answers@example.org",
        language=Language.GERMAN,
        portal_url="https://portal.example.org/harbor",
        texts=Texts(arrival="Ring twice.", cancelling="A day before.", closing="Yours"),
    )


def test_a_message_travels_with_what_its_email_needs_and_no_more() -> None:
    """The text, the practice, to whom and about what; what staff keep stays with them."""
    client = Addressee(name=CLIENT.name, email=CLIENT.email)
    message = decline_message(
        "We are full.", REQUEST.asked, practice=PRACTICE, client=None, addressee=client
    )
    decision = replace(DECISION, status=RequestStatus.DECLINED, message="We are full.")

    event = declined_event(REQUEST, decision, message)

    assert event.data.message == message
    assert message.text == "We are full."
    assert (message.asked.start, message.asked.clinician_name) == (START, DANA.name)
    assert message.practice.name == PRACTICE.name
    for what, text in KEPT_BACK.items():
        assert text not in event.model_dump_json(), what
    assert RequestDeclined.model_validate_json(event.model_dump_json()) == event


def test_a_cancelled_appointment_says_so() -> None:
    """With the raised sequence and what was booked before."""
    event = approved_event(
        replace(REQUEST, type=RequestType.CANCELLATION),
        DECISION,
        practice=PRACTICE,
        client=CLIENT,
        appointment=BOOKED.cancel(NOW),
        previous=BOOKED,
        changes=(),
    )
    assert event.data.appointment.status == "cancelled"
    assert event.data.appointment.sequence == 1
    assert event.data.previous is not None
    assert event.data.previous.start == START


def test_events_survive_the_wire() -> None:
    """What the notifier reads is what was decided."""
    assert RequestApproved.model_validate_json(approve().model_dump_json()) == approve()
    declined = declined_event(REQUEST, DECISION)
    assert RequestDeclined.model_validate(json.loads(declined.model_dump_json())) == declined
    assert UUID(declined.subject) == REQUEST.id


@pytest.mark.parametrize("access", PortalAccess)
def test_the_portal_is_named_to_those_who_can_use_it(access: PortalAccess) -> None:
    """Anybody else would be turned away there."""
    url = "https://portal.example.org/a-practice"
    event = approved_event(
        REQUEST,
        DECISION,
        practice=replace(PRACTICE, portal_url=url),
        client=replace(CLIENT, portal_access=access),
        appointment=BOOKED,
        previous=None,
        changes=(),
    )
    assert event.data.practice.portal_url == (None if access is PortalAccess.NONE else url)
