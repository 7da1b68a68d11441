"""One e-mail for each approval, whatever the mail server does and however often it is told."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from aio_pika.abc import AbstractRobustChannel

from services.notifier.claims import LEASE, Claim, ClaimLost, Failure, Standing
from services.notifier.client_news import About
from services.notifier.deliveries import Deliveries
from shared import mongo
from shared.messaging.publisher import PublishFailed, PublishUncertain
from shared.messaging.topology import Topology
from shared.schemas.notification_failed import FailureReason
from tests.harness.approvals import approval
from tests.harness.notifier import Notifier, running_notifier
from tests.harness.polling import eventually
from tests.harness.queues import empty_queues
from tests.harness.servers import Servers
from tests.harness.smtp_script import TAKE_AND_CUT

TOPOLOGY = Topology.with_delays((1, 1))
QUEUE = TOPOLOGY.notifier_approvals


@pytest.fixture
async def channel(vhost_url: str) -> AsyncIterator[AbstractRobustChannel]:
    """A channel of the test's own, on queues that are declared and empty."""
    async with empty_queues(vhost_url, TOPOLOGY, QUEUE) as channel:
        yield channel


@pytest.fixture
async def notifier(
    vhost_url: str, servers: Servers, channel: AbstractRobustChannel
) -> AsyncIterator[Notifier]:
    """A running notifier with a delivery log of its own."""
    del channel  # its queues
    async with running_notifier(vhost_url, servers.mongodb.url, TOPOLOGY) as running:
        yield running


async def test_an_approval_told_many_times_is_one_email(notifier: Notifier) -> None:
    """Twenty copies of one event, handled several at a time."""
    event = approval()
    await asyncio.gather(*(notifier.send(event) for _ in range(20)))
    await notifier.wait_for(event, "sent")
    last = approval()
    await notifier.send(last)
    await notifier.wait_for(last, "sent")

    about = [
        mail for mail in notifier.smtp.taken if str(event.data.request_id) in mail["Message-ID"]
    ]
    assert len(about) == 1


@pytest.mark.parametrize("answer", ["451 try later", "421 closing", "450 greylisted"])
async def test_a_server_that_says_not_now_is_asked_again(notifier: Notifier, answer: str) -> None:
    """Refused for the moment, by recipient and after DATA; then taken, once."""
    notifier.smtp.refuse_recipient(answer)
    event = approval()
    await notifier.send(event)

    delivery = await notifier.wait_for(event, "sent")

    assert delivery["attempts"] == 2
    assert len(notifier.smtp.taken) == 1


async def test_a_recipient_refused_for_good_is_recorded_and_not_tried_again(
    notifier: Notifier, channel: AbstractRobustChannel
) -> None:
    """550: failed at once, and the message waits in the dead queue with the code, no address."""
    notifier.smtp.refuse_recipient("550 no such user amara@example.org")
    event = approval()
    await notifier.send(event)

    delivery = await notifier.wait_for(event, "failed")

    assert delivery["reason"] == "recipient refused: 550"
    dead = await channel.get_queue(QUEUE.dead_name, ensure=False)

    async def buried() -> str | None:
        message = await dead.get(fail=False, no_ack=True)
        return None if message is None else str(message.headers["x-openchair-reason"])

    assert await eventually(buried, "it is in the dead queue") == "recipient refused: 550"
    assert notifier.smtp.tries == 1


async def test_a_connection_cut_after_data_may_repeat_the_email_under_its_own_id(
    notifier: Notifier,
) -> None:
    """The server has it, we do not know: it goes again, and a mail reader sees one Message-ID."""
    notifier.smtp.answer_data(TAKE_AND_CUT)
    event = approval()
    await notifier.send(event)

    await notifier.wait_for(event, "sent")

    ids = [mail["Message-ID"] for mail in notifier.smtp.taken]
    assert len(ids) == 2
    assert len(set(ids)) == 1


async def test_when_the_ladder_ends_the_delivery_has_failed(notifier: Notifier) -> None:
    """Three attempts with two delays; then it says that it gave up, and why."""
    notifier.smtp.answer_data("451 no", "452 no", "451 no", "451 no")
    event = approval()
    await notifier.send(event)

    delivery = await notifier.wait_for(event, "failed")

    assert delivery["reason"] == "gave up: refused: 451"
    assert notifier.smtp.tries == 3


async def test_a_mail_server_that_comes_late_gets_the_email(notifier: Notifier) -> None:
    """Nobody listens at first."""
    await notifier.smtp.stop()
    event = approval()
    await notifier.send(event)
    await notifier.wait_for(event, "claimed")
    await notifier.smtp.start()

    await notifier.wait_for(event, "sent")

    assert len(notifier.smtp.taken) == 1


async def test_a_claim_is_held_for_its_lease_and_then_taken_over(notifier: Notifier) -> None:
    """A process that died sending does not keep the e-mail; one that was only slow lost it."""
    now = datetime.now(UTC)
    about = About("e", uuid4(), "a-correlation", uuid4(), 0)
    deliveries = notifier.deliveries

    slow = await deliveries.claim(about, now=now)
    assert isinstance(slow, Claim)
    await deliveries.mark_sending(slow, now=now)
    assert await deliveries.claim(about, now=now + LEASE / 2) is Standing.BEING_SENT
    heir = await deliveries.claim(about, now=now + LEASE)
    assert isinstance(heir, Claim)
    for late in (
        deliveries.mark_sending(slow, now=now),
        deliveries.give_back(slow, "x", now=now),
        deliveries.mark_failed(slow, Failure(FailureReason.EMAIL_REFUSED, "x"), now=now),
    ):
        with pytest.raises(ClaimLost):
            await late
    await deliveries.mark_sent(heir, now=now + LEASE)
    await deliveries.mark_given_up(about, "too late", now=now + 3 * LEASE)
    assert await deliveries.claim(about, now=now + 3 * LEASE) is Standing.DEALT_WITH


async def test_a_claim_is_taken_again_by_the_process_that_has_it(
    notifier: Notifier, servers: Servers
) -> None:
    """MongoDB went away before the e-mail did: no attempt is lost by waiting for one's own lease.

    Not while it is being sent, and not by another process.
    """
    now, about = datetime.now(UTC), About("e", uuid4(), "a-correlation", uuid4(), 0)
    ours = notifier.deliveries
    client = mongo.connect(servers.mongodb.url)
    other = Deliveries(client, ours.database.name)

    lost = await ours.claim(about, now=now)
    assert isinstance(lost, Claim)
    assert await other.claim(about, now=now) is Standing.BEING_SENT
    again = await ours.claim(about, now=now)
    assert isinstance(again, Claim)
    with pytest.raises(ClaimLost):
        await ours.mark_sending(lost, now=now)
    await ours.mark_sending(again, now=now)
    assert await ours.claim(about, now=now) is Standing.BEING_SENT
    await mongo.close(client)


async def test_mongodb_away_after_the_250_does_not_send_it_again(
    notifier: Notifier, servers: Servers
) -> None:
    """The record waits for MongoDB; the e-mail was sent, and is sent once."""
    store = servers.mongodb
    loop = asyncio.get_running_loop()
    notifier.smtp.on_data = lambda: loop.run_in_executor(None, store.kill)
    event = approval()
    await notifier.send(event)

    async def taken() -> bool:
        return len(notifier.smtp.taken) == 1

    await eventually(taken, "the mail server has it")
    await asyncio.to_thread(store.start)

    delivery = await notifier.wait_for(event, "sent")
    assert delivery["attempts"] == 1
    assert len(notifier.smtp.taken) == 1


async def test_rabbitmq_away_during_the_exchange_does_not_send_it_again(
    notifier: Notifier, servers: Servers
) -> None:
    """Who waits for the exchange is cancelled; the exchange is not."""
    broker = servers.rabbitmq
    loop = asyncio.get_running_loop()
    notifier.smtp.on_data = lambda: loop.run_in_executor(None, broker.stop)
    event = approval()
    await notifier.send(event)

    await notifier.wait_for(event, "sent")
    await asyncio.to_thread(broker.start)
    last = approval()

    async def told() -> bool:
        try:
            await notifier.send(last)
        except (PublishFailed, PublishUncertain):
            return False
        return True

    await eventually(told, "RabbitMQ is back")
    await notifier.wait_for(last, "sent")
    about = [m for m in notifier.smtp.taken if str(event.data.request_id) in m["Message-ID"]]
    assert len(about) == 1
