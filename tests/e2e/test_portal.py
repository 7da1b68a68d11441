"""A practice's own portal, from what is open to what became of it (docs/portal-integration.md)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from demo_practice.calendar import SERVICES
from demo_practice.people import DANA, MARCUS, PRACTICE
from shared.portal.policy import Audience
from tests.harness.polling import eventually
from tests.harness.portal import PRACTICE_PATH, REQUESTS, Portal, portal_set_to, settings_of
from tests.harness.system import System, new_key

SESSION, INTAKE = (SERVICES[key].id for key in ("session", "intake"))
BERLIN = ZoneInfo("Europe/Berlin")
SETTINGS = settings_of((SESSION, Audience.EXISTING), (INTAKE, Audience.NEW))
ZOE = {
    "name": "Zoë Hartmann",
    "birth_date": "1996-02-29",
    "email": "zoe.hartmann@example.org",
    "phone": "+1 212 555 0190",
}


@pytest.fixture(autouse=True, scope="module")
async def open_portal(system: System) -> AsyncIterator[None]:
    """The portal is open while these tests run."""
    async with portal_set_to(system, SETTINGS):
        yield


def weeks_ahead(weeks: int) -> datetime:
    """Return a Monday's midnight in UTC, some weeks ahead."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=7 * weeks - today.weekday())


def clock_changes_ahead() -> list[datetime]:
    """Return the two days of the next year on which the practice's clocks change, in UTC."""
    local = ZoneInfo(PRACTICE.time_zone)
    days = [weeks_ahead(4) + timedelta(days=n) for n in range(365)]

    def offset(day: datetime) -> timedelta | None:
        return (day + timedelta(hours=12)).astimezone(local).utcoffset()

    return [day for day in days if offset(day) != offset(day - timedelta(days=1))]


async def first_open(portal: Portal, weeks: int, **params: str) -> dict[str, Any]:
    """Return the first open time of a week, with Dana."""
    asked = {"service_id": str(SESSION), "clinician_id": str(DANA.id), **params}
    slots = await portal.open_times(weeks_ahead(weeks), days=5, **asked)
    return slots[0]


async def test_the_practice_says_what_it_offers(system: System) -> None:
    """To clients and to the portal the same; under another's slug there is nothing."""
    told = await Portal(system, "amara").get(PRACTICE_PATH)
    assert told.status_code == 200
    assert told.json()["services"][0]["id"] == str(SESSION)
    assert told.headers["Age"] == "0"
    assert told.headers["Cache-Control"] == "no-store"
    assert int(told.headers["RateLimit-Remaining"]) > 0
    assert (await Portal(system, "portal").get(PRACTICE_PATH)).json() == told.json()
    other = await Portal(system, "amara").get("/v1/practices/elm-row")
    assert (other.status_code, other.json()["type"][-18:]) == (404, "practice-not-found")


async def test_from_an_open_time_to_a_booked_appointment(system: System) -> None:
    """What is asked for is not open to others meanwhile; what staff book is read where they ask."""
    amara = Portal(system, "amara")
    slot = await first_open(amara, 9, time_zone="Europe/Berlin")
    start = datetime.fromisoformat(slot["start"])
    assert (
        datetime.fromisoformat(slot["start_in_zone"]).utcoffset()
        == start.astimezone(BERLIN).utcoffset()
    )
    assert slot["clinician_ids"] == [str(DANA.id)]

    request = await amara.submitted(
        {
            "service_id": str(SESSION),
            "clinician_id": str(DANA.id),
            "start": slot["start_in_zone"],
            "time_zone": "Europe/Berlin",
            "language": "de",
        }
    )
    benjamin = Portal(system, "benjamin")
    assert (await first_open(benjamin, 9))["start"] != slot["start"]
    listed = (await amara.get(REQUESTS)).json()["items"]
    assert str(request) in [item["id"] for item in listed]
    booked = start + timedelta(minutes=15)
    assert (
        await system.decide(request, "approve", {"start": booked.isoformat()})
    ).status_code == 200

    found = await amara.until(request, "approved")
    assert datetime.fromisoformat(found["start"]) == start
    assert datetime.fromisoformat(found["booked_start"]) == booked
    appointments = (await amara.get("/v1/appointments")).json()["items"]
    assert found["appointment_id"] in [item["id"] for item in appointments]
    assert "alert" not in str(appointments)
    theirs = (await benjamin.get("/v1/appointments")).json()["items"]
    assert found["appointment_id"] not in [item["id"] for item in theirs]
    assert (await benjamin.get(f"{REQUESTS}/{request}")).status_code == 404


async def test_moving_and_cancelling_ones_own(system: System) -> None:
    """Until staff approve it stays as it is; its own time is in nobody's way when it is moved."""
    chloe = Portal(system, "chloe")
    slot = await first_open(chloe, 10)
    asked = {"service_id": str(SESSION), "clinician_id": str(DANA.id), "start": slot["start"]}
    first = await chloe.submitted(asked)
    booked = (await system.decide(first, "approve")).json()["appointment"]["id"]

    new = datetime.fromisoformat(slot["start"]) + timedelta(minutes=30)
    free = await chloe.open_times(weeks_ahead(10), days=5, appointment_id=booked)
    assert new in [datetime.fromisoformat(one["start"]) for one in free]
    move = await chloe.submitted(
        {"type": "reschedule", "appointment_id": booked, "start": new.isoformat()}
    )
    own = {item["id"]: item for item in (await chloe.get("/v1/appointments")).json()["items"]}
    assert own[booked]["start"] == slot["start"]
    assert own[booked]["pending_request_id"] == str(move)
    assert (await system.review(move)).json()["flags"] == []
    assert (await system.decide(move, "approve")).status_code == 200
    assert (await chloe.until(move, "approved"))["appointment_id"] == booked

    cancel = await chloe.submitted({"type": "cancellation", "appointment_id": booked})
    assert (await system.review(cancel)).json()["flags"] == []
    assert (await system.decide(cancel, "approve")).status_code == 200
    await chloe.until(cancel, "approved")
    left = (await chloe.get("/v1/appointments")).json()["items"]
    assert booked not in [item["id"] for item in left]


async def test_nobody_moves_somebody_elses_appointment(system: System) -> None:
    """Refused at once when one's own are known, flagged by the scheduler when not."""
    darius, elena = Portal(system, "darius"), Portal(system, "elena")
    theirs = (await darius.get("/v1/appointments")).json()["items"][0]["id"]
    body = {"type": "cancellation", "appointment_id": theirs}
    unknown = await elena.submitted(body)
    assert (await system.review(unknown)).json()["flags"] == ["original-unknown"]
    await elena.withdraw(unknown)
    await elena.until(unknown, "withdrawn")
    await elena.get("/v1/appointments")
    refused = await elena.post(body)
    assert (refused.status_code, refused.json()["type"][-19:]) == (409, "appointment-unknown")
    times = await elena.get(
        f"{PRACTICE_PATH}/availability",
        appointment_id=theirs,
        **{"from": weeks_ahead(9).isoformat(), "until": weeks_ahead(10).isoformat()},
    )
    assert (times.status_code, times.json()["type"][-21:]) == (404, "appointment-not-found")


async def test_what_waits_can_be_taken_back(system: System) -> None:
    """Its time is open again; what is decided stays decided; nobody takes back another's."""
    gabriel, hannah = Portal(system, "gabriel"), Portal(system, "hannah")
    slot = await first_open(gabriel, 11)
    asked = {"service_id": str(SESSION), "clinician_id": str(DANA.id), "start": slot["start"]}
    request = await gabriel.submitted(asked)
    assert (await hannah.withdraw(request)).status_code == 202
    assert (await gabriel.withdraw(request)).status_code == 202
    await gabriel.until(request, "withdrawn")
    assert (await first_open(gabriel, 11))["start"] == slot["start"]
    hers = await hannah.submitted(asked)
    await hannah.withdraw(uuid4())
    assert (await system.decide(hers, "decline")).status_code == 200
    await hannah.withdraw(hers)
    await hannah.until(hers, "declined")


async def test_the_portal_asks_for_somebody_without_a_record(system: System) -> None:
    """It reads what it asked for and nothing else; clients do not read what it asked for."""
    portal, amara = Portal(system, "portal"), Portal(system, "amara")
    slots = await portal.open_times(weeks_ahead(12), days=5, service_id=str(INTAKE))
    assert str(MARCUS.id) not in str(slots)
    asked = {"service_id": str(INTAKE), "start": slots[0]["start"], "prospective_client": ZOE}
    request = await portal.submitted({**asked, "clinician_id": slots[0]["clinician_ids"][0]})
    listed = (await portal.get(REQUESTS, limit="200")).json()["items"]
    assert str(request) in [item["id"] for item in listed]
    assert ZOE["name"] not in str(listed)
    assert (await amara.get(f"{REQUESTS}/{request}")).status_code == 404
    hers = (await amara.get(REQUESTS)).json()["items"]
    for item in hers:
        assert (await portal.get(f"{REQUESTS}/{item['id']}")).status_code == 404
    assert (await portal.get("/v1/appointments")).json() == {"items": []}
    decided = await system.decide(request, "approve", person="priya")
    assert decided.status_code == 200, decided.text
    assert (await portal.until(request, "approved"))["booked_start"] == slots[0]["start"]


async def test_both_days_of_a_clock_change(system: System) -> None:
    """The first time of the day is nine at the practice, before and after, where the client is."""
    amara = Portal(system, "amara")
    sundays = clock_changes_ahead()
    assert len(sundays) == 2
    for sunday in sundays:
        for day in (sunday - timedelta(days=2), sunday + timedelta(days=1)):
            slot = (
                await amara.open_times(
                    day.replace(hour=6),
                    service_id=str(SESSION),
                    clinician_id=str(DANA.id),
                    time_zone="Asia/Tokyo",
                )
            )[0]
            assert slot["start_at_practice"][11:16] == "09:00"
            start = datetime.fromisoformat(slot["start"])
            in_zone = datetime.fromisoformat(slot["start_in_zone"])
            assert in_zone == start
            assert in_zone.utcoffset() == timedelta(hours=9)


async def test_what_is_not_offered_is_flagged_or_refused_as_soon_as_it_is_known(
    system: System,
) -> None:
    """A process that knows nothing accepts, and the scheduler flags; then it is refused at once.

    Once the practice offers it again it is taken, at once too: nobody is refused by old settings.
    """
    await asyncio.to_thread(system.processes["request_intake"].stop, 30)
    system.start_process("request_intake")
    await system.wait_until_ready()
    isaac = Portal(system, "isaac")
    start = weeks_ahead(13) + timedelta(hours=17)
    asked = {
        "service_id": str(SESSION),
        "clinician_id": str(DANA.id),
        "start": start.isoformat(),
    }
    async with portal_set_to(system, replace(SETTINGS, is_open=False)):
        request = await isaac.submitted(asked)
        assert (await system.review(request)).json()["flags"] == ["portal-closed"]
        refused = await isaac.post(asked)
        assert refused.status_code == 409, refused.text
        assert refused.json()["type"] == "urn:openchair:problem:portal-closed"
        assert int(refused.headers["RateLimit-Remaining"]) > 0
    async with portal_set_to(system, SETTINGS):
        again = await isaac.submitted(asked)
        assert (await system.review(again)).json()["flags"] == []


async def test_a_time_off_the_steps_is_refused_once_times_were_told(system: System) -> None:
    """And what another has taken meanwhile."""
    jun, maya = Portal(system, "jun"), Portal(system, "maya")
    slot = await first_open(jun, 14)
    asked = {"service_id": str(SESSION), "clinician_id": str(DANA.id)}
    start = datetime.fromisoformat(slot["start"])
    off = {**asked, "start": (start + timedelta(minutes=7)).isoformat()}
    refused = await jun.post(off)
    assert (refused.status_code, refused.json()["type"][-13:]) == (409, "slot-not-open")
    request = await jun.submitted({**asked, "start": slot["start"]})
    assert (await first_open(maya, 14))["start"] != slot["start"]
    gone = await maya.post({**asked, "start": slot["start"]})
    assert (gone.status_code, gone.json()["type"][-13:]) == (409, "slot-not-open")
    await jun.withdraw(request)
    await jun.until(request, "withdrawn")
    assert (await maya.post({**asked, "start": slot["start"]})).status_code == 202


async def test_the_same_key_with_another_body_is_refused(system: System) -> None:
    """And the same body is the same request."""
    jun, key = Portal(system, "jun"), new_key()
    slot = await first_open(jun, 14)
    asked = {"service_id": str(SESSION), "clinician_id": str(DANA.id), "start": slot["start"]}
    first = await jun.post(asked, key=key)
    await jun.until(UUID(first.json()["id"]), "pending")
    await jun.open_times(
        weeks_ahead(14), days=5, service_id=str(SESSION), clinician_id=str(DANA.id)
    )
    again = await jun.post(asked, key=key)
    other = await jun.post({**asked, "note": "Another."}, key=key)
    assert (first.status_code, again.status_code, other.status_code) == (202, 202, 409)
    assert again.json()["id"] == first.json()["id"]
    assert other.json()["type"][-22:] == "idempotency-key-reused"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"time_zone": "Mars/Phobos"}, "zone-unknown"),
        ({"time_zone": "America/New_York", "start": "2027-03-14T02:30:00-05:00"}, "time-skipped"),
    ],
)
async def test_zones_and_times_that_do_not_exist(
    system: System, fields: dict[str, str], code: str
) -> None:
    """Told at the field."""
    start = (datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%dT15:00Z")
    answer = await Portal(system, "amara").post(
        {"service_id": str(SESSION), "start": start, **fields}
    )
    assert answer.status_code == 422
    assert [fault["code"] for fault in answer.json()["errors"]] == [code]


async def test_two_clients_ask_for_the_same_time_at_once(system: System) -> None:
    """Both wait, staff see both, and which of the two was later."""
    first, second = Portal(system, "darius"), Portal(system, "elena")
    start = (await first_open(first, 15))["start"]
    asked = {"service_id": str(SESSION), "clinician_id": str(DANA.id), "start": start}
    both = [await first.submitted(asked), await second.submitted(asked)]

    async def flags() -> list[list[str]] | None:
        found = [(await system.review(request)).json()["flags"] for request in both]
        return found if any(found) else None

    assert await eventually(flags, "one is flagged") == [[], ["slot-asked-for"]]
