"""Inviting clients to the portal: one e-mail each, no access lost, whoever else writes."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.domain.people import Client
from services.scheduler.domain.portal_access import PortalAccess, invitation_event_id
from services.scheduler.domain.portal_refusals import (
    InvitedJustNow,
    PortalAccessActive,
    PortalUrlNeeded,
)
from services.scheduler.domain.record_refusals import ClientNotFound
from services.scheduler.domain.refusals import NotPermitted
from services.scheduler.use_cases.edit_client import edit_client
from services.scheduler.use_cases.invite_clients import Invited, InvitingOutcome, invite_clients
from services.scheduler.use_cases.list_clients import find_client
from tests.harness.inviting import PORTAL_URL, Inviting, at, begin_inviting, portal_settings
from tests.harness.outcomes import FAILED, SENT
from tests.harness.practice import NOW, SmallPractice, approve, later, open_practice
from tests.harness.racing import outcomes
from tests.harness.staff_day import book


@pytest.fixture
async def portal(small: SmallPractice) -> Inviting:
    """A practice whose portal is set; nobody has access yet."""
    return await begin_inviting(small)


async def test_an_invitation_is_written_with_its_event_and_its_history(portal: Inviting) -> None:
    """The event says all that the e-mail says; the version stays for people's edits."""
    small = portal.small
    invited = await portal.invite()

    assert invited == await portal.stored()
    assert invited.invitation is not None
    event_id = invitation_event_id(invited.invitation.id)
    waiting = Notification(event_id, NotificationStatus.WAITING, NOW)
    assert invited.portal_access is PortalAccess.INVITED
    assert invited.invitation.notification == waiting
    assert (invited.invitation.by_name, invited.invitation.at) == ("Priya", NOW)
    assert invited.version == small.amara.version
    (event,) = await portal.events()
    assert (event.id, event.practiceid) == (event_id, small.practice.id)
    assert event.data.portal_url == PORTAL_URL
    assert (event.data.client.client_id, event.data.client.email) == (
        small.amara.id,
        small.amara.email,
    )
    assert await portal.actions() == [("invited", "Priya")]


async def test_the_next_invitation_waits_ten_minutes(portal: Inviting) -> None:
    """And says until when; then it is another one, under another id."""
    first = await portal.invite()
    with pytest.raises(InvitedJustNow) as caught:
        await portal.invite(minutes=9.99)
    assert caught.value.again_at == at(10)
    assert caught.value.retry_after_seconds == 1

    second = await portal.invite(minutes=10)

    assert first.invitation is not None
    assert second.invitation is not None
    assert second.invitation.id != first.invitation.id
    assert len(await portal.events()) == 2
    assert await portal.actions() == [("invited", "Priya")] * 2


async def test_after_one_that_failed_the_next_need_not_wait(portal: Inviting) -> None:
    """The address was corrected: nobody has got an e-mail yet."""
    assert await portal.tell(FAILED, await portal.invite())
    again = await portal.invite(minutes=2)
    assert again.invitation is not None
    assert again.invitation.at == at(2)
    assert await portal.tell(SENT, again, minutes=3)
    with pytest.raises(InvitedJustNow):
        await portal.invite(minutes=4)


async def test_a_call_that_is_repeated_sends_one_invitation(portal: Inviting) -> None:
    """With the same key, at once or after a later invitation; nothing is written again."""
    key, later = uuid4(), uuid4()
    first, second = await asyncio.gather(
        portal.invite(invitation_id=key), portal.invite(invitation_id=key)
    )
    assert first == second
    await portal.invite(invitation_id=later, minutes=20)
    stored = await portal.invite(invitation_id=key, minutes=40)
    assert stored.invitation is not None
    assert stored.invitation.id == later
    assert len(await portal.events()) == 2


async def test_of_many_who_invite_at_once_one_does(portal: Inviting) -> None:
    """One e-mail; the others are told that it was sent just now."""
    found = await outcomes(*(portal.invite() for _ in range(8)))

    assert sum(isinstance(one, Client) for one in found) == 1, found
    assert sum(isinstance(one, InvitedJustNow) for one in found) == 7, found
    assert len(await portal.events()) == 1


async def test_who_uses_the_portal_is_not_invited(portal: Inviting) -> None:
    """They need none."""
    await portal.invite()
    await portal.enter(minutes=1)
    with pytest.raises(PortalAccessActive):
        await portal.invite(minutes=30)
    assert len(await portal.events()) == 1


async def test_only_a_practice_scheduler_invites(portal: Inviting) -> None:
    """A clinician may not; of a client whom one may not see, nobody hears anything."""
    small = portal.small
    other = await open_practice(small.store)
    for actor, refusal in (
        (small.dana, NotPermitted),
        (small.marcus, ClientNotFound),
        (other.priya, ClientNotFound),
    ):
        with pytest.raises(refusal):
            await portal.invite(actor=actor)
        with pytest.raises(refusal):
            await portal.withdraw(actor=actor)
    assert await portal.events() == []
    assert (await portal.stored()).portal_access is PortalAccess.NONE


async def test_without_a_portal_nobody_is_invited(portal: Inviting) -> None:
    """Neither before anything was set, nor without its address."""
    small = portal.small
    await small.store.portal_settings.save(replace(portal_settings(small), portal_url=None))
    with pytest.raises(PortalUrlNeeded):
        await portal.invite()
    with pytest.raises(PortalUrlNeeded):
        await many(portal, small.amara)
    assert (await portal.stored()).invitation is None


async def test_withdrawing_while_inviting_leaves_one_of_both(portal: Inviting) -> None:
    """Whoever was last; an invitation that was withdrawn is not on its way any more."""
    for round_ in range(6):
        minutes = round_ * 20
        await outcomes(portal.invite(minutes=minutes), portal.withdraw(minutes=minutes))
        client = await portal.stored()
        on_their_way = {event.id for event in await portal.events()}
        assert client.invitation is not None
        invited = client.portal_access is PortalAccess.INVITED
        assert (invitation_event_id(client.invitation.id) in on_their_way) is invited
        await portal.withdraw(minutes=minutes + 1)
        assert await portal.events() == []


async def test_withdrawing_twice_is_told_once(portal: Inviting) -> None:
    """And the pause goes on: an e-mail may have left."""
    await portal.invite()
    for _ in range(2):
        assert (await portal.withdraw(minutes=1)).portal_access is PortalAccess.NONE
    assert await portal.actions() == [("invited", "Priya"), ("portal-access-withdrawn", "Priya")]
    with pytest.raises(InvitedJustNow):
        await portal.invite(minutes=5)


async def test_an_edit_does_not_undo_an_invitation(portal: Inviting) -> None:
    """Whoever edits has read the client before they were invited, and does not read them again."""
    small = portal.small
    as_read = await find_client(small.store, small.priya, small.amara.id)
    invited = await portal.invite()

    edited = await edit_client(
        small.store, small.priya, replace(as_read, phone="+1 212 555 0999"), now=NOW
    )

    assert edited.phone == "+1 212 555 0999"
    assert edited.version == as_read.version + 1
    stored = await portal.stored()
    assert (stored.portal_access, stored.invitation) == (PortalAccess.INVITED, invited.invitation)
    assert stored == edited


async def test_an_edit_and_an_invitation_at_once_both_stand(portal: Inviting) -> None:
    """Neither is lost, whichever is written first."""
    small = portal.small
    for round_ in range(6):
        read = await portal.stored()
        phone = f"+1 212 555 01{round_:02d}"
        wanted = replace(read, phone=phone)
        await asyncio.gather(
            edit_client(small.store, small.priya, wanted, now=NOW),
            portal.invite(minutes=round_ * 20),
        )
        stored = await portal.stored()
        assert stored.invitation is not None
        assert (stored.phone, stored.invitation.at) == (phone, at(round_ * 20))
    assert len(await portal.events()) == 6


async def many(portal: Inviting, *clients: Client) -> list[Invited]:
    """Invite several as Priya."""
    found = await invite_clients(
        portal.small.store,
        portal.small.priya,
        [client.id for client in clients],
        id_for=lambda _client: uuid4(),
        correlation_id="a-call",
        now=NOW,
    )
    return list(found)


async def test_many_are_invited_each_for_themselves(portal: Inviting) -> None:
    """What stands against one holds up none of the others; whoever is named twice is asked once."""
    small = portal.small
    other = await open_practice(small.store)
    more = [replace(small.amara, id=uuid4(), portal_access=PortalAccess.NONE) for _ in range(20)]
    active = replace(small.amara, id=uuid4(), portal_access=PortalAccess.ACTIVE)
    for client in (*more, active):
        await small.store.clients.save(client)
    await portal.invite(small.keisha, minutes=-5)

    found = await many(portal, active, *more, other.amara, small.keisha, more[0])

    assert found == [
        Invited(active.id, InvitingOutcome.ALREADY_ACTIVE),
        *(Invited(client.id, InvitingOutcome.INVITED) for client in more),
        Invited(other.amara.id, InvitingOutcome.NOT_FOUND),
        Invited(small.keisha.id, InvitingOutcome.TOO_SOON, at(5)),
    ]
    assert len(await portal.events()) == 21


async def test_emails_of_appointments_name_the_portal(portal: Inviting) -> None:
    """Of approvals and of what staff book, to clients who may use it; to others they do not."""
    small = portal.small
    await approve(small, await small.receive())
    await portal.invite(small.keisha)
    keishas = await small.receive(
        client_id=small.keisha.id, clinician_id=small.marcus.id, start=later(hours=3)
    )
    await approve(small, keishas)
    await book(small, later(days=1))
    await book(small, later(days=2), client=small.keisha)

    told = [
        (row["body"]["data"]["client"]["client_id"], row["body"]["data"]["practice"]["portal_url"])
        async for row in _decoded(small)
    ]

    assert sorted(told, key=str) == sorted(
        [
            *[(str(small.amara.id), None)] * 2,
            *[(str(small.keisha.id), PORTAL_URL)] * 3,
        ],
        key=str,
    )


async def _decoded(small: SmallPractice) -> AsyncIterator[dict[str, Any]]:
    async for row in small.store.database["outbox"].find({}):
        yield {**row, "body": json.loads(row["body"])}
