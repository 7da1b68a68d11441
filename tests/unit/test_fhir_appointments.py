"""Appointments and requests as FHIR resources: valid R4, and nothing for staff alone is in them."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import (
    AppointmentRequest,
    Decision,
    Edits,
    RequestFlag,
)
from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.http_api.fhir.appointments import appointment_resource, request_resource
from shared.schemas.vocabulary import Modality, RequestStatus, RequestType
from tests.harness.fhir import check_fhir
from tests.unit.builders import (
    CLIENT_ID,
    DANA,
    NOW,
    ROOM,
    START,
    appointment,
    asked,
    pending_request,
)

SECRET = "alert-only-for-staff"
ORIGINAL = UUID(int=77)


def decided(status: RequestStatus, **changes: Any) -> AppointmentRequest:
    """Return a request of that state, with an internal reason."""
    by_staff = status is not RequestStatus.WITHDRAWN
    decision = Decision(
        status, DANA.id if by_staff else None, "Dana", NOW, Edits(alert=SECRET), SECRET, None
    )
    return replace(pending_request(), status=status, version=2, decision=decision, **changes)


def statuses(resource: dict[str, Any]) -> dict[str, str]:
    """Return each participant's answer by the kind of participant."""
    return {one["actor"]["type"]: one["status"] for one in resource["participant"]}


def test_a_booked_appointment_has_a_clear_place_for_everything() -> None:
    """Who, when, how long, what for, where, and in which version."""
    told = check_fhir(appointment_resource(appointment(alert=SECRET), NOW - timedelta(days=3)))

    assert told == {
        "resourceType": "Appointment",
        "id": str(UUID(int=30)),
        "meta": {"versionId": "1", "lastUpdated": "2027-02-01T12:00:00Z"},
        "extension": [{"url": "urn:openchair:fhir:modality", "valueCode": "in_person"}],
        "status": "booked",
        "serviceType": [
            {
                "coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "90834"}],
                "text": "Session",
            }
        ],
        "appointmentType": {"text": "Therapy Session"},
        "start": "2027-03-01T15:00:00Z",
        "end": "2027-03-01T15:45:00Z",
        "minutesDuration": 45,
        "created": "2027-01-29T12:00:00Z",
        "participant": [
            {
                "actor": {
                    "reference": f"Patient/{CLIENT_ID}",
                    "type": "Patient",
                    "display": "S\u00f8ren Dahl",
                },
                "required": "required",
                "status": "accepted",
            },
            {
                "actor": {
                    "reference": f"Practitioner/{DANA.id}",
                    "type": "Practitioner",
                    "display": "Dana Reyes",
                },
                "required": "required",
                "status": "accepted",
            },
            {
                "actor": {"type": "Location", "display": ROOM},
                "required": "required",
                "status": "accepted",
            },
        ],
    }


def test_a_cancelled_appointment_keeps_its_time_and_its_id() -> None:
    """Its version rises; it was agreed once, so nobody has declined it."""
    before: Appointment = appointment(modality=Modality.TELEHEALTH, location=None)
    told = check_fhir(appointment_resource(before.cancel(NOW + timedelta(hours=1)), None))

    assert (told["id"], told["status"]) == (str(before.id), "cancelled")
    assert told["meta"] == {"versionId": "2", "lastUpdated": "2027-02-01T13:00:00Z"}
    assert told["start"] == "2027-03-01T15:00:00Z"
    assert statuses(told) == {"Patient": "accepted", "Practitioner": "accepted"}
    assert told["extension"][0]["valueCode"] == "telehealth"
    assert "created" not in told


@pytest.mark.parametrize(
    ("code", "system"),
    [
        ("90834", "http://www.ama-assn.org/go/cpt"),
        ("0362T", "http://www.ama-assn.org/go/cpt"),
        ("G0176", "urn:openchair:service-code"),
        ("talk-45", "urn:openchair:service-code"),
        ("9083", "urn:openchair:service-code"),
    ],
)
def test_only_what_has_the_form_of_a_cpt_code_is_told_as_one(code: str, system: str) -> None:
    """Practices may have codes of their own."""
    told = check_fhir(appointment_resource(appointment(service_code=code), None))
    assert told["serviceType"][0]["coding"] == [{"system": system, "code": code}]


def test_a_pending_request_is_proposed_by_the_client() -> None:
    """The clinician has yet to answer; nothing is booked."""
    told = check_fhir(request_resource(pending_request(asked=asked(note=SECRET))))

    assert (told["id"], told["status"]) == (str(UUID(int=40)), "proposed")
    assert statuses(told) == {"Patient": "accepted", "Practitioner": "needs-action"}
    assert (told["start"], told["end"]) == ("2027-03-01T15:00:00Z", "2027-03-01T15:45:00Z")
    assert (told["minutesDuration"], told["created"]) == (45, "2027-02-01T10:00:00Z")
    assert told["meta"] == {"versionId": "1", "lastUpdated": "2027-02-01T11:00:00Z"}
    assert told["serviceType"] == [{"text": "Session"}]
    assert told["extension"] == [{"url": "urn:openchair:fhir:request-type", "valueCode": "new"}]
    assert "supportingInformation" not in told


@pytest.mark.parametrize(
    ("status", "client", "clinician"),
    [
        (RequestStatus.DECLINED, "accepted", "declined"),
        (RequestStatus.WITHDRAWN, "declined", "needs-action"),
    ],
)
def test_a_closed_request_is_cancelled_by_whoever_closed_it(
    status: RequestStatus, client: str, clinician: str
) -> None:
    """The participant who did not want it any more has declined."""
    told = check_fhir(request_resource(decided(status)))

    assert told["status"] == "cancelled"
    assert statuses(told) == {"Patient": client, "Practitioner": clinician}
    assert told["meta"] == {"versionId": "2", "lastUpdated": "2027-02-01T12:00:00Z"}
    assert SECRET not in json.dumps(told)


def test_an_approved_request_is_no_resource() -> None:
    """Its appointment is."""
    with pytest.raises(KeyError):
        request_resource(decided(RequestStatus.APPROVED))


def test_asking_to_move_refers_to_the_original() -> None:
    """With the time that is wanted instead."""
    wanted = asked(appointment_id=ORIGINAL, original_start=START - timedelta(days=1))
    told = check_fhir(request_resource(pending_request(type=RequestType.RESCHEDULE, asked=wanted)))

    assert told["supportingInformation"] == [
        {"reference": f"Appointment/{ORIGINAL}", "type": "Appointment"}
    ]
    assert told["extension"][0]["valueCode"] == "reschedule"
    assert told["start"] == "2027-03-01T15:00:00Z"


def test_asking_to_cancel_proposes_no_time() -> None:
    """Who reads it as a wish for a time would keep the slot of somebody who wants to give it up."""
    wanted = asked(appointment_id=ORIGINAL, original_start=START, start=None)
    told = check_fhir(
        request_resource(pending_request(type=RequestType.CANCELLATION, asked=wanted))
    )

    assert told["status"] == "proposed"
    assert not {"start", "end", "minutesDuration", "requestedPeriod"} & set(told)
    assert told["supportingInformation"][0]["reference"] == f"Appointment/{ORIGINAL}"
    assert told["extension"][0]["valueCode"] == "cancellation"


def test_a_time_of_unknown_length_is_a_wish_for_a_time() -> None:
    """R4 takes a start only together with an end."""
    wanted = asked(minutes=None, service_id=None, service_label=None)
    told = check_fhir(request_resource(pending_request(asked=wanted)))

    assert told["requestedPeriod"] == [{"start": "2027-03-01T15:00:00Z"}]
    assert not {"start", "end", "minutesDuration", "serviceType"} & set(told)


def test_who_has_no_record_is_named_and_not_referred_to() -> None:
    """A new client, one whom the practice does not know, and a clinician left open."""
    request = pending_request()
    new = replace(request.requester, client_id=None, is_new=True)
    for odd in (
        replace(request, requester=new),
        replace(request, flags=frozenset({RequestFlag.CLIENT_UNKNOWN})),
    ):
        told = check_fhir(request_resource(odd))
        assert told["participant"][0]["actor"] == {"type": "Patient", "display": "S\u00f8ren Dahl"}
    told = check_fhir(
        request_resource(replace(request, asked=asked(clinician_id=None, clinician_name=None)))
    )
    assert told["participant"][1]["actor"] == {
        "type": "Practitioner",
        "display": "Any clinician",
    }


def test_what_is_for_staff_is_in_no_appointment() -> None:
    """No alert, no note, no contact, no state of an e-mail, no flag."""
    failed = Notification("e", NotificationStatus.FAILED, NOW, SECRET, SECRET)
    whole = replace(appointment(alert=SECRET), notification=failed)
    request = pending_request(
        asked=asked(note=SECRET), notification=failed, flags=frozenset(RequestFlag)
    )
    told = json.dumps([appointment_resource(whole, NOW), request_resource(request)])
    for secret in (SECRET, "soren@example.org", "+1 212", "1994", "failed", "flag", "moved"):
        assert secret not in told


@pytest.mark.parametrize(
    "change",
    [
        {"status": "echo"},
        {"status": "booked", "start": "2027-03-01T15:00:00"},
        {"participant": []},
        {"echo": 1},
        {"serviceType": [{"coding": [{"system": 1}]}]},
        {"participant": [{"actor": {"type": "Bundle", "display": "x"}, "status": "accepted"}]},
    ],
)
def test_the_check_itself_refuses_what_is_not_fhir(change: dict[str, Any]) -> None:
    """A check that passes everything would be of no use."""
    with pytest.raises((AssertionError, ValidationError)):
        check_fhir({**appointment_resource(appointment(), NOW), **change})
