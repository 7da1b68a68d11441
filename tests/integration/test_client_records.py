"""Client records: who adds and edits them, and what hangs on them."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.domain.record_refusals import (
    AssignedStaffUnknown,
    BirthDateInFuture,
    ClientLooksKnown,
    ClientNotFound,
)
from services.scheduler.domain.refusals import NotPermitted, StaleVersion
from services.scheduler.mongo.appointments import AppointmentFilter
from services.scheduler.mongo.request_queries import Order, RequestFilter
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.add_client import add_client
from services.scheduler.use_cases.add_record import Added, new_id
from services.scheduler.use_cases.edit_client import edit_client
from services.scheduler.use_cases.edit_staff import edit_staff
from services.scheduler.use_cases.list_clients import find_client
from services.scheduler.use_cases.show_to_assigned import show_to_assigned
from shared.schemas.vocabulary import Language, RequestStatus
from tests.harness.practice import NOW, SmallPractice, approve, later, open_practice
from tests.harness.racing import outcomes

EVERYTHING = RequestFilter(statuses=frozenset(RequestStatus))


@pytest.fixture
async def small(store: Store) -> SmallPractice:
    """A practice in an empty database."""
    return await open_practice(store)


def somebody(small: SmallPractice, **changes: Any) -> Client:
    """Return a client who is not on record yet."""
    return replace(
        small.amara,
        **{"id": uuid4(), "name": "Zo\u00eb Hartmann", "email": "zoe@example.org", **changes},
    )


async def add(
    small: SmallPractice, wanted: Client, *, actor: StaffMember | None = None, anyway: bool = False
) -> Added[Client]:
    """Add a client, by default as the practice scheduler."""
    return await add_client(small.store, actor or small.priya, wanted, anyway=anyway, now=NOW)


async def edit(small: SmallPractice, wanted: Client, actor: StaffMember | None = None) -> Client:
    """Edit a client, by default as the practice scheduler."""
    return await edit_client(small.store, actor or small.priya, wanted, now=NOW)


async def seen_by(small: SmallPractice, actor: StaffMember) -> set[UUID]:
    """Return the requests and appointments that somebody may see."""
    requests = await small.store.requests.find(actor, EVERYTHING, Order(), after=None, limit=50)
    found = await small.store.appointments.find(actor, AppointmentFilter(), limit=50)
    return {one.id for one in requests} | {one.id for one in found}


async def test_a_client_like_one_on_record_is_refused_with_candidates(
    small: SmallPractice,
) -> None:
    """The same address, or the same name and birth date; staff may say it is somebody else."""
    by_address = somebody(small, email="AMARA@example.org")
    by_name = somebody(small, name="\u00e1mara")
    for wanted, told in ((by_address, (True, False)), (by_name, (False, True))):
        with pytest.raises(ClientLooksKnown) as caught:
            await add(small, wanted)
        (candidate,) = caught.value.candidates
        assert (candidate.client_id, candidate.name) == (small.amara.id, "Amara")
        assert (candidate.same_email, candidate.same_name_and_birth_date) == told
    assert (await add(small, by_name, anyway=True)).record == by_name


async def test_a_namesake_is_somebody_else(small: SmallPractice) -> None:
    """Born on another day, with another address; and another practice's clients are no matter."""
    await open_practice(small.store)
    namesake = somebody(small, name="Amara", birth_date=date(1970, 1, 1))
    assert (await add(small, namesake)).record == namesake
    with pytest.raises(ClientLooksKnown) as caught:
        await add(small, somebody(small, email="Amara@example.org"))
    assert [one.client_id for one in caught.value.candidates] == [small.amara.id]


async def test_the_same_key_adds_one_client(small: SmallPractice) -> None:
    """Sixteen at once; the repetition is not told that the first looks like it."""
    wanted = somebody(small, id=new_id(small.priya, "client", "a-key"))

    found = await asyncio.gather(*(add(small, wanted, anyway=True) for _ in range(16)))

    assert {added.record for added in found} == {wanted}
    assert [added.repeated for added in found].count(False) == 1
    again = await add(small, replace(wanted, phone="+1 212 555 0999"))
    assert (again.repeated, again.record) == (True, wanted)


async def test_a_client_is_somebody_who_was_born(small: SmallPractice) -> None:
    """By today, in UTC."""
    assert not (await add(small, somebody(small, birth_date=NOW.date()))).repeated
    tomorrow = date(2026, 11, 23)
    with pytest.raises(BirthDateInFuture):
        await add(small, somebody(small, birth_date=tomorrow))
    with pytest.raises(BirthDateInFuture):
        await edit(small, replace(small.amara, birth_date=tomorrow))


async def test_clients_are_assigned_to_staff_who_see_them(small: SmallPractice) -> None:
    """Of the practice, at work, no practice scheduler; who was assigned may stay after leaving."""
    there = await open_practice(small.store)
    for unknown in (uuid4(), there.dana.id, small.priya.id):
        assigned = (small.dana.id, unknown)
        with pytest.raises(AssignedStaffUnknown):
            await add(small, somebody(small, assigned_staff_ids=assigned))
        with pytest.raises(AssignedStaffUnknown):
            await edit(small, replace(small.amara, assigned_staff_ids=assigned))
    await edit_staff(small.store, small.priya, replace(small.dana, active=False))

    kept = await edit(small, replace(small.amara, phone="+1 212 555 0999"))

    assert kept.assigned_staff_ids == (small.dana.id,)
    with pytest.raises(AssignedStaffUnknown):
        await edit(small, replace(small.keisha, assigned_staff_ids=(small.dana.id,)))


async def test_only_a_practice_scheduler_writes_client_records(small: SmallPractice) -> None:
    """What others see they may not change; what they do not see is not there."""
    there = await open_practice(small.store)
    changed = replace(small.amara, name="Changed")
    with pytest.raises(NotPermitted):
        await add(small, somebody(small), actor=small.dana)
    with pytest.raises(NotPermitted):
        await edit(small, changed, small.dana)
    for actor in (small.marcus, there.priya, there.dana):
        with pytest.raises(ClientNotFound):
            await edit(small, changed, actor)
        with pytest.raises(ClientNotFound):
            await find_client(small.store, actor, small.amara.id)
    assert await find_client(small.store, small.dana, small.amara.id) == small.amara


async def test_a_client_is_replaced(small: SmallPractice) -> None:
    """In the version that was read; without a change the version stays."""
    wanted = replace(
        small.amara,
        name="Amara Okafor",
        email="okafor@example.org",
        phone="+1 212 555 0999",
        birth_date=date(1991, 1, 2),
        time_zone="America/Chicago",
        language=Language.SPANISH,
    )
    edited = await edit(small, wanted)
    assert edited == replace(wanted, version=2)
    assert await find_client(small.store, small.priya, wanted.id) == edited
    assert await edit(small, edited) == edited
    with pytest.raises(StaleVersion):
        await edit(small, wanted)


async def test_another_assignment_shows_what_the_client_has(small: SmallPractice) -> None:
    """Requests and appointments, to the new staff and no longer to the old; but for their own."""
    waiting = await small.receive()
    with_dana = await approve(small, await small.receive(start=later(days=1)))
    assert with_dana.appointment is not None
    booked, decided = with_dana.appointment.id, with_dana.request.id
    assert await seen_by(small, small.marcus) == set()

    await edit(small, replace(small.amara, assigned_staff_ids=(small.marcus.id,)))

    assert await seen_by(small, small.marcus) == {waiting, decided, booked}
    assert await seen_by(small, small.dana) == {booked}


async def test_an_interrupted_change_is_put_right_by_saving_again(small: SmallPractice) -> None:
    """The record was written, and nothing after it: the same once more, with the new ETag."""
    waiting = await small.receive()
    wanted = replace(small.amara, name="Amara Okafor", assigned_staff_ids=(small.marcus.id,))
    written = replace(wanted, version=2)
    assert await small.store.clients.replace(small.amara, written)
    assert await seen_by(small, small.marcus) == set()

    assert await edit(small, written) == written

    assert await seen_by(small, small.marcus) == {waiting}
    assert await seen_by(small, small.dana) == set()
    request = await small.store.requests.get(small.priya, waiting)
    assert request is not None
    assert request.requester.name == "Amara Okafor"


async def test_assignments_changed_at_once_end_as_the_record_says(small: SmallPractice) -> None:
    """Many times, with what everybody sees compared each time."""
    waiting = await small.receive()
    client = small.amara
    for _ in range(10):
        to_marcus, to_both = (
            replace(client, assigned_staff_ids=staff, name=f"{client.version} {len(staff)}")
            for staff in ((small.marcus.id,), (small.dana.id, small.marcus.id))
        )
        first = await outcomes(edit(small, to_marcus), edit(small, to_both))
        (client,) = [one for one in first if isinstance(one, Client)]
        racing = [edit(small, replace(client, assigned_staff_ids=(small.dana.id,), name="One"))]
        racing.append(edit(small, client))
        await outcomes(*racing)
        client = await find_client(small.store, small.priya, client.id)
        for member in (small.dana, small.marcus):
            sees = waiting in await seen_by(small, member)
            assert sees == (member.id in client.assigned_staff_ids)
        request = await small.store.requests.get(small.priya, waiting)
        assert request is not None
        assert request.requester.name == client.name


async def test_a_changed_name_is_on_what_is_ahead(small: SmallPractice) -> None:
    """On appointments to come and requests that wait; what is over keeps the name of its time."""
    waiting = await small.receive(start=later(days=2))
    ahead = (await approve(small, await small.receive())).appointment
    past = (await approve(small, await small.receive(start=later(days=1)))).appointment
    assert ahead is not None
    assert past is not None
    await small.store.database["appointments"].update_one(
        {"_id": past.id}, {"$set": {"start": later(days=-30), "end": later(days=-30, minutes=45)}}
    )

    await edit(small, replace(small.amara, name="Am\u00e1ra Okafor"))

    renamed = await small.store.appointments.get(small.priya, ahead.id)
    assert renamed is not None
    assert (renamed.client_name, renamed.version) == ("Am\u00e1ra Okafor", ahead.version + 1)
    over = await small.store.appointments.get(small.priya, past.id)
    assert over is not None
    assert (over.client_name, over.version) == ("Amara", past.version)
    wanted = RequestFilter(statuses=frozenset({RequestStatus.PENDING}), name="okafor")
    (found,) = await small.store.requests.find(small.priya, wanted, Order(), after=None, limit=9)
    assert (found.id, found.requester.name, found.version) == (waiting, "Am\u00e1ra Okafor", 2)
    decided = RequestFilter(statuses=frozenset({RequestStatus.APPROVED}), name="okafor")
    assert not await small.store.requests.find(small.priya, decided, Order(), after=None, limit=9)
    await edit(small, await find_client(small.store, small.priya, small.amara.id))
    assert await small.store.appointments.get(small.priya, ahead.id) == renamed
    assert await small.store.requests.get(small.priya, waiting) == found


async def test_who_comes_late_with_an_old_assignment_looks_again(small: SmallPractice) -> None:
    """They had read the record before it changed: what is shown is what the record says."""
    waiting = await small.receive()
    await edit(small, replace(small.amara, assigned_staff_ids=(small.marcus.id,)))

    await show_to_assigned(small.store, small.amara)

    assert await seen_by(small, small.marcus) == {waiting}
    assert await seen_by(small, small.dana) == set()
