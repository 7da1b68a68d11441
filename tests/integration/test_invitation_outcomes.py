"""What became of the e-mail of an invitation: on the client, in the history, in the To-Do."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.scheduler.domain.notification import NotificationStatus
from services.scheduler.domain.portal_refusals import NoFailedInvitation
from services.scheduler.domain.record_refusals import ClientNotFound
from services.scheduler.use_cases.handle_failed_invitation import handle_failed_invitation
from tests.harness.inviting import Inviting, at, begin_inviting
from tests.harness.outcomes import FAILED, REFUSED, SENT
from tests.harness.practice import NOW, SmallPractice
from tests.harness.racing import outcomes


@pytest.fixture
async def portal(small: SmallPractice) -> Inviting:
    """A practice whose portal is set; nobody has access yet."""
    return await begin_inviting(small)


async def status_of(portal: Inviting) -> NotificationStatus:
    """Return what Amara's record says of her invitation's e-mail."""
    invitation = (await portal.stored()).invitation
    assert invitation is not None
    return invitation.notification.status


async def test_an_outcome_is_noted_on_the_client(portal: Inviting) -> None:
    """With time and reason, and in the history; a repetition changes nothing, sent stands."""
    invited = await portal.invite()

    assert await portal.tell(FAILED, invited, minutes=1)
    assert not await portal.tell(FAILED, invited, minutes=2)

    stored = (await portal.stored()).invitation
    assert stored is not None
    assert (stored.notification.status, stored.notification.reason) == (FAILED, REFUSED)
    assert stored.notification.at == at(1)
    assert await portal.tell(SENT, invited, minutes=3)
    assert not await portal.tell(FAILED, invited, minutes=4)
    assert await status_of(portal) is SENT
    assert (await portal.stored()).version == invited.version
    assert await portal.actions() == [
        ("invited", "Priya"),
        ("email-failed", "the notifier"),
        ("email-sent", "the notifier"),
    ]


async def test_an_older_invitation_says_nothing_of_the_newer(portal: Inviting) -> None:
    """Whatever becomes of it; nor does that of another client."""
    first = await portal.invite()
    second = await portal.invite(minutes=15)

    assert not await portal.tell(FAILED, first, minutes=16)
    assert await status_of(portal) is NotificationStatus.WAITING
    assert not await portal.tell(FAILED, second, client_id=portal.small.keisha.id)
    assert not await portal.tell(FAILED, second, client_id=uuid4())
    assert await portal.tell(SENT, second, minutes=17)


async def test_a_failed_invitation_is_to_do_for_who_sees_the_client(portal: Inviting) -> None:
    """Until it is sent after all."""
    small = portal.small
    invited = await portal.invite()
    assert await portal.to_do(small.priya) == []
    await portal.tell(FAILED, invited)
    assert await portal.to_do(small.priya) == [small.amara.id]
    assert await portal.to_do(small.dana) == [small.amara.id]
    assert await portal.to_do(small.marcus) == []
    await portal.tell(SENT, invited, minutes=2)
    assert await portal.to_do(small.priya) == []


@pytest.mark.parametrize("done", ["invite", "withdraw", "enter"])
async def test_what_ends_a_failed_invitation(portal: Inviting, done: str) -> None:
    """Another one, none any more, or the client has found the portal all the same."""
    await portal.tell(FAILED, await portal.invite())

    await getattr(portal, done)(minutes=12)

    assert await portal.to_do(portal.small.priya) == []
    with pytest.raises(NoFailedInvitation):
        await handle_failed_invitation(
            portal.small.store, portal.small.priya, portal.small.amara.id, now=NOW
        )


async def test_who_told_the_client_ticks_it_off(portal: Inviting) -> None:
    """Whoever sees the client; of several, the first is named. What did not fail cannot be."""
    small = portal.small
    invited = await portal.invite()
    with pytest.raises(NoFailedInvitation):
        await handle_failed_invitation(small.store, small.dana, small.amara.id, now=NOW)
    await portal.tell(FAILED, invited)
    with pytest.raises(ClientNotFound):
        await handle_failed_invitation(small.store, small.marcus, small.amara.id, now=NOW)

    later = NOW + timedelta(minutes=5)
    found = await outcomes(
        *(
            handle_failed_invitation(small.store, actor, small.amara.id, now=later)
            for actor in (small.dana, small.priya, small.dana)
        )
    )

    stored = await portal.stored()
    assert stored.invitation is not None
    assert stored.invitation.notification.handled_by in {"Dana", "Priya"}
    assert found == [stored] * 3
    assert await portal.to_do(small.priya) == []
    actions = [action for action, _by in await portal.actions()]
    assert actions == ["invited", "email-failed", "email-handled"]
