"""By what the log says, two e-mails about one appointment never pass each other (ADR 0018)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.notifier.claims import LEASE, Claim, ClaimLost, Failure, Turn
from services.notifier.client_news import About
from services.notifier.deliveries import Deliveries
from shared import mongo
from shared.schemas.notification_failed import FailureReason
from tests.harness.servers import Servers


@pytest.fixture
async def deliveries(servers: Servers) -> AsyncIterator[Deliveries]:
    """An empty delivery log that no process works on."""
    client = mongo.connect(servers.mongodb.url)
    empty = Deliveries(client, f"test_{uuid4().hex}")
    await empty.prepare()
    yield empty
    await client.drop_database(empty.database.name)
    await mongo.close(client)


async def claimed(deliveries: Deliveries, about: About, now: datetime) -> Claim:
    """Claim an e-mail that can be."""
    claim = await deliveries.claim(about, now=now)
    assert isinstance(claim, Claim)
    return claim


async def test_who_claimed_first_and_looks_later_sees_the_other(deliveries: Deliveries) -> None:
    """The rule by which no two pass each other, whoever is how fast."""
    now, appointment_id = datetime.now(UTC), uuid4()
    older, newer, same = (
        About(name, uuid4(), "a-correlation", appointment_id, sequence)
        for name, sequence in (("older", 1), ("newer", 2), ("same", 2))
    )
    first = await claimed(deliveries, older, now)
    assert await deliveries.turn_of(older, now=now) is Turn.OURS
    second = await claimed(deliveries, newer, now)
    assert await deliveries.turn_of(newer, now=now) is Turn.AFTER_OLDER
    assert await deliveries.turn_of(older, now=now) is Turn.SUPERSEDED  # had it looked now
    await deliveries.mark_sending(first, now=now)  # it had looked before
    assert await deliveries.turn_of(newer, now=now + LEASE / 2) is Turn.AFTER_OLDER
    assert await deliveries.turn_of(newer, now=now + LEASE) is Turn.OURS  # its process died
    with pytest.raises(ClaimLost):  # or was it only slow? It does not begin now
        await deliveries.mark_sending(first, now=now + LEASE)
    failure = Failure(FailureReason.EMAIL_REFUSED, "x")
    await deliveries.mark_failed(first, failure, now=now)
    assert await deliveries.turn_of(newer, now=now) is Turn.OURS
    await deliveries.mark_sending(second, now=now)
    await claimed(deliveries, same, now)
    assert await deliveries.turn_of(same, now=now) is Turn.OURS
    elsewhere = About("elsewhere", uuid4(), "a-correlation", uuid4(), 0)
    await claimed(deliveries, elsewhere, now)
    assert await deliveries.turn_of(elsewhere, now=now) is Turn.OURS


async def test_looking_for_others_reads_one_appointment_alone(deliveries: Deliveries) -> None:
    """A log of years is not searched for each e-mail."""
    now = datetime.now(UTC)
    for number in range(50):
        about = About(f"e{number}", uuid4(), "a-correlation", uuid4(), 0)
        await claimed(deliveries, about, now)

    plan = await deliveries.collection.find({"appointment_id": uuid4()}).explain()

    assert plan["executionStats"]["totalDocsExamined"] == 0
    assert "of_appointment" in str(plan["queryPlanner"]["winningPlan"])
