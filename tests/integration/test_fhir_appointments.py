"""Appointments and requests over FHIR, from a real database: states, access, searches, pages."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.booking_plan import NOTHING_CONFIRMED
from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo.store import Store
from services.scheduler.mongo.withdrawals import Withdrawal
from services.scheduler.use_cases.cancel_appointment import cancel_appointment
from services.scheduler.use_cases.move_appointment import move_appointment
from services.scheduler.use_cases.withdraw_request import withdraw_request
from shared.schemas.vocabulary import RequestType
from tests.harness.fhir import check_fhir, entries, link
from tests.harness.practice import (
    NOW,
    START,
    SmallPractice,
    approve,
    decline,
    later,
    open_practice,
)
from tests.harness.staff_api import StaffApi, open_staff_api, path_of

PATH = "/fhir/r4/Appointment"


@dataclass(frozen=True)
class Day:
    """One of everything: ids of requests and of the appointments that approved ones led to."""

    here: SmallPractice
    api: StaffApi
    waiting: UUID
    declined: UUID
    withdrawn: UUID
    to_move: UUID
    to_cancel: UUID
    of_keisha: UUID
    approved: UUID
    booked: UUID
    cancelled: UUID

    async def found(self, actor: StaffMember, *params: tuple[str, str]) -> dict[UUID, Any]:
        """Return what a search finds, by id."""
        bundle = await self.api.get(PATH, actor, *params)
        return {UUID(one["id"]): one for one in entries(bundle)}


async def book(here: SmallPractice, **asked: Any) -> tuple[UUID, UUID]:
    """Ask for an appointment and approve it; return both ids."""
    request = await here.receive(**asked)
    decided = await approve(here, request)
    assert decided.appointment is not None
    return request, decided.appointment.id


@pytest.fixture
async def day(store: Store, tmp_path: Path) -> AsyncIterator[Day]:
    """A day of Dana's with one of everything, and one request of a client of Marcus's."""
    here = await open_practice(store)
    approved, booked = await book(here, start=later(hours=1))
    _, cancelled = await book(here, start=later(hours=2))
    await cancel_appointment(
        store, here.priya, cancelled, expected_version=None, correlation_id="c", now=NOW
    )
    declined = await here.receive(start=later(days=1))
    await decline(here, declined)
    withdrawn = await here.receive(start=later(days=2))
    await withdraw_request(
        store,
        Withdrawal(withdrawn, here.practice.id, "a test", here.amara.id, NOW, "c"),
        now=NOW,
    )
    about = {"appointment_id": booked, "service_id": None, "clinician_id": None}
    async with open_staff_api(store, tmp_path) as api:
        yield Day(
            here=here,
            api=api,
            waiting=await here.receive(),
            declined=declined,
            withdrawn=withdrawn,
            to_move=await here.receive(
                request_type=RequestType.RESCHEDULE, start=later(days=3), **about
            ),
            to_cancel=await here.receive(
                request_type=RequestType.CANCELLATION, start=None, **about
            ),
            of_keisha=await here.receive(
                client_id=here.keisha.id, clinician_id=here.marcus.id, start=later(days=4)
            ),
            approved=approved,
            booked=booked,
            cancelled=cancelled,
        )


async def test_each_state_is_told_in_fhirs_words(day: Day) -> None:
    """Requests that are not approved under their own ids, the rest as appointments."""
    found = await day.found(day.here.priya)

    assert {key: one["status"] for key, one in found.items()} == {
        day.waiting: "proposed",
        day.to_move: "proposed",
        day.to_cancel: "proposed",
        day.of_keisha: "proposed",
        day.declined: "cancelled",
        day.withdrawn: "cancelled",
        day.booked: "booked",
        day.cancelled: "cancelled",
    }
    original = [{"reference": f"Appointment/{day.booked}", "type": "Appointment"}]
    assert found[day.to_move]["supportingInformation"] == original
    assert found[day.to_cancel]["supportingInformation"] == original
    assert "start" not in found[day.to_cancel]
    assert found[day.booked]["participant"][1]["actor"]["display"] == "Dana"


async def test_what_a_search_finds_can_be_read_by_its_id(day: Day) -> None:
    """The same, with the version as a weak ETag, and never kept on the way."""
    for key, told in (await day.found(day.here.priya)).items():
        answer = await day.api.ask("GET", f"{PATH}/{key}", day.here.priya)
        assert answer.json() == told
        assert answer.headers["ETag"] == f'W/"{told["meta"]["versionId"]}"'
        assert answer.headers["Content-Type"] == "application/fhir+json"
        assert answer.headers["Cache-Control"] == "no-store"


async def test_an_approved_request_is_gone_and_says_where_to(day: Day) -> None:
    """So that who kept its id finds the appointment."""
    answer = await day.api.ask("GET", f"{PATH}/{day.approved}", day.here.dana)

    assert answer.status_code == 410
    issue = check_fhir(answer.json())["issue"][0]
    assert issue["details"]["coding"][0]["code"] == "request-became-appointment"
    assert str(day.booked) in issue["diagnostics"]


async def test_each_sees_what_is_theirs(day: Day, store: Store) -> None:
    """The same as everywhere: assigned clients', one's own, and nobody another practice's."""
    there = await open_practice(store)
    everything = set(await day.found(day.here.priya))
    of_marcus = {day.of_keisha}

    assert set(await day.found(day.here.dana)) == everything - of_marcus
    assert set(await day.found(day.here.marcus)) == of_marcus
    assert await day.found(there.priya) == {}
    for key in (*everything, day.approved):
        assert await day.api.status(f"{PATH}/{key}", there.priya) == 404
        assert (await day.api.status(f"{PATH}/{key}", day.here.marcus) == 404) is (
            key not in of_marcus
        )


async def test_what_is_not_there_is_an_outcome(day: Day) -> None:
    """An id that cannot be is as little there as one that is nobody's."""
    for told in (str(uuid4()), "echo", "A" * 36, "%7B%7D", "urn:uuid:1"):
        answer = await day.api.ask("GET", f"{PATH}/{told}", day.here.priya)
        assert answer.status_code == 404
        issue = check_fhir(answer.json())["issue"][0]
        code = issue["details"]["coding"][0]["code"]
        assert (issue["code"], code) == ("not-found", "appointment-not-found")
        assert "echo" not in answer.text


async def test_a_search_takes_dates_actors_and_states(day: Day) -> None:
    """Each alone and all together; by the practice's clock, where START is ten in the morning."""
    here = day.here
    first, second = START.date().isoformat(), later(days=1).date().isoformat()
    amara, dana = f"Patient/{here.amara.id}", f"Practitioner/{here.dana.id}"
    everything = set(await day.found(here.priya))
    cases: list[tuple[set[UUID], list[tuple[str, str]]]] = [
        ({day.waiting, day.booked, day.cancelled}, [("date", first)]),
        ({day.declined}, [("date", second)]),
        (
            {day.declined, day.withdrawn},
            [("date", f"ge{second}"), ("date", f"lt{later(days=3).date().isoformat()}")],
        ),
        ({day.waiting, day.booked}, [("date", f"lt{first}T12:00")]),
        ({day.waiting}, [("date", f"{first}T10:00:00-05:00")]),
        (everything - {day.to_cancel, day.waiting}, [("date", "gt2026-12-01T10:00-05:00")]),
        (set(), [("date", "le2026-11-30")]),
        ({day.of_keisha}, [("patient", str(here.keisha.id))]),
        (everything - {day.of_keisha}, [("actor", amara), ("actor", dana)]),
        ({day.of_keisha}, [("practitioner", f"Practitioner/{here.marcus.id}")]),
        (set(), [("patient", amara), ("practitioner", str(here.marcus.id))]),
        ({day.booked}, [("status", "booked")]),
        ({day.cancelled, day.declined, day.withdrawn}, [("status", "cancelled")]),
        ({day.waiting, day.booked}, [("status", "booked,proposed"), ("date", first)]),
        (set(), [("status", "fulfilled")]),
    ]
    for expected, params in cases:
        for actor in (here.priya, here.dana):
            hidden = set() if actor is here.priya else {day.of_keisha}
            assert set(await day.found(actor, *params)) == expected - hidden, params


async def test_pages_lead_on_to_the_end(day: Day) -> None:
    """Everything once, whatever the length of a page; requests first, each kind by time."""
    for count in (1, 2, 3, 8):
        found = await all_pages(day, count)
        assert len(found) == len(set(found)) == 8
        assert found[-2:] == [day.booked, day.cancelled]
        assert found.index(day.waiting) < found.index(day.declined) < found.index(day.withdrawn)


async def all_pages(day: Day, count: int) -> list[UUID]:
    """Return the ids on all pages of that length, in order."""
    found: list[UUID] = []
    bundle = await day.api.get(PATH, day.here.priya, ("_count", str(count)))
    while True:
        page = entries(bundle)
        assert 0 < len(page) <= count
        found += [UUID(one["id"]) for one in page]
        following = link(bundle, "next")
        if following is None:
            return found
        bundle = await day.api.get(path_of(following), day.here.priya)


async def test_what_is_approved_between_two_pages_is_not_missed(day: Day) -> None:
    """It was a request on the first page and is an appointment on a later one."""
    first = await day.api.get(PATH, day.here.dana, ("_count", "1"))
    request = UUID(entries(first)[0]["id"])
    assert request == day.waiting
    decided = await approve(day.here, request)
    assert decided.appointment is not None

    following = link(first, "next")
    assert following is not None
    rest = await day.api.get(path_of(following.replace("_count=1", "_count=50")), day.here.dana)

    assert str(decided.appointment.id) in {one["id"] for one in entries(rest)}


async def move(day: Day, start: datetime, now: datetime) -> dict[str, Any]:
    """Move the booked appointment, with an alert, and return what FHIR tells of it then."""
    await move_appointment(
        day.here.store,
        day.here.dana,
        day.booked,
        Edits(start=start, alert="alert-for-staff"),
        confirmed=NOTHING_CONFIRMED,
        expected_version=None,
        correlation_id="c",
        now=now,
    )
    return check_fhir(await day.api.get(f"{PATH}/{day.booked}", day.here.dana))


async def test_created_is_when_it_was_booked_whatever_came_after(day: Day) -> None:
    """A move raises version and time of change, and leaves the day of booking."""
    before = await day.api.get(f"{PATH}/{day.booked}", day.here.dana)
    after = await move(day, later(days=9), NOW + timedelta(hours=5))

    assert before["created"] == after["created"] == "2026-11-22T12:00:00Z"
    assert before["meta"]["versionId"] == "1"
    assert after["meta"] == {"versionId": "2", "lastUpdated": "2026-11-22T17:00:00Z"}
    assert after["start"] == "2026-12-10T15:00:00Z"
    assert "alert-for-staff" not in str(after)


async def test_created_is_left_out_where_nobody_knows(day: Day, store: Store) -> None:
    """Of what was brought along from elsewhere: a later move is not its making."""
    await store.database["history"].delete_many({"appointment_id": day.booked})
    assert "created" not in await day.api.get(f"{PATH}/{day.booked}", day.here.dana)
    assert "created" not in await move(day, later(days=9), NOW + timedelta(hours=5))
    assert "created" not in (await day.found(day.here.dana))[day.booked]


async def test_links_are_of_the_public_address(store: Store, tmp_path: Path) -> None:
    """As it is configured; otherwise as the caller reached us."""
    here = await open_practice(store)
    for public, expected in (
        ("https://portal.example.org/staff/", "https://portal.example.org/staff/fhir/r4"),
        (None, "http://staff.example.org/fhir/r4"),
    ):
        async with open_staff_api(store, tmp_path, public_url=public) as api:
            bundle = check_fhir(await api.get(PATH, here.dana))
            statement = check_fhir(await api.get("/fhir/r4/metadata", None))
        assert link(bundle, "self") == f"{expected}/Appointment"
        assert statement["implementation"]["url"] == expected
