"""The notifier on real queues, with a mail server that follows a script, and what came of it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Final
from uuid import uuid4

from aio_pika.abc import AbstractRobustChannel

from services.notifier.compose import compose
from services.notifier.deliveries import Deliveries
from services.notifier.notices import (
    APPROVALS,
    INVITATIONS,
    Content,
    TellingEvent,
)
from services.notifier.outcomes import Outcomes
from services.notifier.pace import Pace, Spaced, Unlimited
from services.notifier.sending import Compose, Sender
from services.notifier.smtp import SmtpServer
from services.notifier.smtp_pool import SmtpPool
from services.notifier.subscribers import record_exhausted, send_emails
from services.notifier.tell_outcomes import OutcomeEvent, Teller
from services.notifier.waiting import is_to_be_held
from shared import mongo
from shared.messaging.ack_policy import AckPolicy
from shared.messaging.consumer import Consumer
from shared.messaging.events import parse_event, to_message
from shared.messaging.publisher import ConfirmedPublisher
from shared.messaging.topology import SCHEDULING, Topology
from shared.schemas.notification_failed import NotificationFailed
from shared.schemas.notification_sent import NotificationSent
from shared.schemas.notification_skipped import NotificationSkipped
from tests.harness.polling import eventually
from tests.harness.smtp_script import ScriptedSmtp

_OUTCOMES: dict[str, type[OutcomeEvent]] = {
    "openchair.notification.sent.v1": NotificationSent,
    "openchair.notification.failed.v1": NotificationFailed,
    "openchair.notification.skipped.v1": NotificationSkipped,
}
_KEYS: Final = {
    "openchair.request.approved.v1": "request.approved",
    "openchair.request.declined.v1": "request.declined",
    "openchair.appointment.changed.v1": "appointment.changed",
    "openchair.client.invited.v1": "client.invited",
}


class Notifier:
    """A running one; `teller` is its loop that tells outcomes, which a test starts."""

    def __init__(
        self,
        publisher: ConfirmedPublisher,
        deliveries: Deliveries,
        smtp: ScriptedSmtp,
        teller: Teller,
        pool: SmtpPool,
    ) -> None:
        self.publisher = publisher
        self.deliveries = deliveries
        self.smtp = smtp
        self.teller = teller
        self.pool = pool

    async def send(self, event: TellingEvent) -> None:
        """Publish an event as the scheduler does."""
        key = _KEYS[event.type]
        await self.publisher.publish(to_message(event, exchange=SCHEDULING, routing_key=key))

    async def delivery(self, event: TellingEvent) -> mongo.Document | None:
        """Return what the log says of an event."""
        return await self.deliveries.collection.find_one({"_id": event.id})

    async def wait_for(self, event: TellingEvent, state: str) -> mongo.Document:
        """Wait until the delivery is in a state; return it."""
        return await self.wait_until(
            event, f"the delivery is {state}", lambda found: found["state"] == state
        )

    async def wait_until_told(self, event: TellingEvent) -> mongo.Document:
        """Wait until what became of it was told; return the delivery."""
        return await self.wait_until(
            event, "the outcome is told", lambda found: found["told_at"] is not None
        )

    async def wait_until(
        self, event: TellingEvent, what: str, is_so: Callable[[mongo.Document], bool]
    ) -> mongo.Document:
        """Wait until something is so of a delivery; return it."""

        async def found() -> mongo.Document | None:
            document = await self.delivery(event)
            return document if document and is_so(document) else None

        document = await eventually(found, what)
        assert document is not None
        return document

    def about(self, event: TellingEvent) -> list[str]:
        """Return the subjects of the e-mails that the server took for an event."""
        identity = f"<{event.id.replace(':', '.')}@example.org>"
        return [str(mail["Subject"]) for mail in self.smtp.taken if mail["Message-ID"] == identity]


@dataclass(frozen=True, slots=True)
class Setting:
    """How a notifier runs, where a test does not want the usual."""

    rabbitmq_url: str
    mongodb_url: str
    topology: Topology
    connections: int = 5
    prefetch: int = 5
    exchange_seconds: float = 25.0
    interval: timedelta | None = None
    database: str | None = None
    smtp: ScriptedSmtp | None = None

    def with_(self, **changes: object) -> "Setting":
        """Return it with changes."""
        return replace(self, **changes)  # type: ignore[arg-type]


def composed(content: Content, now: datetime) -> EmailMessage:
    """Compose as the service does."""
    return compose(content, mail_from="us@example.org", mail_domain="example.org", now=now)


@asynccontextmanager
async def running_notifier(
    rabbitmq_url: str, mongodb_url: str, topology: Topology, compose: Compose = composed
) -> AsyncIterator[Notifier]:
    """Run one with a delivery log of its own."""
    async with running(Setting(rabbitmq_url, mongodb_url, topology), compose) as notifier:
        yield notifier


@asynccontextmanager
async def running(setting: Setting, compose: Compose = composed) -> AsyncIterator[Notifier]:
    """Run one; without a mail server of the test's own, with one that lasts as long."""
    if setting.smtp is not None:
        async with _running(setting, setting.smtp, compose) as notifier:
            yield notifier
        return
    async with ScriptedSmtp() as smtp, _running(setting, smtp, compose) as notifier:
        yield notifier


@asynccontextmanager
async def _running(
    setting: Setting, smtp: ScriptedSmtp, compose: Compose
) -> AsyncIterator[Notifier]:
    client = mongo.connect(setting.mongodb_url)
    deliveries = Deliveries(client, setting.database or f"test_{uuid4().hex}")
    await deliveries.prepare()
    publisher = ConfirmedPublisher(setting.rabbitmq_url, setting.topology, name="test")
    await publisher.connect()
    teller = Teller(Outcomes(deliveries), publisher)
    consumer = Consumer(setting.rabbitmq_url, name="test")
    pool = SmtpPool(
        SmtpServer("127.0.0.1", smtp.port, "none"),
        connections=setting.connections,
        idle_seconds=30,
        exchange_seconds=setting.exchange_seconds,
    )
    interval = setting.interval
    pace: Pace = Unlimited() if interval is None else Spaced(deliveries.database, interval)
    sender = Sender(deliveries, pool, compose, pace=pace, recorded=teller.wake)
    for queue, models in (
        (setting.topology.notifier_approvals, APPROVALS),
        (setting.topology.notifier_invitations, INVITATIONS),
    ):
        exhausted = record_exhausted(deliveries, models, recorded=teller.wake)
        policy = AckPolicy(queue, publisher, is_outage=is_to_be_held, on_exhausted=exhausted)
        handler = send_emails(sender, models)
        consumer.subscribe(queue, handler, policy, prefetch=setting.prefetch)
    await consumer.start()
    yield Notifier(publisher, deliveries, smtp, teller, pool)
    await consumer.stop()
    await sender.finish()
    await pool.close()
    await teller.loop.stop()
    await publisher.close()
    if setting.database is None:
        await client.drop_database(deliveries.database.name)
    await mongo.close(client)


async def next_outcome(channel: AbstractRobustChannel, topology: Topology) -> OutcomeEvent:
    """Take the next outcome that the scheduler is told of, once there is one."""
    queue = await channel.get_queue(topology.scheduler_notifications.name, ensure=False)

    async def get() -> OutcomeEvent | None:
        message = await queue.get(fail=False, no_ack=True)
        return None if message is None else parse_event(message.body, _OUTCOMES)

    event = await eventually(get, "an outcome is told")
    assert event is not None
    return event
