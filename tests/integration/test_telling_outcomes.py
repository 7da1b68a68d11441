"""What became of each e-mail is told to the scheduler, whatever is away or dies meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from email.message import EmailMessage
from uuid import UUID

import pytest
from aio_pika.abc import AbstractRobustChannel
from aio_pika.exceptions import AMQPError

from services.notifier.notices import Content
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

    def refuse(_content: Content, _now: datetime) -> EmailMessage:
        raise ValueError

    async with running_notifier(vhost_url, servers.mongodb.url, TOPOLOGY, refuse) as notifier:
        notifier.teller.loop.start()
        await notifier.send(approval())
        told = await next_outcome(channel, TOPOLOGY)

    assert isinstance(told, NotificationFailed)
    assert told.data.reason is FailureReason.CANNOT_BE_COMPOSED
    assert told.data.smtp_code is None


async def test_an_email_that_a_fault_of_ours_keeps_back_is_told_in_the_end(
    vhost_url: str, servers: Servers, channel: AbstractRobustChannel
) -> None:
    """Each attempt ends before the mail server is asked; after the last one staff hear of it."""

    def fail(_content: Content, _now: datetime) -> EmailMessage:
        raise RuntimeError

    async with running_notifier(vhost_url, servers.mongodb.url, TOPOLOGY, fail) as notifier:
        notifier.teller.loop.start()
        await notifier.send(event := approval())
        told = await next_outcome(channel, TOPOLOGY)
        delivery = await notifier.wait_until_told(event)

    assert isinstance(told, NotificationFailed)
    assert told.data.reason is FailureReason.GIVEN_UP
    assert delivery["attempts"] == notifier.smtp.tries == 0


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
