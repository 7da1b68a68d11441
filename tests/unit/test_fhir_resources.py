"""People, calendars, searches and errors as FHIR resources, each of them valid R4."""

import json
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.people import Client
from services.scheduler.domain.refusals import Refusal, RequestBecameAppointment
from services.scheduler.domain.slots import Slot, SlotStatus
from services.scheduler.http_api.errors import STATUS, refused_as
from services.scheduler.http_api.fhir.bundles import searchset
from services.scheduler.http_api.fhir.capability import SOFTWARE_VERSION, capability_statement
from services.scheduler.http_api.fhir.datatypes import instant
from services.scheduler.http_api.fhir.outcomes import operation_outcome
from services.scheduler.http_api.fhir.parameters import Search, unusable
from services.scheduler.http_api.fhir.people import patient_resource, practitioner_resource
from services.scheduler.http_api.fhir.routes import OFFERS
from services.scheduler.http_api.fhir.schedules import (
    parse_slot_id,
    schedule_resource,
    slot_id,
    slot_resource,
)
from shared.http.problems import Problem
from tests.harness.fhir import check_fhir
from tests.unit.builders import (
    CLIENT_ID,
    DANA,
    INES,
    NOW,
    PRACTICE_ID,
    PRIYA,
    START,
)

BASE = "https://staff.example.org/fhir/r4"


def client(**changes: Any) -> Client:
    """Return a client of Dana's."""
    whole = Client(
        CLIENT_ID,
        PRACTICE_ID,
        "S\u00f8ren Dahl",
        "soren@example.org",
        "+1 212 555 0129",
        date(1994, 5, 31),
        (DANA.id, INES.id),
        version=4,
    )
    return replace(whole, **changes)


def test_a_client_is_a_patient() -> None:
    """What it takes to call and to tell apart, and whose client it is."""
    told = check_fhir(patient_resource(client()))

    assert told["meta"] == {"versionId": "4"}
    assert told["name"] == [{"text": "S\u00f8ren Dahl"}]
    assert {one["system"]: one["value"] for one in told["telecom"]} == {
        "phone": "+1 212 555 0129",
        "email": "soren@example.org",
    }
    assert told["birthDate"] == "1994-05-31"
    assert [one["reference"] for one in told["generalPractitioner"]] == [
        f"Practitioner/{DANA.id}",
        f"Practitioner/{INES.id}",
    ]
    assert told["identifier"][0]["value"] == f"urn:uuid:{CLIENT_ID}"


def test_a_client_of_nobody_without_contacts_is_a_patient_too() -> None:
    """What is not known is left out, since FHIR has no empty values."""
    told = check_fhir(patient_resource(client(phone="", email="", assigned_staff_ids=())))
    assert not {"telecom", "generalPractitioner"} & set(told)


def test_staff_are_practitioners() -> None:
    """Also those who have left: old appointments refer to them."""
    assert check_fhir(practitioner_resource(DANA))["active"] is True
    told = check_fhir(practitioner_resource(replace(PRIYA, active=False)))
    assert (told["active"], told["name"]) == (False, [{"text": "Priya Raman"}])
    assert "example.org" not in json.dumps(told)


def test_a_calendar_is_a_schedule_as_far_as_booking_goes() -> None:
    """Under the clinician's own id."""
    told = check_fhir(schedule_resource(DANA, NOW))
    assert told["id"] == str(DANA.id)
    assert told["planningHorizon"] == {"start": "2027-02-01", "end": "2029-02-01"}
    assert told["actor"][0]["reference"] == f"Practitioner/{DANA.id}"


@pytest.mark.parametrize("status", list(SlotStatus))
def test_a_slot_tells_time_and_nothing_else(status: SlotStatus) -> None:
    """Its id says whose it is and when it begins, and leads back."""
    told = check_fhir(
        slot_resource(Slot(DANA.id, Interval(START, START + timedelta(hours=1)), status))
    )
    assert set(told) == {"resourceType", "id", "schedule", "status", "start", "end"}
    assert told["status"] == status.value
    assert parse_slot_id(told["id"]) == (DANA.id, START)


@pytest.mark.parametrize(
    "told",
    [
        "",
        "echo",
        str(DANA.id),
        slot_id(DANA.id, START).upper(),
        f"{DANA.id.hex}-20271301T000000Z",
        f"{DANA.id.hex}-00010101T000000Z",
        f"{DANA.id.hex}-99991231T235959Z",
        f"{DANA.id.hex}-20270301T150000Z\n",
    ],
)
def test_what_is_no_slots_id_leads_nowhere(told: str) -> None:
    """And never to a fault of ours."""
    assert parse_slot_id(told) is None


def test_the_statement_says_what_is_offered() -> None:
    """Read and search of five kinds; the version is the package's."""
    told = check_fhir(capability_statement(BASE, OFFERS))

    resources = told["rest"][0]["resource"]
    assert {one["type"] for one in resources} == {
        "Appointment",
        "Schedule",
        "Slot",
        "Patient",
        "Practitioner",
    }
    assert {code["code"] for one in resources for code in one["interaction"]} == {
        "read",
        "search-type",
    }
    assert told["fhirVersion"] == "4.0.1"
    assert told["implementation"]["url"] == BASE
    assert told["rest"][0]["security"]["service"][0]["coding"][0]["code"] == "OAuth"
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == SOFTWARE_VERSION


def test_pages_are_bundles_and_lead_on() -> None:
    """Each entry under its address; the total where the first page is the only one."""
    search = Search({"name": ["o k"], "_count": ["1"]})
    page = [patient_resource(client())]
    first = check_fhir(searchset(BASE, "Patient", search, page, "abc"))
    assert first["link"] == [
        {"relation": "self", "url": f"{BASE}/Patient?name=o+k&_count=1"},
        {"relation": "next", "url": f"{BASE}/Patient?name=o+k&_count=1&_cursor=abc"},
    ]
    assert "total" not in first
    second = check_fhir(searchset(BASE, "Patient", Search({"_cursor": ["abc"]}), page, None))
    assert second["link"] == [{"relation": "self", "url": f"{BASE}/Patient?_cursor=abc"}]
    assert "total" not in second
    empty = check_fhir(searchset(BASE, "Patient", Search(), [], None))
    assert (empty["total"], empty["link"]) == (
        0,
        [{"relation": "self", "url": f"{BASE}/Patient"}],
    )
    assert "entry" not in empty


@pytest.mark.parametrize("refusal", [one for one in STATUS if one.__init__ is Refusal.__init__])
def test_every_refusal_is_an_outcome(refusal: type[Refusal]) -> None:
    """With the problem's own code, so that it can be looked up."""
    told = check_fhir(operation_outcome(refused_as(refusal())))
    issue = told["issue"][0]
    assert issue["details"]["coding"] == [{"system": "urn:openchair:problem", "code": refusal.code}]
    assert issue["details"]["text"] == refusal.detail
    assert "diagnostics" not in issue


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "invalid"),
        (401, "login"),
        (403, "forbidden"),
        (404, "not-found"),
        (405, "not-supported"),
        (406, "not-supported"),
        (409, "processing"),
        (410, "deleted"),
        (503, "transient"),
    ],
)
def test_the_kind_of_issue_follows_the_status(status: int, code: str) -> None:
    """In FHIR's own words."""
    told = check_fhir(operation_outcome(Problem(HTTPStatus(status), "x", "Detail.")))
    assert told["issue"][0]["code"] == code


def test_what_a_problem_tells_beside_is_in_the_diagnostics() -> None:
    """As JSON: where the request went that is an appointment now."""
    gone = refused_as(RequestBecameAppointment(CLIENT_ID))
    issue = check_fhir(operation_outcome(gone))["issue"][0]
    assert json.loads(issue["diagnostics"]) == {"appointment_id": str(CLIENT_ID)}
    assert operation_outcome(unusable("date"))["issue"][0]["details"]["text"].startswith(
        "The value of date"
    )


def test_instants_are_in_utc_with_milliseconds_where_there_are_any() -> None:
    """As FHIR's `instant` wants: to the second at least, with an offset."""
    assert instant(START) == "2027-03-01T15:00:00Z"
    assert instant(START + timedelta(milliseconds=7)) == "2027-03-01T15:00:00.007Z"
    assert instant(datetime.fromisoformat("2027-03-01T10:00-05:00")) == "2027-03-01T15:00:00Z"
    assert instant(datetime(2027, 3, 1, 15, tzinfo=UTC)) == instant(START)
