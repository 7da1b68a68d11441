"""Outcomes that wait in the delivery log: each is told once, by whoever is there, and the last."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.notifier.claims import LEASE, Claim, Failure
from services.notifier.client_news import About
from services.notifier.deliveries import Deliveries
from services.notifier.outcomes import Outcomes
from services.notifier.tell_outcomes import Teller
from shared import mongo
from shared.messaging.publisher import OutgoingMessage
from shared.schemas.notification_failed import FailureReason
from tests.harness.polling import eventually
from tests.harness.servers import Servers

REFUSED = Failure(FailureReason.ADDRESS_REFUSED, "recipient refused: 550", 550)


@pytest.fixture
async def deliveries(servers: Servers) -> AsyncIterator[Deliveries]:
    """An empty delivery log that no process works on."""
    client = mongo.connect(servers.mongodb.url)
    empty = Deliveries(client, f"test_{uuid4().hex}")
    yield empty
    await client.drop_database(empty.database.name)
    await mongo.close(client)


class Taker:
    """Takes what is published, and remembers it."""

    def __init__(self) -> None:
        self.taken: list[OutgoingMessage] = []

    async def publish(self, message: OutgoingMessage) -> None:
        """Take it."""
        self.taken.append(message)


def about() -> About:
    """Return an e-mail about a request of nobody's."""
    identifier = uuid4()
    return About(
        f"{identifier}:approved", uuid4(), "a-correlation", uuid4(), 0, request_id=identifier
    )


async def claimed(deliveries: Deliveries, email: About, now: datetime) -> Claim:
    """Claim an e-mail that can be."""
    claim = await deliveries.claim(email, now=now)
    assert isinstance(claim, Claim)
    return claim


async def test_what_a_process_took_to_tell_and_died_is_taken_over(deliveries: Deliveries) -> None:
    """Its lease ends after 30 seconds; what it could not tell is free at once."""
    now = datetime.now(UTC)
    email = about()
    await deliveries.mark_sent(await claimed(deliveries, email, now), now=now)
    outcomes = Outcomes(deliveries)

    first = await outcomes.claim(now=now, limit=10)
    assert await outcomes.claim(now=now + timedelta(seconds=29), limit=10) == []
    later = now + timedelta(seconds=30)
    second = await outcomes.claim(now=later, limit=10)
    await outcomes.mark_told(first, now=later)  # it was only slow: no longer its to say
    await outcomes.give_back(second, now=later)
    third = await outcomes.claim(now=later, limit=10)
    await outcomes.mark_told(third, now=later)

    assert [outcome.about for outcome in (*first, *second, *third)] == [email] * 3
    assert await outcomes.claim(now=later + timedelta(days=1), limit=10) == []


async def test_a_failure_is_not_told_while_the_email_is_tried_again(
    deliveries: Deliveries,
) -> None:
    """A replay came before the telling: only what becomes of that is told."""
    now = datetime.now(UTC)
    email = about()
    await deliveries.mark_failed(await claimed(deliveries, email, now), REFUSED, now=now)
    outcomes = Outcomes(deliveries)

    again = await claimed(deliveries, email, now)
    assert await outcomes.claim(now=now + LEASE, limit=10) == []
    await deliveries.mark_sent(again, now=now)

    told = await outcomes.claim(now=now, limit=10)
    assert [(outcome.about, outcome.failed_for) for outcome in told] == [(email, None)]


async def test_a_delivery_of_an_earlier_release_is_told_too(deliveries: Deliveries) -> None:
    """Its document lacks what outcomes need; the attempt or the giving up adds it."""
    now = datetime.now(UTC)
    retried, exhausted = about(), about()
    for email in (retried, exhausted):
        await deliveries.collection.insert_one(
            {
                "_id": email.event_id,
                "practice_id": email.practice_id,
                "request_id": email.request_id,
                "state": "failed",
                "claim": uuid4(),
                "lease_until": now,
                "attempts": 5,
                "created_at": now,
                "finished_at": now,
                "reason": "gave up: refused: 451",
            }
        )
    outcomes = Outcomes(deliveries)
    assert await outcomes.claim(now=now, limit=10) == []

    await deliveries.mark_sent(await claimed(deliveries, retried, now), now=now)
    await deliveries.mark_given_up(exhausted, "gave up", now=now)

    told = {
        outcome.about: outcome.failed_for for outcome in await outcomes.claim(now=now, limit=10)
    }
    assert told == {retried: None, exhausted: FailureReason.GIVEN_UP}


async def test_telling_an_older_outcome_does_not_hide_a_newer_one(deliveries: Deliveries) -> None:
    """While the failure was being told, the e-mail was sent: that is still to be told."""
    now = datetime.now(UTC)
    email = about()
    await deliveries.mark_failed(await claimed(deliveries, email, now), REFUSED, now=now)
    outcomes = Outcomes(deliveries)
    failure = await outcomes.claim(now=now, limit=10)
    await deliveries.mark_sent(await claimed(deliveries, email, now), now=now)

    await outcomes.mark_told(failure, now=now)

    assert [outcome.failed_for for outcome in failure] == [FailureReason.ADDRESS_REFUSED]
    assert [outcome.failed_for for outcome in await outcomes.claim(now=now, limit=10)] == [None]


async def test_three_processes_tell_each_outcome_once(deliveries: Deliveries) -> None:
    """They share what is to be told by leases."""
    now = datetime.now(UTC)
    emails = [about() for _ in range(120)]
    for email in emails:
        await deliveries.mark_sent(await claimed(deliveries, email, now), now=now)
    taker = Taker()
    tellers = [Teller(Outcomes(deliveries), taker) for _ in range(3)]  # type: ignore[arg-type]
    for teller in tellers:
        teller.loop.start()

    async def all_told() -> bool:
        return await deliveries.collection.count_documents({"told_at": None}) == 0

    try:
        await eventually(all_told, "all are told")
    finally:
        for teller in tellers:
            await teller.loop.stop()

    bodies = {message.body for message in taker.taken}
    assert len(taker.taken) == len(bodies) == len(emails)
    assert {message.routing_key for message in taker.taken} == {"notification.sent"}
    assert (await deliveries.collection.index_information())["to_tell"]["sparse"]


async def test_looking_for_what_is_to_be_told_reads_nothing_else(deliveries: Deliveries) -> None:
    """A log of years is not searched every second."""
    await Outcomes(deliveries).prepare()
    await Outcomes(deliveries).prepare()
    now = datetime.now(UTC)
    for _ in range(50):
        claim = await claimed(deliveries, about(), now)
        await deliveries.mark_sent(claim, now=now)
    outcomes = Outcomes(deliveries)
    await outcomes.mark_told(await outcomes.claim(now=now, limit=50), now=now)

    plan = (
        await deliveries.collection.find({"tell_after": {"$lte": now}})
        .sort("tell_after", 1)
        .explain()
    )

    assert plan["executionStats"]["totalKeysExamined"] == 0
    assert plan["executionStats"]["totalDocsExamined"] == 0
    assert "to_tell" in str(plan["queryPlanner"]["winningPlan"])
