"""What became of each e-mail is told to the scheduler, whatever is away or dies meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from uuid import UUID, uuid4

import pytest
from aio_pika.abc import AbstractRobustChannel
from aio_pika.exceptions import AMQPError

from services.notifier.client_news import About, ClientNews
from services.notifier.deliveries import LEASE, Claim, Deliveries, Failure
from services.notifier.outcomes import Outcomes
from services.notifier.tell_outcomes import Teller
from shared import mongo
from shared.messaging.publisher import OutgoingMessage
from shared.messaging.topology import Topology
from shared.schemas.appointment_changed import AppointmentChange
from shared.schemas.notification_failed import FailureReason, NotificationFailed
from shared.schemas.notification_sent import NotificationSent
from tests.harness.approvals import approval, direct_change
from tests.harness.notifier import Notifier, next_outcome, running_notifier
from tests.harness.polling import eventually
from tests.harness.queues import empty_queues
from tests.harness.servers import Servers
from tests.harness.smtp_script import ScriptedSmtp

TOPOLOGY = Topology.with_delays((1, 1))
REFUSED = Failure(FailureReason.ADDRESS_REFUSED, "recipient refused: 550", 550)


@pytest.fixture
async def channel(vhost_url: str) -> AsyncIterator[AbstractRobustChannel]:
    """A channel of the test's own, on queues that are declared and empty."""
    queues = TOPOLOGY.notifier_approvals, TOPOLOGY.scheduler_notifications
    async with empty_queues(vhost_url, TOPOLOGY, *queues) as channel:
        yield channel


@pytest.fixture
async def notifier(
    vhost_url: str, servers: Servers, channel: AbstractRobustChannel
) -> AsyncIterator[Notifier]:
    """A running notifier that tells outcomes."""
    del channel  # its queues
    async with running_notifier(vhost_url, servers.mongodb.url, TOPOLOGY) as running:
        running.teller.loop.start()
        yield running


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
        await asyncio.sleep(0)
        self.taken.append(message)


def about() -> About:
    """Return an e-mail about a request of nobody's."""
    identifier = uuid4()
    return About(f"{identifier}:approved", uuid4(), uuid4(), identifier, "a-correlation")


async def claimed(deliveries: Deliveries, email: About, now: datetime) -> Claim:
    """Claim an e-mail that can be."""
    claim = await deliveries.claim(email, now=now)
    assert isinstance(claim, Claim)
    return claim


async def test_an_email_that_was_sent_is_told_once(
    notifier: Notifier, channel: AbstractRobustChannel
) -> None:
    """With what it was about; events that come again tell nothing new."""
    event = approval()
    await notifier.send(event)

    told = await next_outcome(channel, TOPOLOGY)

    delivery = await notifier.wait_until_told(event)
    assert isinstance(told, NotificationSent)
    assert told.id == f"{event.id}:sent"
    assert (told.practiceid, told.correlationid) == (event.practiceid, event.correlationid)
    assert told.data.event_id == event.id
    assert told.data.appointment_id == event.data.appointment.appointment_id
    assert told.data.request_id == event.data.request_id
    assert told.data.at == delivery["finished_at"]
    for _ in range(3):
        await notifier.send(event)
    direct = direct_change(AppointmentChange.BOOKED)
    await notifier.send(direct)
    following = await next_outcome(channel, TOPOLOGY)
    assert (following.data.event_id, following.data.request_id) == (direct.id, None)
    assert len(notifier.smtp.taken) == 2


@pytest.mark.parametrize(
    ("script", "reason", "code"),
    [
        (
            lambda smtp: smtp.refuse_recipient("550 no such user amara@example.org"),
            FailureReason.ADDRESS_REFUSED,
            550,
        ),
        (lambda smtp: smtp.answer_data("554 spam"), FailureReason.EMAIL_REFUSED, 554),
        (
            lambda smtp: smtp.answer_data("451 no", "451 no", "452 no"),
            FailureReason.GIVEN_UP,
            452,
        ),
    ],
    ids=["address", "e-mail", "ladder"],
)
async def test_an_email_that_failed_is_told_with_the_reason(
    notifier: Notifier,
    channel: AbstractRobustChannel,
    script: Callable[[ScriptedSmtp], None],
    reason: FailureReason,
    code: int,
) -> None:
    """One of a fixed list, and the server's code; never its text, which names the client."""
    script(notifier.smtp)
    event = approval()
    await notifier.send(event)

    told = await next_outcome(channel, TOPOLOGY)

    assert isinstance(told, NotificationFailed)
    assert told.id == f"{event.id}:failed"
    assert (told.data.event_id, told.data.reason, told.data.smtp_code) == (event.id, reason, code)
    assert "@" not in told.model_dump_json()
    await notifier.wait_until_told(event)


async def test_an_email_that_cannot_be_composed_is_told(
    vhost_url: str, servers: Servers, channel: AbstractRobustChannel
) -> None:
    """No server was asked, so there is no code."""

    def refuse(_news: ClientNews, _now: datetime) -> EmailMessage:
        raise ValueError

    async with running_notifier(vhost_url, servers.mongodb.url, TOPOLOGY, refuse) as notifier:
        notifier.teller.loop.start()
        await notifier.send(approval())
        told = await next_outcome(channel, TOPOLOGY)

    assert isinstance(told, NotificationFailed)
    assert told.data.reason is FailureReason.CANNOT_BE_COMPOSED
    assert told.data.smtp_code is None


async def test_a_replay_that_succeeds_is_told_after_the_failure(
    notifier: Notifier, channel: AbstractRobustChannel
) -> None:
    """The address was put right at the server: failed, and then sent, as two events."""
    notifier.smtp.refuse_recipient("550 no such user")
    event = approval()
    await notifier.send(event)
    first = await next_outcome(channel, TOPOLOGY)
    await notifier.send(event)

    second = await next_outcome(channel, TOPOLOGY)

    assert [first.id, second.id] == [f"{event.id}:failed", f"{event.id}:sent"]


async def test_what_could_not_be_told_is_told_when_rabbitmq_is_back(
    notifier: Notifier, servers: Servers, channel: AbstractRobustChannel
) -> None:
    """It goes away while the e-mail is handed over; nothing is sent again for it."""
    broker = servers.rabbitmq
    loop = asyncio.get_running_loop()
    notifier.smtp.on_data = lambda: loop.run_in_executor(None, broker.stop)
    event = approval()
    await notifier.send(event)
    recorded = await notifier.wait_for(event, "sent")
    assert recorded["told_at"] is None
    await asyncio.to_thread(broker.start)

    await notifier.wait_until_told(event)

    async def told() -> UUID | None:
        try:
            return (await next_outcome(channel, TOPOLOGY)).data.request_id
        except (AMQPError, RuntimeError, OSError):
            return None  # the test's own channel is not back yet

    assert await eventually(told, "the outcome has arrived") == event.data.request_id
    assert len(notifier.smtp.taken) == 1


async def test_what_a_process_recorded_and_did_not_tell_is_told_by_another(
    vhost_url: str, servers: Servers, channel: AbstractRobustChannel
) -> None:
    """It died in between: the record is there, and `told_at` is not."""
    async with running_notifier(vhost_url, servers.mongodb.url, TOPOLOGY) as notifier:
        event = approval()
        await notifier.send(event)
        left = await notifier.wait_for(event, "sent")
        assert left["told_at"] is None

        notifier.teller.loop.start()

        assert (await next_outcome(channel, TOPOLOGY)).id == f"{event.id}:sent"
        await notifier.wait_until_told(event)
        assert len(notifier.smtp.taken) == 1


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
