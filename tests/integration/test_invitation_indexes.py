"""Failed invitations and the history of a client are found on indexes, in their order."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from services.scheduler.domain.notification import NotificationStatus
from services.scheduler.domain.portal_access import PortalAccess, new_invitation
from services.scheduler.mongo.clients import to_document
from tests.harness.inviting import begin_inviting
from tests.harness.outcomes import FAILED, SENT
from tests.harness.practice import NOW, SmallPractice
from tests.harness.query_plans import reading_of

CLIENTS = 2000
EVERY = 40  # one in so many failed


async def fill(small: SmallPractice) -> None:
    """Write clients who were invited, of whom some were not reached, longest ago last."""
    rows = []
    for number in range(CLIENTS):
        at = NOW - timedelta(minutes=number)
        invitation = new_invitation(UUID(int=number), small.priya.id, "Priya", at)
        status = SENT if number % EVERY else FAILED
        told = replace(invitation.notification, status=status)
        client = replace(
            small.amara,
            id=UUID(int=number),
            assigned_staff_ids=((small.dana, small.marcus)[number // EVERY % 2].id,),
            portal_access=PortalAccess.INVITED,
            invitation=replace(invitation, notification=told),
        )
        rows.append(to_document(client))
    await small.store.database["clients"].insert_many(rows, ordered=False)


async def test_the_to_do_reads_no_more_than_it_shows(small: SmallPractice) -> None:
    """Of thousands of invitations those that failed, by the time that they did, from the keys."""
    await fill(small)
    store = small.store

    everybodys, found = await reading_of(
        store.database, "clients", store.invitations.failed(small.priya, limit=10)
    )
    own, danas = await reading_of(
        store.database, "clients", store.invitations.failed(small.dana, limit=200)
    )

    assert [client.id.int for client in found] == list(range(1960, 1560, -EVERY))
    assert everybodys.from_index
    assert not everybodys.sorted_in_memory
    assert everybodys.keys <= 11
    assert len(danas) == 25
    assert own.from_index
    assert not own.sorted_in_memory
    assert own.keys <= CLIENTS // EVERY + 1


async def test_a_clients_history_is_read_by_its_index(small: SmallPractice) -> None:
    """And no entry of a request or an appointment is in that index."""
    portal = await begin_inviting(small)
    for number in range(4):
        await portal.tell(NotificationStatus.SENT, await portal.invite(minutes=number * 20))
        await portal.withdraw(minutes=number * 20 + 1)
    await small.receive()

    reading, entries = await reading_of(
        small.store.database,
        "history",
        small.store.history.of_client(small.practice.id, small.amara.id),
    )

    assert len(entries) == 12
    assert reading.from_index
    assert not reading.sorted_in_memory
    assert reading.keys == 12
