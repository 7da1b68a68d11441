"""What staff book, move or cancel directly is e-mailed as approvals are, if the practice wants."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aio_pika.abc import AbstractRobustChannel

from shared.messaging.topology import Topology
from shared.schemas.appointment_changed import AppointmentChange
from tests.harness.approvals import approval, direct_change
from tests.harness.notifier import Notifier, running_notifier
from tests.harness.queues import empty_queues
from tests.harness.servers import Servers

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
    """A running notifier."""
    del channel  # its queues
    async with running_notifier(vhost_url, servers.mongodb.url, TOPOLOGY) as running:
        yield running


@pytest.mark.parametrize(
    ("change", "subject"),
    [
        (AppointmentChange.BOOKED, "Appointment confirmed: A Practice"),
        (AppointmentChange.MOVED, "Appointment moved: A Practice"),
        (AppointmentChange.CANCELLED, "Appointment cancelled: A Practice"),
    ],
)
async def test_what_staff_do_directly_is_one_email(
    notifier: Notifier, change: AppointmentChange, subject: str
) -> None:
    """Told five times at once, in the same log and under the event's own Message-ID."""
    event = direct_change(change)
    await asyncio.gather(*(notifier.send(event) for _ in range(5)))

    delivery = await notifier.wait_for(event, "sent")
    last = approval()
    await notifier.send(last)
    await notifier.wait_for(last, "sent")

    booked = event.data.appointment
    assert (delivery["appointment_id"], delivery["request_id"]) == (booked.appointment_id, None)
    identity = f"<{booked.appointment_id}.1.changed@example.org>"
    about = [mail for mail in notifier.smtp.taken if mail["Message-ID"] == identity]
    assert [mail["Subject"] for mail in about] == [subject]
    assert about[0]["To"] == "Amara <amara@example.org>"


async def test_a_practice_that_does_not_email_its_clients_does_not(
    notifier: Notifier, channel: AbstractRobustChannel
) -> None:
    """Nothing is sent and nothing to be told; the message is done with, for good."""
    unwanted = direct_change(AppointmentChange.MOVED, notify_client=False)
    await notifier.send(unwanted)
    wanted = direct_change(AppointmentChange.MOVED)
    await notifier.send(wanted)

    await notifier.wait_for(wanted, "sent")

    assert len(notifier.smtp.taken) == 1
    noted = await notifier.wait_for(unwanted, "unwanted")
    assert "tell_after" not in noted
    for name in (QUEUE.name, QUEUE.dead_name, *QUEUE.retry_names):
        queue = await channel.get_queue(name, ensure=False)
        assert await queue.get(fail=False, no_ack=True) is None
