"""A declined client is told by somebody, and it is seen who did (PRODUCT 8.7)."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from services.scheduler.domain.appointment_request import AppointmentRequest, FollowUp
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import NothingToFollowUp, RequestNotFound
from services.scheduler.use_cases.follow_up import follow_up
from services.scheduler.use_cases.read_history import request_history
from services.scheduler.use_cases.show_to_do import show_to_do
from tests.harness.practice import NOW, SmallPractice, approve, decline
from tests.harness.staff_day import NEW_CLIENT, withdraw

LATER = NOW + timedelta(hours=1)


async def tick(
    small: SmallPractice, request: UUID, *, done: bool = True, actor: StaffMember | None = None
) -> AppointmentRequest:
    """Tick off that the client was told, or take it back."""
    return await follow_up(small.store, actor or small.dana, request, done=done, now=LATER)


async def to_contact(small: SmallPractice, actor: StaffMember) -> list[tuple[UUID, str | None]]:
    """Return whom the actor is to contact: the request, and the telephone number on record."""
    to_do = await show_to_do(small.store, actor, now=NOW)
    return [(one.request.id, one.client.phone if one.client else None) for one in to_do.to_contact]


async def test_a_declined_client_is_to_be_contacted_until_it_is_ticked_off(
    small: SmallPractice,
) -> None:
    """With the telephone number; longest waiting first; for the staff who may see the request."""
    first, second = await small.receive(), await small.receive()
    new = await small.receive(client_id=None, prospective_client=NEW_CLIENT)
    assert await to_contact(small, small.priya) == []
    for request in (first, second, new):
        await decline(small, request)

    on_record = small.amara.phone
    waiting = sorted([(first, on_record), (second, on_record), (new, None)])
    assert sorted(await to_contact(small, small.priya), key=str) == sorted(waiting, key=str)
    assert len(await to_contact(small, small.dana)) == 3
    assert await to_contact(small, small.marcus) == []

    ticked = await tick(small, first)

    assert ticked.follow_up == FollowUp(done=True, by_name="Dana", at=LATER)
    assert first not in dict(await to_contact(small, small.priya))


async def test_a_tick_can_be_taken_back(small: SmallPractice) -> None:
    """It waits again, and the history says who did what."""
    request = await small.receive()
    await decline(small, request)
    await tick(small, request)

    back = await tick(small, request, done=False, actor=small.priya)

    assert back.follow_up == FollowUp()
    assert back.version == 4
    assert [found for found, _ in await to_contact(small, small.dana)] == [request]
    entries = await request_history(small.store, small.priya, request)
    assert [(one.action, one.by_name) for one in entries] == [
        ("submitted", "Amara"),
        ("declined", "Priya"),
        ("client-told", "Dana"),
        ("client-not-told", "Priya"),
    ]
    assert (entries[2].before, entries[2].after) == (
        {"follow_up_done": False},
        {"follow_up_done": True},
    )


async def test_ticking_twice_is_ticking_once(small: SmallPractice) -> None:
    """Who was first has told the client; also of eight at the same moment."""
    request = await small.receive()
    await decline(small, request)

    answers = await asyncio.gather(*(tick(small, request) for _ in range(8)))
    again = await tick(small, request, actor=small.priya)

    assert {answer.version for answer in [*answers, again]} == {3}
    assert again.follow_up == FollowUp(done=True, by_name="Dana", at=LATER)
    assert len(await request_history(small.store, small.priya, request)) == 3


async def test_only_a_declined_request_has_somebody_to_contact(small: SmallPractice) -> None:
    """Not one that waits, is approved or withdrawn."""
    waiting, approved, withdrawn = [await small.receive() for _ in range(3)]
    await approve(small, approved)
    await withdraw(small, withdrawn)
    for request in (waiting, approved, withdrawn):
        for done in (True, False):
            with pytest.raises(NothingToFollowUp):
                await tick(small, request, done=done)


async def test_who_may_not_see_the_request_ticks_nothing(small: SmallPractice) -> None:
    """Marcus is not Amara's clinician."""
    request = await small.receive()
    await decline(small, request)

    with pytest.raises(RequestNotFound):
        await tick(small, request, actor=small.marcus)
    assert [found for found, _ in await to_contact(small, small.dana)] == [request]
