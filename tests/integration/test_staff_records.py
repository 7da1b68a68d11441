"""The staff: who may change them, who stays, and who of two at once."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.record_refusals import (
    LastPracticeScheduler,
    StaffEmailTaken,
    StaffNotFound,
)
from services.scheduler.domain.refusals import (
    ActorNotStaff,
    ClinicianUnknown,
    NotPermitted,
    StaleVersion,
)
from services.scheduler.mongo.appointments import AppointmentFilter
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.add_record import new_id
from services.scheduler.use_cases.add_staff import add_staff
from services.scheduler.use_cases.admit_staff import admit_staff
from services.scheduler.use_cases.edit_staff import edit_staff
from services.scheduler.use_cases.list_appointments import list_appointments
from services.scheduler.use_cases.list_staff import find_member, list_staff
from shared.auth.actors import Role, StaffActor
from tests.harness.practice import NOW, SmallPractice, approve, open_practice
from tests.harness.racing import outcomes


@pytest.fixture
async def small(store: Store) -> SmallPractice:
    """A practice in an empty database."""
    return await open_practice(store)


async def second_scheduler(small: SmallPractice) -> StaffMember:
    """Add another practice scheduler."""
    wanted = replace(small.priya, id=uuid4(), name="Quentin", email="quentin@example.org")
    return (await add_staff(small.store, small.priya, wanted)).record


async def test_the_staff_are_listed_by_name(small: SmallPractice) -> None:
    """As people sort names; colleagues of another practice are not there."""
    other = await open_practice(small.store)
    accented = replace(
        small.marcus, id=uuid4(), name="\u00c1da", email="ada@example.org", active=False
    )
    await add_staff(small.store, small.priya, accented)

    async def names(actor: StaffMember, *, active: bool | None = None) -> list[str]:
        return [one.name for one in await list_staff(small.store, actor, active=active)]

    assert await names(small.dana) == ["\u00c1da", "Dana", "Marcus", "Priya"]
    assert await names(small.dana, active=True) == ["Dana", "Marcus", "Priya"]
    assert await names(small.dana, active=False) == ["\u00c1da"]
    with pytest.raises(StaffNotFound):
        await find_member(small.store, small.priya, other.dana.id)
    with pytest.raises(StaffNotFound):
        await edit_staff(small.store, small.priya, replace(other.dana, name="Ours"))


async def test_an_address_is_one_persons_in_a_practice(small: SmallPractice) -> None:
    """Whatever its case; another practice may have somebody with the same one."""
    twin = replace(small.dana, id=uuid4(), name="Twin", email="DANA@example.org")
    with pytest.raises(StaffEmailTaken):
        await add_staff(small.store, small.priya, twin)
    with pytest.raises(StaffEmailTaken):
        await edit_staff(small.store, small.priya, replace(small.marcus, email="Dana@example.org"))
    assert await small.store.staff.get(small.practice.id, small.marcus.id) == small.marcus

    other = await open_practice(small.store)
    there = replace(twin, practice_id=other.practice.id, email="nina@example.org")
    await add_staff(small.store, other.priya, there)
    here = replace(twin, id=uuid4(), email="nina@example.org")
    assert not (await add_staff(small.store, small.priya, here)).repeated
    own = await edit_staff(small.store, small.priya, replace(small.dana, email="DANA@example.org"))
    assert (own.email, own.version) == ("DANA@example.org", 2)


async def test_the_same_key_adds_one_person(small: SmallPractice) -> None:
    """Sixteen at once: one is added, and all learn who it is; another key is another person."""
    identifier = new_id(small.priya, "staff", "a-key")
    wanted = replace(small.dana, id=identifier, name="Nora", email="nora@example.org")

    found = await asyncio.gather(*(add_staff(small.store, small.priya, wanted) for _ in range(16)))

    assert {added.record for added in found} == {wanted}
    assert [added.repeated for added in found].count(False) == 1
    ids = {new_id(who, kind, "a-key") for who in (small.priya, small.dana) for kind in "ab"}
    assert len(ids | {identifier, new_id(small.priya, "staff", None)}) == 6


async def test_who_leaves_is_neither_let_in_nor_booked(small: SmallPractice) -> None:
    """What they have booked stays, and is listed."""
    await approve(small, await small.receive())
    waiting = await small.receive(start=NOW.replace(year=2027))

    left = await edit_staff(small.store, small.priya, replace(small.dana, active=False))

    assert (left.active, left.version) == (False, 2)
    with pytest.raises(ActorNotStaff):
        await admit_staff(
            small.store, StaffActor(small.practice.id, "dana", small.dana.id, Role.CLINICIAN)
        )
    with pytest.raises(ClinicianUnknown):
        await approve(small, waiting)
    page = await list_appointments(
        small.store, small.priya, AppointmentFilter(), after=None, limit=10
    )
    assert [one.booking.clinician_id for one in page.appointments] == [small.dana.id]


async def test_the_last_practice_scheduler_stays(small: SmallPractice) -> None:
    """Neither dismissed nor given another role, while nobody else could undo it."""
    for gone in (
        replace(small.priya, active=False),
        replace(small.priya, role=Role.CLINICIAN),
    ):
        with pytest.raises(LastPracticeScheduler):
            await edit_staff(small.store, small.priya, gone)
    renamed = await edit_staff(small.store, small.priya, replace(small.priya, name="Priya R."))
    quentin = await second_scheduler(small)
    await edit_staff(small.store, quentin, replace(renamed, role=Role.CLINICIAN))
    with pytest.raises(LastPracticeScheduler):
        await edit_staff(small.store, quentin, replace(quentin, active=False))


async def test_two_who_dismiss_each_other_do_not_both_succeed(small: SmallPractice) -> None:
    """Again and again: one practice scheduler is left each time."""
    one, other = small.priya, await second_scheduler(small)
    for _ in range(10):
        found = await outcomes(
            edit_staff(small.store, one, replace(other, active=False)),
            edit_staff(small.store, other, replace(one, role=Role.CLINICIAN)),
        )
        done = [member for member in found if isinstance(member, StaffMember)]
        refused = [error for error in found if isinstance(error, LastPracticeScheduler)]
        assert (len(done), len(refused)) == (1, 1), found
        back = replace(done[0], active=True, role=Role.PRACTICE_SCHEDULER)
        restored = await edit_staff(small.store, one if done[0].id == other.id else other, back)
        one, other = (one, restored) if restored.id == other.id else (restored, other)


async def test_of_two_who_edit_somebody_at_once_one_reads_again(small: SmallPractice) -> None:
    """In transactions, too."""
    dana = small.dana
    for _ in range(10):
        found = await outcomes(
            *(
                edit_staff(small.store, small.priya, replace(dana, name=f"{dana.version} {name}"))
                for name in "AB"
            )
        )
        (dana,) = [member for member in found if isinstance(member, StaffMember)]
        assert sum(isinstance(error, StaleVersion) for error in found) == 1, found
    assert dana.version == 11
    assert await edit_staff(small.store, small.priya, dana) == dana


async def test_only_a_practice_scheduler_edits_the_staff(small: SmallPractice) -> None:
    """Others see their colleagues, and change nobody, themselves included."""
    for wanted in (small.dana, small.marcus):
        with pytest.raises(NotPermitted):
            await edit_staff(small.store, small.dana, replace(wanted, name="X"))
    with pytest.raises(NotPermitted):
        await add_staff(small.store, small.dana, replace(small.dana, id=uuid4()))
