"""The message of a decline, sent once more: one delivery for each click that counts."""

import asyncio
from dataclasses import replace

import pytest

from services.scheduler.domain.appointment_request import AppointmentRequest
from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.domain.refusals import (
    DeclineMessagesOff,
    EmailWaiting,
    NoEmailToResend,
    RequestNotFound,
)
from services.scheduler.mongo.store import Store
from shared.schemas.request_declined import RequestDeclined
from tests.harness.client_emails import (
    SORRY,
    Declined,
    decline_one,
    on_their_way,
    set_emails,
)
from tests.harness.outcomes import FAILED, SENT, approve_one, told
from tests.harness.practice import NOW, later, open_practice


@pytest.fixture
async def declined(store: Store) -> Declined:
    """A request of Amara's, declined with a message whose e-mail waits."""
    small = await open_practice(store)
    await set_emails(small, decline_messages=True)
    return await decline_one(small)


async def test_the_message_goes_to_the_address_as_it_is_now(declined: Declined) -> None:
    """With an event of its own; the text is the one that was decided."""
    small = declined.small
    await declined.tell(FAILED)
    corrected = replace(small.amara, email="right@example.org", name="Amara O.", version=2)
    await small.store.clients.save(corrected)

    sent = await declined.resend(small.dana)

    again = f"{declined.event_id}:again.1"
    assert sent == await declined.request()
    assert sent.notification is not None
    assert (sent.notification.event_id, sent.notification.status) == (
        again,
        NotificationStatus.WAITING,
    )
    events = await on_their_way(small)
    assert set(events) == {declined.event_id, again}
    first, second = events[declined.event_id], events[again]
    assert isinstance(first, RequestDeclined)
    assert isinstance(second, RequestDeclined)
    assert second.data.message is not None
    assert second.data.message.client.email == "right@example.org"
    assert second.data.message.client.name == "Amara O."
    assert second.data.message.text == SORRY
    assert second.data.decided_at == first.data.decided_at == NOW
    assert second.time == sent.notification.at
    assert await declined.to_do(small.priya) == []
    entry = (await declined.history())[-1]
    assert (entry.action, entry.by_name, entry.at) == ("email-resent", "Dana", second.time)
    assert (entry.before, entry.after) == ({"email": "failed"}, {"email": "waiting"})


async def test_what_becomes_of_the_new_delivery_is_shown_and_of_the_old_no_more(
    declined: Declined,
) -> None:
    """It may fail again, and be sent a third time."""
    priya = declined.small.priya
    await declined.tell(FAILED)
    await declined.resend(priya)
    assert not await declined.tell(SENT)
    again = f"{declined.event_id}:again.1"
    assert await declined.tell(FAILED, event_id=again, minutes=8)
    assert await declined.to_do(priya) == [declined.request_id]
    await declined.handle(priya)

    third = await declined.resend(priya)

    assert third.notification is not None
    assert third.notification.event_id == f"{declined.event_id}:again.2"
    assert third.notification.handled_by is None
    assert await declined.tell(SENT, event_id=third.notification.event_id, minutes=9)
    shown = (await declined.request()).notification
    assert shown == told(SENT, third.notification.event_id, 9)


async def test_one_that_waits_is_not_sent_again(declined: Declined) -> None:
    """Of many clicks at once one makes an e-mail; the others are told that it waits."""
    small = declined.small
    with pytest.raises(EmailWaiting):
        await declined.resend(small.priya)
    await declined.tell(SENT)

    clicks = await asyncio.gather(
        *(declined.resend(small.priya) for _ in range(8)), return_exceptions=True
    )

    assert sum(isinstance(click, AppointmentRequest) for click in clicks) == 1, clicks
    assert sum(isinstance(click, EmailWaiting) for click in clicks) == 7, clicks
    assert len(await on_their_way(small)) == 2


async def test_where_no_message_was_sent_there_is_none_to_send_again(declined: Declined) -> None:
    """A plain decline, a pending request, an approval; and none that one may not see."""
    small = declined.small
    plain = await decline_one(small, message=None, start=later(days=1))
    pending = Declined(small, await small.receive(start=later(days=2)))
    approved = await approve_one(small, later(days=3))
    await approved.tell(FAILED)
    for nothing in (plain, pending, Declined(small, approved.request_id)):
        with pytest.raises(NoEmailToResend):
            await nothing.resend(small.priya)
    await declined.tell(FAILED)
    with pytest.raises(RequestNotFound):
        await declined.resend(small.marcus)


async def test_a_practice_that_has_turned_messages_off_sends_no_more(declined: Declined) -> None:
    """The failed one stays to be seen to."""
    small = declined.small
    await declined.tell(FAILED)
    await set_emails(small, decline_messages=False)

    with pytest.raises(DeclineMessagesOff):
        await declined.resend(small.priya)

    failed: Notification | None = (await declined.request()).notification
    assert failed == told(FAILED, declined.event_id, 1)
    assert await declined.to_do(small.priya) == [declined.request_id]
