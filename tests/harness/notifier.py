"""The notifier on real queues, with a mail server that follows a script, and what came of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from email.message import EmailMessage
from uuid import uuid4

from aio_pika.abc import AbstractRobustChannel

from services.notifier.client_news import ClientEvent, ClientNews
from services.notifier.compose_email import compose_email
from services.notifier.deliveries import Deliveries
from services.notifier.outcomes import Outcomes
from services.notifier.smtp import SmtpServer
from services.notifier.subscribers import Compose, Sender, record_exhausted
from services.notifier.tell_outcomes import Teller
from shared import mongo
from shared.messaging.ack_policy import AckPolicy
from shared.messaging.consumer import Consumer
from shared.messaging.events import parse_event, to_message
from shared.messaging.publisher import ConfirmedPublisher
from shared.messaging.topology import SCHEDULING, Topology
from shared.schemas.notification_failed import NotificationFailed
from shared.schemas.notification_sent import NotificationSent
from shared.schemas.request_approved import RequestApproved
from tests.harness.polling import eventually
from tests.harness.smtp_script import ScriptedSmtp

_OUTCOMES: dict[str, type[NotificationSent | NotificationFailed]] = {
    "openchair.notification.sent.v1": NotificationSent,
    "openchair.notification.failed.v1": NotificationFailed,
}


class Notifier:
    """A running one; `teller` is its loop that tells outcomes, which a test starts."""

    def __init__(
        self,
        publisher: ConfirmedPublisher,
        deliveries: Deliveries,
        smtp: ScriptedSmtp,
        teller: Teller,
    ) -> None:
        self.publisher = publisher
        self.deliveries = deliveries
        self.smtp = smtp
        self.teller = teller

    async def send(self, event: ClientEvent) -> None:
        """Publish an event as the scheduler does."""
        approved = isinstance(event, RequestApproved)
        key = "request.approved" if approved else "appointment.changed"
        await self.publisher.publish(to_message(event, exchange=SCHEDULING, routing_key=key))

    async def delivery(self, event: ClientEvent) -> mongo.Document | None:
        """Return what the log says of an event."""
        return await self.deliveries.collection.find_one({"_id": event.id})

    async def wait_for(self, event: ClientEvent, state: str) -> mongo.Document:
        """Wait until the delivery is in a state; return it."""

        async def reached() -> mongo.Document | None:
            document = await self.delivery(event)
            return document if document and document["state"] == state else None

        document = await eventually(reached, f"the delivery is {state}")
        assert document is not None
        return document

    async def wait_until_told(self, event: ClientEvent) -> mongo.Document:
        """Wait until what became of it was told; return the delivery."""

        async def told() -> mongo.Document | None:
            document = await self.delivery(event)
            return document if document and document["told_at"] is not None else None

        document = await eventually(told, "the outcome is told")
        assert document is not None
        return document


def compose(news: ClientNews, now: datetime) -> EmailMessage:
    """Compose as the service does."""
    return compose_email(news, mail_from="us@example.org", mail_domain="example.org", now=now)


@asynccontextmanager
async def running_notifier(
    rabbitmq_url: str, mongodb_url: str, topology: Topology, compose: Compose = compose
) -> AsyncIterator[Notifier]:
    """Run one with a delivery log of its own."""
    client = mongo.connect(mongodb_url)
    deliveries = Deliveries(client, f"test_{uuid4().hex}")
    publisher = ConfirmedPublisher(rabbitmq_url, topology, name="test")
    await publisher.connect()
    teller = Teller(Outcomes(deliveries), publisher)
    consumer = Consumer(rabbitmq_url, name="test")
    queue = topology.notifier_approvals
    async with ScriptedSmtp() as smtp:
        server = SmtpServer("127.0.0.1", smtp.port, "none", None, None)
        policy = AckPolicy(
            queue,
            publisher,
            is_outage=mongo.is_outage,
            on_exhausted=record_exhausted(deliveries, recorded=teller.wake),
        )
        sender = Sender(deliveries, server, compose, recorded=teller.wake)
        consumer.subscribe(queue, sender.handler(), policy, prefetch=5)
        await consumer.start()
        yield Notifier(publisher, deliveries, smtp, teller)
        await consumer.stop()
        await sender.finish()
        await teller.loop.stop()
    await publisher.close()
    await client.drop_database(deliveries.database.name)
    await mongo.close(client)


async def next_outcome(
    channel: AbstractRobustChannel, topology: Topology
) -> NotificationSent | NotificationFailed:
    """Take the next outcome that the scheduler is told of, once there is one."""
    queue = await channel.get_queue(topology.scheduler_notifications.name, ensure=False)

    async def get() -> NotificationSent | NotificationFailed | None:
        message = await queue.get(fail=False, no_ack=True)
        return None if message is None else parse_event(message.body, _OUTCOMES)

    event = await eventually(get, "an outcome is told")
    assert event is not None
    return event
