"""A failed e-mail in the To-Do, and the tick of who told the client in another way."""

import asyncio
from dataclasses import replace

import pytest

from services.scheduler.domain.refusals import AppointmentNotFound, NoFailedEmail
from services.scheduler.mongo.store import Store
from tests.harness.outcomes import FAILED, SENT, Approved, approve_one, told
from tests.harness.practice import later, open_practice


@pytest.fixture
async def approved(store: Store) -> Approved:
    """A request of Amara's that was approved; its e-mail waits."""
    return await approve_one(await open_practice(store))


async def test_the_to_do_shows_a_failed_email_until_somebody_saw_to_it(
    approved: Approved,
) -> None:
    """To whoever may see the appointment; one of them ticks it off, with their name."""
    small = approved.small
    assert await approved.to_do(small.dana) == []
    await approved.tell(FAILED)
    assert await approved.to_do(small.dana) == [approved.appointment_id]
    assert await approved.to_do(small.priya) == [approved.appointment_id]
    assert await approved.to_do(small.marcus) == []

    ticked = await approved.handle(small.dana)

    assert ticked.notification is not None
    assert ticked.notification.handled_by == "Dana"
    assert ticked == await approved.appointment()
    assert (await approved.request()).notification == ticked.notification
    assert await approved.to_do(small.dana) == await approved.to_do(small.priya) == []
    assert await approved.actions() == [
        ("email-failed", "the notifier"),
        ("email-handled", "Dana"),
    ]


async def test_ticking_off_again_changes_nothing(approved: Approved) -> None:
    """Who was first is kept; neither a repeated failure nor a late success takes the name away."""
    small = approved.small
    await approved.tell(FAILED)
    racers = await asyncio.gather(*(approved.handle(who) for who in (small.dana, small.priya) * 4))

    names = {racer.notification.handled_by for racer in racers if racer.notification}
    assert len(names) == 1
    await approved.tell(FAILED, minutes=7)
    assert await approved.to_do(small.priya) == []
    await approved.tell(SENT, minutes=9)
    again = await approved.handle(small.priya, minutes=10)
    assert again.notification is not None
    assert again.notification.handled_by in names
    actions = [action for action, _ in await approved.actions()]
    assert actions == ["email-failed", "email-handled", "email-sent"]


async def test_an_email_sent_after_all_leaves_the_to_do(approved: Approved) -> None:
    """Nobody need call."""
    await approved.tell(FAILED)
    await approved.tell(SENT, minutes=2)

    assert await approved.to_do(approved.small.priya) == []
    with pytest.raises(NoFailedEmail):
        await approved.handle(approved.small.priya)


async def test_only_a_failed_email_can_be_ticked_off(approved: Approved) -> None:
    """Not one that waits; and not by whom the appointment is none of their business."""
    with pytest.raises(NoFailedEmail):
        await approved.handle(approved.small.dana)
    await approved.tell(FAILED)
    with pytest.raises(AppointmentNotFound):
        await approved.handle(approved.small.marcus)
    assert await approved.to_do(approved.small.dana) == [approved.appointment_id]


async def test_the_next_change_is_another_email_to_see_to(approved: Approved) -> None:
    """A name is on one e-mail; when the next one fails, somebody has to call again."""
    priya = approved.small.priya
    await approved.tell(FAILED)
    await approved.handle(priya)
    moved = await approved.move(start=later(hours=3))
    assert moved.notification is not None
    await approved.tell(FAILED, event_id=moved.notification.event_id, minutes=20)

    assert await approved.to_do(priya) == [approved.appointment_id]
    ticked = (await approved.handle(priya)).notification
    assert ticked == replace(told(FAILED, moved.notification.event_id, 20), handled_by="Priya")
