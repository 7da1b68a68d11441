"""The practice, its staff and their hours over HTTP: versions, roles, other practices.

What is changed is Elm Row's, or put back: Harbor Street is as the other tests know it.
"""

from uuid import uuid4

import pytest

from demo_practice.people import DANA, INES, MARCUS, OLGA, OTHER_PRACTICE, PRACTICE, PRIYA
from tests.harness.administration import SCHEDULE, Desk, code, new_colleague, schedule_of, signed_in
from tests.harness.system import System, new_key


@pytest.mark.parametrize(
    ("person", "role", "may"),
    [
        ("priya", "practice_scheduler", {"edit-practice", "edit-clients", "edit-work-schedules"}),
        ("dana", "clinician", {"edit-own-work-schedule"}),
        ("ines", "intern", set()),
    ],
)
async def test_who_am_i(system: System, person: str, role: str, may: set[str]) -> None:
    """The record, the practice, and what the role includes."""
    told = (await Desk(system, person).get("/v1/me")).raise_for_status().json()

    assert told["staff"]["role"] == role
    assert told["staff"]["email"] == f"{person}@example.org"
    assert told["practice"] == {
        "id": str(PRACTICE.id),
        "slug": PRACTICE.slug,
        "name": PRACTICE.name,
        "time_zone": PRACTICE.time_zone,
    }
    assert may | {"decide-requests", "change-calendar"} <= set(told["may"])
    assert ("edit-practice" in told["may"]) is (person == "priya")


async def test_the_practice_is_read_edited_and_put_back(system: System) -> None:
    """Each edit has a new ETag; one that changes nothing has the old one."""
    olga = Desk(system, "olga")
    before, etag = await olga.read("/v1/practice")
    closure = {"first_day": "2027-12-24", "last_day": "2027-12-26", "reason": "Holidays"}
    emails = {
        "sender_name": "Elm Row",
        "reply_to": "answers@example.org",
        "language": "es",
        "texts": {"arrival": "Ring twice.", "cancelling": "A day before.", "closing": "Yours"},
        "staff_changes": False,
        "decline_messages": True,
    }
    wanted = {**before, "phone": None, "closures": [closure], "emails": emails}

    edited = await olga.put("/v1/practice", wanted, etag)

    assert edited.status_code == 200, edited.text
    assert await olga.read("/v1/practice") == (wanted, edited.headers["ETag"])
    assert edited.headers["ETag"] != etag
    assert (edited.json()["id"], edited.json()["slug"]) == (str(OTHER_PRACTICE.id), "elm-row")
    same = await olga.put("/v1/practice", wanted, edited.headers["ETag"])
    assert (same.status_code, same.headers["ETag"]) == (200, edited.headers["ETag"])
    back = await olga.put("/v1/practice", before, same.headers["ETag"])
    assert back.status_code == 200
    assert (await olga.read("/v1/practice"))[0] == before


async def test_nobody_overwrites_what_they_have_not_read(system: System) -> None:
    """Without an ETag, with an old one, with something else: each its own answer."""
    olga = Desk(system, "olga")
    member = await olga.add("/v1/staff", new_colleague())
    service = (await olga.get("/v1/services")).json()["items"][0]
    paths = (
        "/v1/practice",
        f"/v1/staff/{member['id']}",
        schedule_of(member["id"]),
        f"/v1/services/{service['id']}",
    )
    for path in paths:
        body, _ = await olga.read(path)
        for etag, answer in (
            (None, (428, "version-needed")),
            ("*", (428, "version-needed")),
            ('"999"', (412, "stale-version")),
            ('W/"1"', (400, "malformed-etag")),
            ("1", (400, "malformed-etag")),
            ('"1", "2"', (400, "malformed-etag")),
        ):
            assert code(await olga.put(path, body, etag)) == answer, (path, etag)
        assert (await olga.read(path))[0] == body


async def test_what_is_malformed_is_told_by_its_place(system: System) -> None:
    """Read-only fields, fields left out, nonsense: with a pointer, and no echo."""
    olga = Desk(system, "olga")
    body, etag = await olga.read("/v1/practice")
    left_out = {field: value for field, value in body.items() if field != "closures"}
    closures = [{"first_day": "echo", "last_day": "2027-01-01"}]
    for wrong, pointer in (
        ({**body, "slug": "echo"}, "/body"),
        (left_out, "/body/closures"),
        ({**body, "closures": closures}, "/body/closures/0/first_day"),
        ({**body, "time_zone": "Echo/Mars"}, "/body/time_zone"),
    ):
        answer = await olga.put("/v1/practice", wrong, etag)
        assert code(answer) == (422, "invalid-input")
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
        assert "echo" not in answer.text.lower()
    reversed_days = [{"first_day": "2027-01-02", "last_day": "2027-01-01", "reason": None}]
    answer = await olga.put("/v1/practice", {**body, "closures": reversed_days}, etag)
    assert code(answer) == (400, "days-reversed")
    assert answer.json()["first_day"] == "2027-01-02"


async def test_everybody_reads_the_practice_and_its_staff_and_few_write(system: System) -> None:
    """Clinicians and interns are told to ask a practice scheduler."""
    for person in ("dana", "ines"):
        desk = Desk(system, person)
        body, etag = await desk.read("/v1/practice")
        assert body["name"] == PRACTICE.name
        assert code(await desk.put("/v1/practice", body, etag)) == (403, "not-permitted")
        listed = (await desk.get("/v1/staff")).json()["items"]
        assert [one["name"] for one in listed][:2] == [DANA.name, INES.name]
        own, etag = await desk.read(f"/v1/staff/{DANA.id}")
        answer = await desk.put(f"/v1/staff/{DANA.id}", {**own, "name": "X"}, etag)
        assert code(answer) == (403, "not-permitted")
        assert code(await desk.post("/v1/staff", new_colleague())) == (403, "not-permitted")


async def test_somebody_is_added_once_edited_and_let_go(system: System) -> None:
    """201 and where they are, 200 the second time; who has left is not let in."""
    olga, key = Desk(system, "olga"), new_key()
    wanted = new_colleague("intern")

    added = await olga.post("/v1/staff", wanted, key=key)
    again = await olga.post("/v1/staff", wanted, key=key)

    assert (added.status_code, again.status_code) == (201, 200)
    assert added.json() == again.json()
    assert added.json() == {
        **wanted,
        "id": added.json()["id"],
        "active": True,
        "sees_clients": True,
        "version": 1,
    }
    assert added.headers["ETag"] == again.headers["ETag"] == '"1"'
    path = added.headers["Location"]
    assert path == again.headers["Location"] == f"/v1/staff/{added.json()['id']}"
    colleague = signed_in(system, added.json())
    assert (await colleague.get("/v1/me")).json()["staff"]["name"] == wanted["name"]
    body, etag = await olga.read(path)

    gone = await olga.put(path, {**body, "active": False}, etag)

    assert (gone.status_code, gone.headers["ETag"]) == (200, '"2"')
    assert gone.json()["sees_clients"] is False
    assert code(await colleague.get("/v1/me")) == (403, "not-staff")
    active = (await olga.get("/v1/staff", active=True)).json()["items"]
    left = (await olga.get("/v1/staff", active=False)).json()["items"]
    assert added.json()["id"] in {one["id"] for one in left} - {one["id"] for one in active}


async def test_the_last_practice_scheduler_and_an_address_stay(system: System) -> None:
    """Nobody locks their practice, and two people do not share an address."""
    olga = Desk(system, "olga")
    body, etag = await olga.read(f"/v1/staff/{OLGA.id}")
    for change in ({"active": False}, {"role": "clinician"}):
        answer = await olga.put(f"/v1/staff/{OLGA.id}", {**body, **change}, etag)
        assert code(answer) == (409, "last-practice-scheduler")
    taken = new_colleague(email="OLGA@example.org")
    answer = await olga.post("/v1/staff", taken)
    assert code(answer) == (409, "staff-email-taken")
    assert "olga" not in answer.text.lower()


async def test_another_practices_staff_are_not_there(system: System) -> None:
    """To read or to write; nor is somebody who does not exist."""
    olga, priya = Desk(system, "olga"), Desk(system, "priya")
    body, etag = await priya.read(f"/v1/staff/{DANA.id}")
    for staff_id in (DANA.id, uuid4()):
        path = f"/v1/staff/{staff_id}"
        for answer in (
            await olga.get(path),
            await olga.put(path, body, etag),
            await olga.get(schedule_of(staff_id)),
            await olga.put(schedule_of(staff_id), SCHEDULE, '"1"'),
        ):
            assert code(answer) == (404, "staff-not-found")
    listed = (await olga.get("/v1/staff")).json()["items"]
    assert not {one["id"] for one in listed} & {str(m.id) for m in (DANA, MARCUS, INES, PRIYA)}


async def test_records_are_for_staff(system: System) -> None:
    """Neither for clients nor for nobody."""
    paths = [
        "/v1/me",
        "/v1/practice",
        "/v1/staff",
        f"/v1/staff/{DANA.id}",
        schedule_of(DANA.id),
        "/v1/services",
        "/v1/service-codes",
        "/v1/clients",
    ]
    for path in paths:
        assert code(await Desk(system, "amara").get(path)) == (403, "staff-only")
        assert code(await Desk(system, "portal").get(path)) == (403, "staff-only")
        assert code(await system.scheduler.get(path)) == (401, "token-missing")
