"""Wiring of the notifier: settings in, running parts out. Its HTTP is health and metrics only."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from email.message import EmailMessage

from fastapi import FastAPI

from services.notifier.compose import compose
from services.notifier.deliveries import Deliveries
from services.notifier.notices import APPROVALS, INVITATIONS, Content, Models
from services.notifier.outcomes import Outcomes
from services.notifier.pace import Pace, Spaced, Unlimited
from services.notifier.sending import Sender
from services.notifier.settings import NotifierSettings
from services.notifier.smtp_pool import SmtpPool
from services.notifier.subscribers import record_exhausted, send_emails
from services.notifier.tell_outcomes import Teller
from services.notifier.waiting import is_to_be_held
from shared import mongo
from shared.http.app import create_app, serve
from shared.http.health import health_routes
from shared.messaging.ack_policy import AckPolicy
from shared.messaging.consumer import Consumer
from shared.messaging.publisher import ConfirmedPublisher, run_messaging
from shared.messaging.topology import WorkQueue
from shared.observability.logging import configure_logging
from shared.observability.supervision import Supervised
from shared.settings import read_settings


def build_app(settings: NotifierSettings) -> FastAPI:
    """Return the application."""
    client = mongo.connect(settings.mongodb_url.get_secret_value())
    deliveries = Deliveries(client, settings.mongodb_database)
    rabbitmq = settings.rabbitmq_url.get_secret_value()
    publisher = ConfirmedPublisher(rabbitmq, settings.topology, name="notifier")
    consumer = Consumer(rabbitmq, name="notifier")
    pool = SmtpPool(
        settings.smtp_server(),
        connections=settings.smtp_connections,
        idle_seconds=settings.smtp_idle_seconds,
    )

    def composed(content: Content, now: datetime) -> EmailMessage:
        return compose(
            content, mail_from=settings.mail_from, mail_domain=settings.mail_domain, now=now
        )

    teller = Teller(Outcomes(deliveries), publisher)
    sender = Sender(
        deliveries, pool, composed, pace=_pace(settings, deliveries), recorded=teller.wake
    )

    def subscribe(queue: WorkQueue, models: Models, *, prefetch: int) -> None:
        exhausted = record_exhausted(deliveries, models, recorded=teller.wake)
        policy = AckPolicy(queue, publisher, is_outage=is_to_be_held, on_exhausted=exhausted)
        consumer.subscribe(queue, send_emails(sender, models), policy, prefetch=prefetch)

    subscribe(settings.topology.notifier_approvals, APPROVALS, prefetch=settings.mail_prefetch)
    subscribe(
        settings.topology.notifier_invitations, INVITATIONS, prefetch=settings.invitation_prefetch
    )

    async def start_consuming() -> None:
        await deliveries.prepare()
        await consumer.start()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        messaging = Supervised("messaging", lambda: run_messaging(publisher, start_consuming))
        tidying = Supervised("smtp", pool.keep_tidy)
        async with AsyncExitStack() as at_the_end:  # each step, whatever becomes of another
            at_the_end.push_async_callback(mongo.close, client)
            at_the_end.push_async_callback(publisher.close)
            at_the_end.push_async_callback(teller.loop.stop)
            at_the_end.push_async_callback(pool.close)
            at_the_end.push_async_callback(tidying.stop)
            at_the_end.push_async_callback(sender.finish)
            at_the_end.push_async_callback(consumer.stop)
            at_the_end.push_async_callback(messaging.stop)
            messaging.start()
            teller.loop.start()
            tidying.start()
            yield

    app = create_app(title="Openchair notifier", lifespan=lifespan)
    checks = {
        "mongodb": deliveries.ready,
        "rabbitmq": publisher.ready,
        "consumer": consumer.ready,
    }
    app.include_router(health_routes(checks, {}))
    return app


def _pace(settings: NotifierSettings, deliveries: Deliveries) -> Pace:
    interval = settings.smtp_interval
    return Unlimited() if interval is None else Spaced(deliveries.database, interval)


def run() -> None:
    """Serve until told to stop."""
    settings = read_settings(NotifierSettings)
    configure_logging("notifier", settings.log_level)
    serve(build_app(settings), host=settings.http_host, port=settings.http_port)
