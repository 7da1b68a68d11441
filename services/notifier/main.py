"""Wiring of the notifier: settings in, running parts out. Its HTTP is health and metrics only."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from email.message import EmailMessage

from fastapi import FastAPI

from services.notifier.client_news import ClientNews
from services.notifier.compose_email import compose_email
from services.notifier.deliveries import Deliveries
from services.notifier.outcomes import Outcomes
from services.notifier.settings import NotifierSettings
from services.notifier.smtp import SmtpServer
from services.notifier.subscribers import Sender, record_exhausted
from services.notifier.tell_outcomes import Teller
from shared import mongo
from shared.http.app import create_app, serve
from shared.http.health import health_routes
from shared.messaging.ack_policy import AckPolicy
from shared.messaging.consumer import Consumer
from shared.messaging.publisher import ConfirmedPublisher, run_messaging
from shared.observability.logging import configure_logging
from shared.observability.supervision import Supervised
from shared.settings import read_settings


def build_app(settings: NotifierSettings) -> FastAPI:
    """Return the application."""
    client = mongo.connect(settings.mongodb_url.get_secret_value())
    deliveries = Deliveries(client, settings.mongodb_database)
    rabbitmq = settings.rabbitmq_url.get_secret_value()
    queue = settings.topology.notifier_approvals
    publisher = ConfirmedPublisher(rabbitmq, settings.topology, name="notifier")
    consumer = Consumer(rabbitmq, name="notifier")

    def compose(news: ClientNews, now: datetime) -> EmailMessage:
        return compose_email(
            news, mail_from=settings.mail_from, mail_domain=settings.mail_domain, now=now
        )

    teller = Teller(Outcomes(deliveries), publisher)
    sender = Sender(deliveries, _smtp_server(settings), compose, recorded=teller.wake)
    consumer.subscribe(
        queue,
        sender.handler(),
        AckPolicy(
            queue,
            publisher,
            is_outage=mongo.is_outage,
            on_exhausted=record_exhausted(deliveries, recorded=teller.wake),
        ),
        prefetch=settings.mail_prefetch,
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        messaging = Supervised("messaging", lambda: run_messaging(publisher, consumer.start))
        async with AsyncExitStack() as at_the_end:  # each step, whatever becomes of another
            at_the_end.push_async_callback(mongo.close, client)
            at_the_end.push_async_callback(publisher.close)
            at_the_end.push_async_callback(teller.loop.stop)
            at_the_end.push_async_callback(sender.finish)
            at_the_end.push_async_callback(consumer.stop)
            at_the_end.push_async_callback(messaging.stop)
            messaging.start()
            teller.loop.start()
            yield

    app = create_app(title="Openchair notifier", lifespan=lifespan)
    checks = {
        "mongodb": deliveries.ready,
        "rabbitmq": publisher.ready,
        "consumer": consumer.ready,
    }
    app.include_router(health_routes(checks, {}))
    return app


def _smtp_server(settings: NotifierSettings) -> SmtpServer:
    password = settings.smtp_password
    return SmtpServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        username=settings.smtp_username,
        password=password.get_secret_value() if password else None,
    )


def run() -> None:
    """Serve until told to stop."""
    settings = read_settings(NotifierSettings)
    configure_logging("notifier", settings.log_level)
    serve(build_app(settings), host=settings.http_host, port=settings.http_port)
