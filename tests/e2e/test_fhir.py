"""FHIR R4 as other systems meet it: the running scheduler, the demo practice, real tokens."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from demo_practice.people import CLIENTS, DANA, MARCUS
from tests.harness.fhir import check_fhir, entries, link
from tests.harness.staff_api import path_of
from tests.harness.system import FreeHours, System

FHIR = "/fhir/r4"
STAFF = ("priya", "dana", "marcus", "ines", "olga")


async def read(system: System, path: str, person: str = "priya", **params: str) -> httpx.Response:
    """Read something as a demo person; whatever comes back is FHIR."""
    answer = await system.scheduler.get(
        f"{FHIR}/{path}", headers=system.headers(person), params=params or None
    )
    assert answer.headers["Content-Type"] == "application/fhir+json"
    check_fhir(answer.json())
    return answer


async def all_of(system: System, kind: str, person: str, **params: str) -> dict[str, Any]:
    """Return everything that a search finds, over all its pages, by id."""
    found: dict[str, Any] = {}
    bundle = (await read(system, kind, person, _count="50", **params)).json()
    while True:
        found |= {one["id"]: one for one in entries(bundle)}
        following = link(bundle, "next")
        if following is None:
            return found
        path = path_of(following).removeprefix(f"{FHIR}/")
        bundle = (await read(system, path, person)).json()


def answers(resource: dict[str, Any]) -> dict[str, str]:
    """Return what each participant of an appointment has answered."""
    return {one["actor"]["type"]: one["status"] for one in resource["participant"]}


async def test_what_is_offered_is_told_to_everybody(system: System) -> None:
    """Without a token; everything it offers can be searched for and read."""
    answer = await system.scheduler.get(f"{FHIR}/metadata")
    statement = check_fhir(answer.json())
    assert statement["implementation"]["url"] == f"{system.stack.url('scheduler')}{FHIR}"
    soon = {"schedule": f"Schedule/{DANA.id}", "start": "2026-11-30"}
    for offered in statement["rest"][0]["resource"]:
        needed = soon if offered["type"] == "Slot" else {}
        bundle = (await read(system, offered["type"], "dana", **needed)).json()
        for one in entries(bundle)[:3]:
            assert (await read(system, f"{one['resourceType']}/{one['id']}")).json() == one


async def test_a_request_becomes_an_appointment(system: System, free_hours: FreeHours) -> None:
    """Proposed while it waits; then its appointment is booked, and the request is gone."""
    start = free_hours.take()
    request = await system.ask("amara", start)

    waiting = (await read(system, f"Appointment/{request}", "dana")).json()
    assert (waiting["status"], answers(waiting)["Practitioner"]) == ("proposed", "needs-action")
    assert waiting["start"] == start.isoformat().replace("+00:00", "Z")

    decided = (await system.decide(request, "approve", {"alert": "echo-alert"})).json()
    booked = (await read(system, f"Appointment/{decided['appointment']['id']}", "dana")).json()

    assert booked["status"] == "booked"
    assert booked["meta"]["versionId"] == "1"
    assert booked["created"][:16] <= decided["request"]["decision"]["at"][:16]
    assert "echo" not in str(booked)
    assert (await read(system, f"Appointment/{request}", "dana")).status_code == 410
    of_amara = await all_of(system, "Appointment", "dana", patient=str(CLIENTS["amara"].id))
    assert booked["id"] in of_amara
    assert str(request) not in of_amara


async def test_a_declined_request_is_cancelled(system: System, free_hours: FreeHours) -> None:
    """By the clinician, without the reason."""
    request = await system.ask("benjamin", free_hours.take())
    answer = await system.decide(request, "decline", {"reason": "echo-reason"})
    assert answer.status_code == 200

    declined = (await read(system, f"Appointment/{request}", "dana")).json()

    assert declined["status"] == "cancelled"
    assert answers(declined) == {"Patient": "accepted", "Practitioner": "declined"}
    assert declined["meta"]["versionId"] == "2"
    assert "echo" not in str(declined)


async def listed(system: System, path: str, person: str, **params: Any) -> set[str]:
    """Return the ids on all pages of a list of the staff's own API."""
    found: set[str] = set()
    params["limit"] = 200
    while True:
        answer = await system.scheduler.get(
            f"/v1/{path}", headers=system.headers(person), params=params
        )
        page = answer.raise_for_status().json()
        found |= {item["id"] for item in page["items"]}
        if page["next_cursor"] is None:
            return found
        params["cursor"] = page["next_cursor"]


@pytest.mark.parametrize("person", STAFF)
async def test_everybody_sees_by_fhir_what_they_see_otherwise(system: System, person: str) -> None:
    """The same appointments and the same requests; what only others see cannot be read."""
    told = await all_of(system, "Appointment", person)

    booked = {key for key, one in told.items() if is_booked(one)}
    assert booked == await listed(system, "appointments", person)
    assert set(told) - booked == await listed(
        system,
        "appointment-requests",
        person,
        status=["pending", "declined", "withdrawn"],
        made_from="2000-01-01T00:00Z",
    )
    hidden = set(await all_of(system, "Appointment", "priya")) - set(told)
    assert bool(hidden) is (person != "priya")
    for key in sorted(hidden)[:5]:
        assert (await read(system, f"Appointment/{key}", person)).status_code == 404


def is_booked(resource: dict[str, Any]) -> bool:
    """Say whether an appointment stands behind it, and not a request."""
    return any(one["url"].endswith(":modality") for one in resource["extension"])


@pytest.mark.parametrize(
    "path",
    [
        "Appointment",
        "Schedule",
        "Patient",
        "Practitioner",
        f"Slot?schedule={DANA.id}&start=2027-01-04",
    ],
)
async def test_only_staff_are_let_in(system: System, path: str) -> None:
    """No client, not the portal, nobody without a token; and told in FHIR's way."""
    for person in ("amara", "portal"):
        answer = await read(system, path, person)
        assert answer.status_code == 403
        coding = answer.json()["issue"][0]["details"]["coding"][0]
        assert coding == {"system": "urn:openchair:problem", "code": "staff-only"}
    answer = await system.scheduler.get(f"{FHIR}/{path}")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert check_fhir(answer.json())["issue"][0]["code"] == "login"


async def test_nothing_else_is_there(system: System) -> None:
    """Other kinds, other versions, and every way of writing."""
    for path in ("Observation", f"Appointment/{uuid4()}/_history", "", "Patient/$everything"):
        assert (await read(system, path)).status_code == 404
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = await system.scheduler.request(
            method, f"{FHIR}/Appointment", headers=system.headers("priya")
        )
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
        assert check_fhir(answer.json())["issue"][0]["code"] == "not-supported"
    answer = await read(system, "Appointment", _format="xml")
    assert answer.status_code == 406
    strange = {**system.headers("priya"), "Host": 'a"b<c>:x'}
    answer = await system.scheduler.get(f"{FHIR}/Patient", headers=strange)
    assert answer.status_code in (200, 400)


async def test_the_calendars_of_the_demo_practice_can_be_read(system: System) -> None:
    """Everybody on the staff sees when a colleague is busy, and not with whom."""
    booked = await all_of(
        system, "Appointment", "marcus", practitioner=str(MARCUS.id), status="booked"
    )
    first = min(booked.values(), key=lambda one: str(one["start"]))
    slots = await all_of(
        system, "Slot", "dana", schedule=f"Schedule/{MARCUS.id}", start=first["start"][:10]
    )
    busy = [slot for slot in slots.values() if slot["status"] == "busy"]
    assert first["start"] in {slot["start"] for slot in busy}
    assert {UUID(slot["schedule"]["reference"][-36:]) for slot in busy} == {MARCUS.id}
    names = {one["participant"][0]["actor"]["display"] for one in booked.values()}
    assert not [name for name in names if name in str(slots)]


async def test_a_name_searched_for_is_in_no_log(system: System) -> None:
    """Names travel in bodies: a URL that holds one is refused, and our own logs hold none."""
    headers = system.headers("priya")
    refused = await system.scheduler.get("/fhir/r4/Patient?name=chloe", headers=headers)
    assert refused.status_code == 400
    for path, body in (
        ("/v1/clients/search", {"name": "chloe"}),
        ("/v1/appointment-requests/search", {"client": "chloe", "sort": "client"}),
    ):
        answer = await system.scheduler.post(path, json=body, headers=headers)
        assert answer.status_code == 200, answer.text
    for secret in ("chloe", "Lambert", "name="):
        assert secret not in system.log_text()
