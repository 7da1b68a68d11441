"""Wiring of the scheduler: settings in, running parts out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from services.scheduler.http_api import errors
from services.scheduler.http_api.dependencies import Wiring
from services.scheduler.http_api.routes import staff_routes
from services.scheduler.live.feed import Feed
from services.scheduler.live.watcher import Watcher
from services.scheduler.mongo.indexes import migrate
from services.scheduler.mongo.store import Store
from services.scheduler.relay import Relay
from services.scheduler.settings import Component, DatabaseSettings, SchedulerSettings
from services.scheduler.settler import Settler
from services.scheduler.subscribers import (
    NOTIFICATIONS_AT_ONCE,
    notification_handler,
    portal_request_handler,
)
from shared import mongo
from shared.http.app import create_app, serve
from shared.http.bearer import BearerAuthentication
from shared.http.health import Check, health_routes
from shared.messaging.ack_policy import AckPolicy
from shared.messaging.consumer import Consumer
from shared.messaging.publisher import ConfirmedPublisher, run_messaging
from shared.observability.logging import configure_logging
from shared.observability.supervision import Supervised
from shared.settings import read_settings


def build_app(settings: SchedulerSettings) -> FastAPI:
    """Return the application with the parts that the settings choose."""
    client = mongo.connect(settings.mongodb_url.get_secret_value())
    store = Store(client, settings.mongodb_database)
    rabbitmq = settings.rabbitmq_url.get_secret_value()
    topology = settings.topology
    publisher = ConfirmedPublisher(rabbitmq, topology, name="scheduler")
    relay = Relay(store.outbox, publisher, topology)
    # Decisions need MongoDB alone: their events wait in the outbox while RabbitMQ is away.
    needed: dict[str, Check] = {"mongodb": store.ready}
    reported: dict[str, Check] = {"rabbitmq": publisher.ready}
    settler = Settler(store)
    consumer: Consumer | None = None
    if Component.WORKER in settings.components:
        consumer = Consumer(rabbitmq, name="scheduler")
        queue = topology.scheduler_requests
        consumer.subscribe(
            queue,
            portal_request_handler(store),
            AckPolicy(queue, publisher, is_outage=mongo.is_outage),
            prefetch=settings.worker_prefetch,
        )
        queue = topology.scheduler_notifications
        consumer.subscribe(
            queue,
            notification_handler(store),
            AckPolicy(queue, publisher, is_outage=mongo.is_outage),
            prefetch=NOTIFICATIONS_AT_ONCE,
        )
        serves_staff = Component.API in settings.components
        (reported if serves_staff else needed)["consumer"] = consumer.ready

    feed = Feed()
    watcher = Watcher(store.changes, feed)
    if Component.API in settings.components:
        reported["live"] = watcher.connected

    start_consuming = consumer.start if consumer is not None else None

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        messaging = Supervised("messaging", lambda: run_messaging(publisher, start_consuming))
        async with AsyncExitStack() as at_the_end:  # each step, whatever becomes of another
            at_the_end.push_async_callback(mongo.close, client)
            at_the_end.push_async_callback(publisher.close)
            at_the_end.push_async_callback(relay.loop.stop)
            if consumer is not None:
                at_the_end.push_async_callback(consumer.stop)
            at_the_end.push_async_callback(messaging.stop)
            at_the_end.push_async_callback(settler.loop.stop)
            at_the_end.push_async_callback(watcher.loop.stop)
            messaging.start()
            if Component.WORKER in settings.components:
                settler.loop.start()
            if Component.RELAY in settings.components:
                relay.loop.start()
            if Component.API in settings.components:
                watcher.loop.start()
            yield

    app = create_app(title="Openchair scheduler", lifespan=lifespan, end_streams=feed.close)
    errors.install(app)
    app.include_router(health_routes(needed, reported))
    if Component.API in settings.components:
        authenticate = BearerAuthentication(settings.token_verifier())
        wiring = Wiring(store, authenticate, relay.wake, feed, settings.public_url)
        for router in staff_routes(wiring):
            app.include_router(router)
    return app


def run() -> None:
    """Serve until told to stop."""
    settings = read_settings(SchedulerSettings)
    configure_logging("scheduler", settings.log_level)
    serve(build_app(settings), host=settings.http_host, port=settings.http_port)


def run_migrate() -> None:
    """Create what the database lacks; safe at any time."""
    settings = read_settings(DatabaseSettings)
    configure_logging("scheduler")
    asyncio.run(_migrate(settings))


async def _migrate(settings: DatabaseSettings) -> None:
    client = mongo.connect(settings.mongodb_url.get_secret_value(), operation_seconds=None)
    await migrate(client[settings.mongodb_database])
    await mongo.close(client)
