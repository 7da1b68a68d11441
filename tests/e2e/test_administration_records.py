"""Services and clients over HTTP: the catalogue, search, assignments, roles, other practices."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from demo_practice.calendar import SERVICES
from demo_practice.people import CLIENTS, DANA, MARCUS, PRIYA
from tests.harness.administration import (
    Desk,
    code,
    editable,
    new_client,
    new_colleague,
    new_service,
)
from tests.harness.system import System, new_key

AMARA = f"/v1/clients/{CLIENTS['amara'].id}"
SEARCH = "/v1/clients/search"
SESSION = f"/v1/services/{SERVICES['session'].id}"


async def test_the_catalogue_of_codes(system: System) -> None:
    """With the usual lengths, for every role."""
    told = (await Desk(system, "ines").get("/v1/service-codes")).raise_for_status().json()
    ranges = {
        one["code"]: (one["minutes"], one["fewest_minutes"], one["most_minutes"])
        for one in told["items"]
    }
    assert ranges["90834"] == (45, 38, 52)
    assert ranges["90837"] == (60, 53, None)
    assert len(ranges) == 6


async def test_a_service_is_added_once_and_edited(system: System) -> None:
    """With the catalogue's lengths where none are sent."""
    olga, key = Desk(system, "olga"), new_key()
    wanted = new_service(label="Talk")

    added = await olga.post("/v1/services", wanted, key=key)
    again = await olga.post("/v1/services", wanted, key=key)

    assert (added.status_code, again.status_code) == (201, 200)
    assert added.json() == again.json()
    assert added.headers["Location"] == f"/v1/services/{added.json()['id']}"
    body, etag = await olga.read(added.headers["Location"])
    assert body == {
        **wanted,
        "minutes": 45,
        "fewest_minutes": 38,
        "most_minutes": 52,
        "location": None,
        "active": True,
    }
    edited = await olga.put(added.headers["Location"], {**body, "most_minutes": None}, etag)
    assert (edited.status_code, edited.headers["ETag"]) == (200, '"2"')
    assert edited.json()["most_minutes"] is None
    listed = (await olga.get("/v1/services")).json()["items"]
    assert edited.json() in listed


async def test_lengths_that_make_no_sense_are_refused_by_name(system: System) -> None:
    """Outside of the range, and no length at all."""
    olga = Desk(system, "olga")
    for body, answer in (
        (new_service(minutes=60), (400, "minutes-outside-range")),
        (new_service(fewest_minutes=50, most_minutes=40), (400, "minutes-outside-range")),
        (new_service(code="GROUP"), (400, "minutes-needed")),
        (new_service(minutes=0), (422, "invalid-input")),
    ):
        assert code(await olga.post("/v1/services", body)) == answer
    refused = await olga.post("/v1/services", new_service(minutes=60))
    assert (refused.json()["fewest_minutes"], refused.json()["most_minutes"]) == (38, 52)


async def test_services_are_the_practices_own(system: System) -> None:
    """Others of the practice read them; another practice finds nothing."""
    dana, olga = Desk(system, "dana"), Desk(system, "olga")
    body, etag = await dana.read(SESSION)
    assert code(await dana.put(SESSION, body, etag)) == (403, "not-permitted")
    assert code(await dana.post("/v1/services", new_service())) == (403, "not-permitted")
    for path in (SESSION, f"/v1/services/{uuid4()}"):
        assert code(await olga.get(path)) == (404, "service-not-found")
        assert code(await olga.put(path, body, etag)) == (404, "service-not-found")
    listed = (await olga.get("/v1/services")).json()["items"]
    assert str(SERVICES["session"].id) not in {one["id"] for one in listed}


async def test_a_service_not_offered_any_more_is_not_booked_anew(system: System) -> None:
    """What is booked with it can still be moved."""
    olga = Desk(system, "olga")
    clinician = await olga.add("/v1/staff", new_colleague())
    service = await olga.add("/v1/services", new_service())
    client = await olga.add("/v1/clients", new_client(assigned_staff_ids=[clinician["id"]]))
    start = (datetime.now(UTC) + timedelta(days=20)).replace(minute=0, second=0, microsecond=0)
    booking = {
        "client_id": client["id"],
        "clinician_id": clinician["id"],
        "service_id": service["id"],
        "start": start.isoformat(),
    }
    booked = await olga.add("/v1/appointments", booking)
    body = {**editable(service), "active": False}
    path = f"/v1/services/{service['id']}"
    assert (await olga.put(path, body, '"1"')).status_code == 200

    later = {"start": (start + timedelta(hours=2)).isoformat()}
    refused = await olga.post("/v1/appointments", {**booking, **later})
    moved = await olga.post(f"/v1/appointments/{booked['appointment']['id']}/move", later)

    assert code(refused) == (409, "service-unknown")
    assert moved.status_code == 200, moved.text
    assert service["id"] not in {
        one["id"] for one in (await olga.get("/v1/services", active=True)).json()["items"]
    }


async def test_clients_are_searched_by_name(system: System) -> None:
    """No matter case and accents; by whom they are assigned to, too."""
    priya = Desk(system, "priya")
    for text, key in (("S\u00d8REN", "soren"), ("dahl so", "soren"), ("jimenez", "rosa")):
        told = (await priya.post(SEARCH, {"name": text})).json()
        assert [one["name"] for one in told["items"]] == [CLIENTS[key].name]
        assert (told["total"], told["next_cursor"]) == ({"count": 1, "is_more": False}, None)
    both = (await priya.post(SEARCH, {"assigned_to": str(MARCUS.id), "name": "y"})).json()
    assert [one["name"] for one in both["items"]] == ["Yusuf Demir"]
    assert (await priya.post(SEARCH, {"name": "-"})).json()["items"] == []


async def test_pages_of_clients_follow_each_other(system: System) -> None:
    """By name; the number is told with the first page, and another list's cursor is none."""
    priya = Desk(system, "priya")
    names: list[str] = []
    params: dict[str, Any] = {"limit": 10, "assigned_to": str(DANA.id)}
    totals = []
    for _ in range(10):
        page = (await priya.get("/v1/clients", **params)).raise_for_status().json()
        names += [one["name"] for one in page["items"]]
        totals.append(page["total"])
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert {client.name for client in CLIENTS.values() if DANA.id in client.assigned_staff_ids} <= {
        *names
    }
    assert totals == [{"count": len(names), "is_more": False}, *[None] * (len(totals) - 1)]
    assert len(totals) > 1
    requests = await priya.get("/v1/appointment-requests", limit=1, sort="client")
    for cursor in ("ZWNobw", requests.json()["next_cursor"]):
        answer = await priya.get("/v1/clients", cursor=cursor)
        assert code(answer) == (400, "unknown-cursor")


async def test_each_sees_the_clients_assigned_to_them(system: System) -> None:
    """Others' are not there; what one sees, one does not change."""
    for person, member in (("dana", DANA), ("marcus", MARCUS)):
        told = (await Desk(system, person).get("/v1/clients", limit=200)).json()
        assert all(str(member.id) in one["assigned_staff_ids"] for one in told["items"])
    dana, marcus, olga = (Desk(system, person) for person in ("dana", "marcus", "olga"))
    body, etag = await dana.read(AMARA)
    assert code(await dana.put(AMARA, body, etag)) == (403, "not-permitted")
    assert code(await dana.post("/v1/clients", new_client())) == (403, "not-permitted")
    for desk in (marcus, olga):
        assert code(await desk.get(AMARA)) == (404, "client-not-found")
        assert code(await desk.put(AMARA, body, etag)) == (404, "client-not-found")
        assert (await desk.post(SEARCH, {"name": "Amara"})).json()["items"] == []
    assert code(await marcus.get(f"/v1/clients/{uuid4()}")) == (404, "client-not-found")


async def test_a_client_is_added_once(system: System) -> None:
    """Somebody like one on record only on purpose."""
    olga, key = Desk(system, "olga"), new_key()
    wanted = new_client()

    added = await olga.post("/v1/clients", wanted, key=key)
    again = await olga.post("/v1/clients", wanted, key=key)
    twin = await olga.post("/v1/clients", wanted)
    anyway = await olga.post("/v1/clients", {**wanted, "create_anyway": True})

    assert [one.status_code for one in (added, again, twin, anyway)] == [201, 200, 409, 201]
    assert added.json() == again.json()
    assert added.headers["Location"] == f"/v1/clients/{added.json()['id']}"
    assert code(twin)[1] == "client-looks-known"
    assert twin.json()["candidates"] == [
        {
            "client_id": added.json()["id"],
            "name": wanted["name"],
            "birth_date": wanted["birth_date"],
            "same_email": True,
            "same_name_and_birth_date": True,
        }
    ]
    assert anyway.json()["id"] != added.json()["id"]


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"birth_date": "2999-01-01"}, (409, "birth-date-in-future")),
        ({"assigned_staff_ids": [str(PRIYA.id)]}, (409, "assigned-staff-unknown")),
        ({"assigned_staff_ids": [str(DANA.id)]}, (409, "assigned-staff-unknown")),
        ({"name": "Casey\nBcc: x"}, (422, "invalid-input")),
        ({"phone": "call me"}, (422, "invalid-input")),
    ],
)
async def test_a_client_who_cannot_be_is_refused(
    system: System, change: dict[str, Any], answer: tuple[int, str]
) -> None:
    """When added and when edited; the staff of another practice are nobody here."""
    olga = Desk(system, "olga")
    client = await olga.add("/v1/clients", new_client())
    assert code(await olga.post("/v1/clients", new_client(**change))) == answer
    edited = await olga.put(f"/v1/clients/{client['id']}", {**editable(client), **change}, '"1"')
    assert code(edited) == answer


async def test_a_client_given_to_another_takes_everything_along(system: System) -> None:
    """What is booked is seen by the new clinician, under the new name, with a new ETag."""
    olga = Desk(system, "olga")
    service = await olga.add("/v1/services", new_service())
    first, second = [await olga.add("/v1/staff", new_colleague()) for _ in range(2)]
    client = await olga.add("/v1/clients", new_client(assigned_staff_ids=[first["id"]]))
    start = datetime.now(UTC).replace(microsecond=0, second=0) + timedelta(days=30)
    booked = await olga.add(
        "/v1/appointments",
        {
            "client_id": client["id"],
            "clinician_id": first["id"],
            "service_id": service["id"],
            "start": start.isoformat(),
        },
    )
    path = f"/v1/clients/{client['id']}"
    wanted = {
        **editable(client),
        "name": "Renamed Casey",
        "assigned_staff_ids": [second["id"]],
        "time_zone": "America/Denver",
        "language": "de",
    }
    assert code(await olga.put(path, wanted, None)) == (428, "version-needed")

    edited = await olga.put(path, wanted, '"1"')

    assert (edited.status_code, edited.headers["ETag"]) == (200, '"2"')
    assert await olga.read(path) == (wanted, '"2"')
    assert code(await olga.put(path, wanted, '"1"')) == (412, "stale-version")
    same = await olga.put(path, wanted, '"2"')
    assert (same.status_code, same.headers["ETag"]) == (200, '"2"')
    appointment = await olga.get(f"/v1/appointments/{booked['appointment']['id']}")
    assert appointment.json()["client"]["name"] == "Renamed Casey"
    assert appointment.headers["ETag"] == '"2"'
    found = (await olga.post(SEARCH, {"assigned_to": second["id"], "name": "cas ren"})).json()
    assert [one["id"] for one in found["items"]] == [client["id"]]
