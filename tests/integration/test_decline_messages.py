"""A message with a decline: where the practice wants it, once, to whoever asked (PRODUCT 8.7)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.domain.refusals import (
    AlreadyDecided,
    ClientNotReachable,
    DeclineMessagesOff,
    NoFailedEmail,
    RequestNotFound,
    StaleVersion,
)
from services.scheduler.use_cases.decide import Decided
from services.scheduler.use_cases.follow_up import follow_up
from services.scheduler.use_cases.show_to_do import show_to_do
from shared.schemas.request_declined import RequestDeclined
from shared.schemas.request_submitted import ProspectiveClient
from shared.schemas.vocabulary import Language, RequestStatus
from tests.harness.client_emails import (
    SORRY,
    Declined,
    decline_one,
    on_their_way,
    set_emails,
)
from tests.harness.outcomes import FAILED, SENT, approve_one, told
from tests.harness.practice import NOW, START, SmallPractice, decline
from tests.harness.staff_day import NEW_CLIENT

NEW = ProspectiveClient.model_validate(NEW_CLIENT)


async def event_of(declined: Declined) -> RequestDeclined:
    """Return the event of a decline."""
    event = (await on_their_way(declined.small))[declined.event_id]
    assert isinstance(event, RequestDeclined)
    return event


async def test_a_message_is_sent_to_the_client_as_on_record(small: SmallPractice) -> None:
    """With the practice's own signature, in the client's language; the reason stays inside."""
    await set_emails(small, decline_messages=True, sender_name="The Practice")
    request = await small.receive()
    moved = replace(small.amara, email="new@example.org", language=Language.GERMAN, version=2)
    await small.store.clients.save(moved)

    decided = await decline(small, request, "Owes us money.", message=SORRY)

    event = (await on_their_way(small))[f"{request}:declined"]
    assert isinstance(event, RequestDeclined)
    assert event.data.message is not None
    assert event.data.message.text == SORRY
    assert event.data.message.client.email == "new@example.org"
    assert event.data.message.client.language is Language.GERMAN
    assert event.data.message.practice.sender_name == "The Practice"
    assert event.data.message.asked.start == START
    assert "Owes" not in event.model_dump_json()
    assert decided.request.notification == Notification(event.id, NotificationStatus.WAITING, NOW)
    declined = Declined(small, request)
    assert await declined.request() == decided.request
    (entry,) = await declined.history()
    assert entry.after == {"status": "declined", "reason": "Owes us money.", "message": SORRY}


async def test_a_new_client_is_written_to_as_they_said(small: SmallPractice) -> None:
    """There is no record of them, and none is made."""
    await set_emails(small, decline_messages=True)
    declined = await decline_one(
        small, client_id=None, prospective_client=NEW, time_zone="Europe/Berlin"
    )

    message = (await event_of(declined)).data.message
    assert message is not None
    assert (message.client.name, message.client.email) == (NEW.name, NEW.email)
    assert message.client.time_zone == "Europe/Berlin"
    assert await small.store.database["clients"].count_documents({"name": NEW.name}) == 0


async def test_without_a_message_nobody_is_written_to(small: SmallPractice) -> None:
    """Also where the practice would send one: ids and times leave, and no e-mail waits."""
    await set_emails(small, decline_messages=True)
    declined = await decline_one(small, message=None)

    assert (await event_of(declined)).data.message is None
    assert (await declined.request()).notification is None


async def test_a_practice_that_wants_no_messages_sends_none(small: SmallPractice) -> None:
    """That is the default; the request goes on waiting, and can be declined without."""
    request = await small.receive()
    with pytest.raises(DeclineMessagesOff):
        await decline(small, request, message=SORRY)
    assert (await Declined(small, request).request()).status is RequestStatus.PENDING
    assert await on_their_way(small) == {}

    await decline(small, request)
    assert (await event_of(Declined(small, request))).data.message is None


async def test_a_client_whom_nobody_knows_cannot_be_written_to(small: SmallPractice) -> None:
    """There is no address; the request goes on waiting."""
    await set_emails(small, decline_messages=True)
    request = await small.receive(client_id=uuid4())
    with pytest.raises(ClientNotReachable):
        await decline(small, request, message=SORRY)
    assert (await Declined(small, request).request()).status is RequestStatus.PENDING


async def test_the_same_again_is_one_email_and_another_message_another_decision(
    small: SmallPractice,
) -> None:
    """Also when the practice has turned messages off since, and with an old version."""
    await set_emails(small, decline_messages=True)
    request = await small.receive()
    racers = await asyncio.gather(
        *(decline(small, request, message=SORRY if n % 2 else "No.") for n in range(16)),
        return_exceptions=True,
    )
    won = [one for one in racers if isinstance(one, Decided) and not one.repeated]
    repeated = [one for one in racers if isinstance(one, Decided) and one.repeated]
    refused = [one for one in racers if isinstance(one, AlreadyDecided)]
    assert (len(won), len(repeated), len(refused)) == (1, 7, 8), racers
    assert len(await on_their_way(small)) == 1

    await set_emails(small, decline_messages=False)
    standing = won[0].request.decision
    assert standing is not None
    again = await decline(small, request, message=standing.message, version=1)
    assert (again.repeated, again.request) == (True, won[0].request)
    for other in (None, "Another.", SORRY if standing.message == "No." else "No."):
        with pytest.raises(AlreadyDecided):
            await decline(small, request, message=other)
    assert len(await on_their_way(small)) == 1


async def test_an_old_version_is_refused_before_anything_is_written(small: SmallPractice) -> None:
    """Somebody else has changed the request since it was read."""
    await set_emails(small, decline_messages=True)
    with pytest.raises(StaleVersion):
        await decline(small, await small.receive(), message=SORRY, version=9)
    assert await on_their_way(small) == {}


async def test_the_client_stays_to_be_contacted_and_the_request_shows_the_email(
    small: SmallPractice,
) -> None:
    """A message does not answer questions: staff tick it off; until then they see when it went."""
    await set_emails(small, decline_messages=True)
    declined = await decline_one(small)
    assert await declined.tell(SENT)

    (one,) = (await show_to_do(small.store, small.dana, now=NOW)).to_contact
    assert one.request.id == declined.request_id
    assert one.request.notification == told(SENT, declined.event_id, 1)
    assert one.request.decision is not None
    assert one.request.decision.message == SORRY
    assert await declined.to_do(small.dana) == []


async def test_a_failed_message_is_to_be_seen_to_by_whoever_may_see_the_request(
    small: SmallPractice,
) -> None:
    """Until one of them ticks it off, once, with their name; a colleague sees nothing of it."""
    await set_emails(small, decline_messages=True)
    declined = await decline_one(small)
    with pytest.raises(NoFailedEmail):
        await declined.handle(small.dana)
    assert await declined.tell(FAILED)
    assert await declined.to_do(small.dana) == await declined.to_do(small.priya)
    assert await declined.to_do(small.dana) == [declined.request_id]
    assert await declined.to_do(small.marcus) == []
    with pytest.raises(RequestNotFound):
        await declined.handle(small.marcus)

    ticked = NOW + timedelta(minutes=3)
    await follow_up(small.store, small.dana, declined.request_id, done=True, now=ticked)
    (shown,) = (await show_to_do(small.store, small.dana, now=NOW)).failed_decline_messages
    assert shown.client == small.amara

    racers = await asyncio.gather(*(declined.handle(who) for who in (small.dana, small.priya) * 4))

    names = {one.notification.handled_by for one in racers if one.notification}
    assert len(names) == 1
    assert await declined.to_do(small.priya) == []
    assert [entry.action for entry in await declined.history()] == [
        "declined",
        "email-failed",
        "client-told",
        "email-handled",
    ]
    assert await declined.tell(SENT, minutes=9)
    assert (await declined.request()).notification == replace(
        told(SENT, declined.event_id, 9), handled_by=names.pop()
    )


async def test_the_email_of_an_approval_is_its_appointments(small: SmallPractice) -> None:
    """It is in the To-Do once, and is not ticked off at the request."""
    approved = await approve_one(small)
    await approved.tell(FAILED)
    of_request = Declined(small, approved.request_id)

    assert await of_request.to_do(small.priya) == []
    assert await approved.to_do(small.priya) == [approved.appointment_id]
    with pytest.raises(NoFailedEmail):
        await of_request.handle(small.priya)
    plain = await decline_one(small, message=None, start=START + timedelta(days=1))
    with pytest.raises(NoFailedEmail):
        await plain.handle(small.priya)
