"""Who may use the portal: the invited become active, and who has no access is flagged."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from services.scheduler.domain.appointment_request import RequestFlag
from services.scheduler.domain.portal_access import PortalAccess
from services.scheduler.domain.portal_refusals import PortalAccessWithdrawn
from services.scheduler.use_cases.admit_client import admit_client
from services.scheduler.use_cases.decide import find_request
from services.scheduler.use_cases.read_history import client_history
from shared.auth.actors import ClientActor, ProspectiveClientActor
from tests.harness.inviting import Inviting, at, begin_inviting
from tests.harness.practice import NOW, SmallPractice


@pytest.fixture
async def portal(small: SmallPractice) -> Inviting:
    """A practice whose portal is set; nobody has access yet."""
    return await begin_inviting(small)


async def test_with_their_first_call_the_invited_become_active(portal: Inviting) -> None:
    """Once, also when a page calls many times at once; nobody's ETag grows old by it."""
    invited = await portal.invite()

    await asyncio.gather(*(portal.enter(minutes=5) for _ in range(8)))
    await portal.enter(minutes=60)

    active = await portal.stored()
    assert active == replace(invited, portal_access=PortalAccess.ACTIVE)
    assert await portal.actions() == [("invited", "Priya"), ("invitation-accepted", "Amara")]
    history = await client_history(portal.small.store, portal.small.dana, active.id)
    assert [(entry.at, entry.after["portal_access"]) for entry in history] == [
        (NOW, "invited"),
        (at(5), "active"),
    ]


async def test_who_was_not_invited_is_turned_away(portal: Inviting) -> None:
    """And who is not on record, or in another practice; the portal itself is let in."""
    small = portal.small
    with pytest.raises(PortalAccessWithdrawn):
        await portal.enter()
    await portal.invite()
    for practice_id, client_id in ((uuid4(), small.amara.id), (small.practice.id, uuid4())):
        with pytest.raises(PortalAccessWithdrawn):
            await admit_client(small.store, ClientActor(practice_id, "x", client_id), now=NOW)
    assert (await portal.stored()).portal_access is PortalAccess.INVITED
    await admit_client(
        small.store, ProspectiveClientActor(small.practice.id, "the portal"), now=NOW
    )


async def test_whose_access_is_withdrawn_is_turned_away_at_once(portal: Inviting) -> None:
    """Whether they had used it or not; a later invitation lets them in again."""
    await portal.invite()
    await portal.withdraw(minutes=1)
    with pytest.raises(PortalAccessWithdrawn):
        await portal.enter(minutes=2)
    await portal.invite(minutes=20)
    await portal.enter(minutes=21)
    await portal.withdraw(minutes=22)
    with pytest.raises(PortalAccessWithdrawn):
        await portal.enter(minutes=23)
    assert [action for action, _by in await portal.actions()] == [
        "invited",
        "portal-access-withdrawn",
        "invited",
        "invitation-accepted",
        "portal-access-withdrawn",
    ]


async def test_entering_while_the_access_is_withdrawn_leaves_none(portal: Inviting) -> None:
    """Whichever comes first."""
    for round_ in range(6):
        await portal.invite(minutes=round_ * 20)
        await asyncio.gather(
            portal.withdraw(minutes=round_ * 20),
            portal.enter(minutes=round_ * 20),
            return_exceptions=True,
        )
        assert (await portal.stored()).portal_access is PortalAccess.NONE


@pytest.mark.parametrize(
    ("access", "flagged"),
    [(PortalAccess.NONE, True), (PortalAccess.INVITED, False), (PortalAccess.ACTIVE, False)],
)
async def test_a_request_without_access_is_kept_and_flagged(
    small: SmallPractice, access: PortalAccess, *, flagged: bool
) -> None:
    """It was accepted while the scheduler was away, say: staff decide."""
    await small.store.clients.save(replace(small.amara, portal_access=access))
    request = await find_request(small.store, small.priya, await small.receive())
    assert (RequestFlag.CLIENT_WITHOUT_ACCESS in request.flags) is flagged
