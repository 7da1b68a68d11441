"""What the portal's settings do not allow is flagged on arrival, and kept (PRODUCT 2, 8.13)."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.scheduler.domain.people import Closure
from services.scheduler.domain.portal_settings import ServiceOffer
from services.scheduler.use_cases.receive_requests import receive_requests
from shared.portal.policy import Audience
from shared.schemas.vocabulary import RequestType
from tests.harness.portal_practice import WREN, hours_of, open_portal_of
from tests.harness.practice import NOW, START, SmallPractice, approve, decline, later, open_practice
from tests.harness.staff_day import book

MOVE, CANCEL = RequestType.RESCHEDULE, RequestType.CANCELLATION


async def flags_of(small: SmallPractice, *requests: UUID) -> list[set[str]]:
    """Return the flags of each."""
    found = [await small.store.database["requests"].find_one({"_id": one}) for one in requests]
    return [set(document["flags"]) for document in found if document is not None]


async def test_what_is_offered_has_no_flag(small: SmallPractice) -> None:
    """Nine in New York is two in UTC; START is ten."""
    await open_portal_of(small)
    asked = [
        await small.receive(),
        await small.receive(client_id=small.keisha.id, start=later(hours=1), clinician_id=None),
        await small.receive(client_id=None, prospective_client=WREN, start=later(hours=2)),
    ]
    assert await flags_of(small, *asked) == [set(), set(), set()]


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "portal off": ({"is_open": False}, {}, "portal-closed"),
    "nobody may ask": ({"audience": Audience.NOBODY}, {}, "not-open-to-them"),
    "such requests are not taken": (
        {"request_types": frozenset({CANCEL})},
        {},
        "type-not-offered",
    ),
    "too soon": ({"scheduling_notice_minutes": 14 * 24 * 60}, {}, "too-soon"),
    "too far": ({"horizon_days": 3}, {}, "too-far"),
    "off step": ({}, {"start": START + timedelta(minutes=5)}, "slot-not-open"),
    "before hours": ({}, {"start": START - timedelta(hours=2)}, "slot-not-open"),
    "off step, with anybody": (
        {},
        {"start": START + timedelta(minutes=5), "clinician_id": None},
        "slot-not-open",
    ),
    "service not online": ({"services": ()}, {}, "service-not-offered"),
    "clinician not online": ({"clinicians": ()}, {}, "clinician-not-offered"),
}


@pytest.mark.parametrize("what", CASES)
async def test_each_rule_flags_by_its_own_name(small: SmallPractice, what: str) -> None:
    """One rule is broken, one flag says so, and the request waits for staff."""
    settings, asked, flag = CASES[what]
    await open_portal_of(small, **settings)
    assert await flags_of(small, await small.receive(**asked)) == [{flag}]


async def test_a_closed_day_and_hours_that_are_none(small: SmallPractice) -> None:
    """On a day of closure no slot is open either; nor with who has no hours, and is not offered."""
    await open_portal_of(small)
    day = date(2026, 12, 1)
    await small.store.practices.save(replace(small.practice, closures=(Closure(day, day),)))
    closed = await small.receive()
    await small.store.work_schedules.save(hours_of(small.dana, weekly=()))
    without = await small.receive(start=later(days=1))
    assert await flags_of(small, closed, without) == [
        {"practice-closed", "slot-not-open"},
        {"clinician-not-offered", "slot-not-open"},
    ]


async def test_what_is_for_clients_on_record_is_not_for_new_ones(small: SmallPractice) -> None:
    """A service for existing clients, and a clinician who accepts no new ones."""
    await open_portal_of(small, services=(ServiceOffer(small.session.id, Audience.EXISTING),))
    new = await small.receive(client_id=None, prospective_client=WREN, clinician_id=small.marcus.id)
    assert await flags_of(small, new) == [{"service-not-offered", "clinician-not-accepting"}]


async def test_a_slot_that_is_gone_is_flagged(small: SmallPractice) -> None:
    """Booked meanwhile, wholly or in part, by staff for somebody else."""
    await open_portal_of(small)
    await book(small)
    gone = await small.receive(client_id=small.keisha.id, start=START + timedelta(minutes=30))
    anybody = await small.receive(client_id=small.keisha.id, clinician_id=None)
    assert await flags_of(small, gone, anybody) == [{"slot-not-open"}, set()]
    await book(small, clinician=small.marcus)
    nobody = await small.receive(client_id=small.keisha.id, clinician_id=None)
    assert await flags_of(small, nobody) == [{"slot-not-open"}]


async def test_of_two_who_ask_for_the_same_time_the_second_is_flagged(
    small: SmallPractice,
) -> None:
    """Both wait; decided or withdrawn ones are in nobody's way; nor is what another has."""
    await open_portal_of(small)
    first = await small.receive()
    second = await small.receive(
        client_id=small.keisha.id,
        start=START + timedelta(minutes=30),
        submitted_at=NOW + timedelta(seconds=1),
    )
    beside = await small.receive(client_id=small.keisha.id, clinician_id=small.marcus.id)
    assert await flags_of(small, first, second, beside) == [set(), {"slot-asked-for"}, set()]
    await decline(small, first)
    await decline(small, second)
    third = await small.receive(client_id=small.keisha.id)
    assert await flags_of(small, third) == [set()]


async def test_a_practice_that_holds_no_slots_flags_none(small: SmallPractice) -> None:
    """Then two may ask for the same."""
    await open_portal_of(small, pending_holds_slot=False)
    asked = [await small.receive(), await small.receive(client_id=small.keisha.id)]
    assert await flags_of(small, *asked) == [set(), set()]


async def test_who_asks_at_once_is_seen_by_one_of_the_two(small: SmallPractice) -> None:
    """Taken in by two workers at the same moment, or in one group: one of the two is flagged."""
    await open_portal_of(small, most_pending=20)
    for number in range(8):
        start = later(days=number)
        one = small.submission(start=start)
        other = small.submission(start=start, client_id=small.keisha.id)
        if number % 2:
            groups = [receive_requests(small.store, [event], now=NOW) for event in (one, other)]
            await asyncio.gather(*groups)
        else:
            await receive_requests(small.store, [one, other], now=NOW)
        flags = await flags_of(small, one.data.request_id, other.data.request_id)
        assert sorted(flags, key=len) == [set(), {"slot-asked-for"}]


async def test_a_request_is_in_its_own_way_neither_once_nor_again(small: SmallPractice) -> None:
    """Delivered again while it waits, and once it is booked: as it was."""
    await open_portal_of(small)
    event = small.submission()
    for _ in range(2):
        assert await receive_requests(small.store, [event, event], now=NOW) == [None, None]
    assert await flags_of(small, event.data.request_id) == [set()]
    await approve(small, event.data.request_id)
    await receive_requests(small.store, [event], now=NOW)
    assert await flags_of(small, event.data.request_id) == [set()]


async def test_an_appointment_makes_room_for_its_own_move(small: SmallPractice) -> None:
    """Half an hour later, into its own time; what the client asked before holds nothing either.

    Somebody else's appointment in the way is flagged as ever.
    """
    await open_portal_of(small)
    booked = (await book(small)).appointment
    move = {"request_type": MOVE, "appointment_id": booked.id}
    own = await small.receive(**move, start=START + timedelta(minutes=30))
    again = await small.receive(**move, start=START + timedelta(minutes=15))
    await book(small, client=small.keisha, start=later(hours=2))
    into = await small.receive(**move, start=START + timedelta(minutes=105))
    assert await flags_of(small, own, again, into) == [set(), set(), {"slot-not-open"}]


async def test_what_stays_as_booked_is_not_held_against_the_portal(small: SmallPractice) -> None:
    """A service and a clinician that are not online any more can be moved, and cancelled."""
    await open_portal_of(small, services=(), clinicians=())
    booked = (await book(small)).appointment
    about: Mapping[str, Any] = {
        "appointment_id": booked.id,
        "service_id": None,
        "clinician_id": None,
    }
    moved = await small.receive(request_type=MOVE, start=later(days=1), **about)
    cancelled = await small.receive(request_type=CANCEL, start=None, **about)
    other = await small.receive(
        request_type=MOVE, start=later(days=2), **{**about, "clinician_id": small.marcus.id}
    )
    assert await flags_of(small, moved, cancelled, other) == [
        set(),
        set(),
        {"clinician-not-offered"},
    ]


async def test_somebody_elses_and_past_appointments_are_flagged(small: SmallPractice) -> None:
    """None is moved: staff see what is odd."""
    await open_portal_of(small, rescheduling_notice_minutes=0)
    another = (await book(small, client=small.keisha)).appointment
    over = (await book(small, start=later(days=1))).appointment
    await small.store.database["appointments"].update_one(
        {"_id": over.id},
        {"$set": {"start": NOW - timedelta(hours=2), "end": NOW - timedelta(hours=1)}},
    )
    others = {"request_type": CANCEL, "start": None, "service_id": None, "clinician_id": None}
    theirs = await small.receive(**others, appointment_id=another.id)
    past = await small.receive(**others, appointment_id=over.id)
    assert await flags_of(small, theirs, past) == [
        {"original-unknown"},
        {"original-over", "too-soon"},
    ]


async def test_what_a_client_asks_beyond_the_limit_is_flagged(small: SmallPractice) -> None:
    """One by one and in one group; another client, and another practice's, count apart."""
    await open_portal_of(small, most_pending=2)
    elsewhere = await open_practice(small.store)
    await elsewhere.receive(client_id=small.amara.id)
    group = [
        small.submission(start=later(days=n), submitted_at=NOW + timedelta(seconds=n))
        for n in range(3)
    ]
    await receive_requests(small.store, group, now=NOW)
    after = await small.receive(start=later(days=4), submitted_at=NOW + timedelta(seconds=5))
    other = await small.receive(client_id=small.keisha.id, start=later(days=5))
    flags = await flags_of(small, *(event.data.request_id for event in group), after, other)
    too_many = {"too-many-pending"}
    assert flags == [set(), set(), too_many, too_many, set()]


async def test_a_new_client_is_the_same_by_email_and_birth_date(small: SmallPractice) -> None:
    """However the address is written; somebody else of the portal's counts apart."""
    await open_portal_of(small, most_pending=1)

    async def ask(day: int, **who: str) -> UUID:
        told = {**WREN, **who}
        return await small.receive(
            client_id=None,
            prospective_client=told,
            start=later(days=day),
            submitted_by="portal",
            submitted_at=NOW + timedelta(seconds=day),
        )

    asked = [
        await ask(0),
        await ask(1, email="WREN@example.org", name="W. Abernathy"),
        await ask(2, email="robin@example.org"),
        await ask(3, birth_date="1991-05-07"),
    ]
    assert await flags_of(small, *asked) == [set(), {"too-many-pending"}, set(), set()]


async def test_a_practice_that_never_set_its_portal_flags_nothing_of_it(
    small: SmallPractice,
) -> None:
    """All is offered there, and staff decide."""
    asked = [await small.receive(), await small.receive(client_id=small.keisha.id)]
    assert await flags_of(small, *asked) == [set(), set()]


async def test_the_language_asked_for_is_kept(small: SmallPractice) -> None:
    """Of a client on record, of a new one, of one nobody knows; or none."""
    wanted = [
        await small.receive(language="de"),
        await small.receive(client_id=None, prospective_client=WREN, language="es"),
        await small.receive(client_id=uuid4(), language="en"),
        await small.receive(),
    ]
    found = [await small.store.requests.get(small.priya, one) for one in wanted]
    assert [one and one.requester.language for one in found] == ["de", "es", "en", None]
