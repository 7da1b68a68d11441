"""A decline says nothing to the client unless staff wrote it; an invitation is one e-mail."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from aio_pika.abc import AbstractRobustChannel

from shared.messaging.publisher import OutgoingMessage
from shared.messaging.topology import SCHEDULING, Topology, WorkQueue
from shared.schemas.notification_failed import NotificationFailed
from shared.schemas.notification_sent import NotificationSent
from tests.harness.approvals import approval, decline, invitation
from tests.harness.notifier import Notifier, next_outcome, running_notifier
from tests.harness.polling import eventually
from tests.harness.queues import empty_queues
from tests.harness.servers import Servers

TOPOLOGY = Topology.with_delays((1, 1))
APPROVALS, INVITATIONS = TOPOLOGY.notifier_approvals, TOPOLOGY.notifier_invitations


@pytest.fixture
async def channel(vhost_url: str) -> AsyncIterator[AbstractRobustChannel]:
    """A channel of the test's own, on queues that are declared and empty."""
    queues = APPROVALS, INVITATIONS, TOPOLOGY.scheduler_notifications
    async with empty_queues(vhost_url, TOPOLOGY, *queues) as channel:
        yield channel


@pytest.fixture
async def notifier(
    vhost_url: str, servers: Servers, channel: AbstractRobustChannel
) -> AsyncIterator[Notifier]:
    """A running notifier that tells outcomes."""
    del channel  # its queues
    async with running_notifier(vhost_url, servers.mongodb.url, TOPOLOGY) as one:
        one.teller.loop.start()
        yield one


async def is_empty(channel: AbstractRobustChannel, queue: WorkQueue) -> bool:
    """Say whether nothing waits there, nowhere on its ladder, and nothing is dead."""
    for name in (queue.name, queue.dead_name, *queue.retry_names):
        declared = await channel.declare_queue(name, passive=True)
        if declared.declaration_result.message_count:
            return False
    return True


async def test_a_plain_decline_sends_nothing(
    notifier: Notifier, channel: AbstractRobustChannel
) -> None:
    """Seen at the mail server: it hears of the approval after it alone, and nothing is told."""
    declined = decline()
    await notifier.send(declined)
    approved = approval()
    await notifier.send(approved)

    told = await next_outcome(channel, TOPOLOGY)

    assert told.id == f"{approved.id}:sent"
    assert notifier.smtp.tries == len(notifier.smtp.taken) == 1
    assert await notifier.delivery(declined) is None
    assert await is_empty(channel, APPROVALS)


async def test_what_staff_wrote_to_a_declined_client_is_one_email(
    notifier: Notifier, channel: AbstractRobustChannel
) -> None:
    """However often it is told; what became of it names the request, and no appointment."""
    declined = decline("We are full until spring; please call us.")
    await asyncio.gather(*(notifier.send(declined) for _ in range(5)))

    told = await next_outcome(channel, TOPOLOGY)

    assert isinstance(told, NotificationSent)
    assert told.subject == str(declined.data.request_id)
    ids = (told.data.event_id, told.data.request_id, told.data.appointment_id, told.data.client_id)
    assert ids == (declined.id, declined.data.request_id, None, None)
    await notifier.send(approved := approval())
    await notifier.wait_for(approved, "sent")
    assert len(notifier.about(declined)) == 1
    identity = str(declined.data.request_id)
    (mail,) = (one for one in notifier.smtp.taken if identity in one["Message-ID"])
    plain = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    assert b"full until spring" in plain.get_payload(decode=True)


async def test_an_invitation_is_one_email(
    notifier: Notifier, channel: AbstractRobustChannel
) -> None:
    """From a queue of its own; what became of it names the client."""
    invited = invitation()
    await asyncio.gather(*(notifier.send(invited) for _ in range(5)))

    told = await next_outcome(channel, TOPOLOGY)

    assert isinstance(told, NotificationSent)
    client_id = invited.data.client.client_id
    assert (told.subject, told.data.client_id) == (str(client_id), client_id)
    assert (told.data.appointment_id, told.data.request_id) == (None, None)
    await notifier.send(last := invitation())
    await notifier.wait_for(last, "sent")
    assert [len(notifier.about(one)) for one in (invited, last)] == [1, 1]
    assert await is_empty(channel, INVITATIONS)


async def test_an_invitation_that_fails_names_the_client(
    notifier: Notifier, channel: AbstractRobustChannel
) -> None:
    """So that staff see whom it did not reach."""
    notifier.smtp.refuse_recipient("550 no such user")
    invited = invitation()
    await notifier.send(invited)

    told = await next_outcome(channel, TOPOLOGY)

    assert isinstance(told, NotificationFailed)
    assert (told.data.client_id, told.data.smtp_code) == (invited.data.client.client_id, 550)


@pytest.mark.parametrize("kind", ["openchair.client.invited.v2", "openchair.request.approved.v1"])
async def test_an_event_that_the_queue_does_not_know_is_dead(
    notifier: Notifier, channel: AbstractRobustChannel, kind: str
) -> None:
    """A version of tomorrow, or one for another queue: kept with the reason, to be replayed."""
    body = json.loads(invitation().model_dump_json()) | {"type": kind}
    await notifier.publisher.publish(
        OutgoingMessage(SCHEDULING, "client.invited", json.dumps(body).encode(), "a-correlation")
    )
    dead = await channel.get_queue(INVITATIONS.dead_name, ensure=False)

    async def reason() -> str | None:
        message = await dead.get(fail=False, no_ack=True)
        return None if message is None else str(message.headers["x-openchair-reason"])

    assert await eventually(reason, "it is dead") == "unknown-type"
    assert notifier.smtp.tries == 0
