"""Wiring of request intake: settings in, running parts out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.request_intake.http_api import errors, openapi
from services.request_intake.http_api.dependencies import Wiring
from services.request_intake.http_api.reads import read_routes
from services.request_intake.http_api.submissions import submission_routes
from services.request_intake.knowledge import Knowledge
from services.request_intake.open_times import RecentOpenTimes
from services.request_intake.policies import Policies
from services.request_intake.reads import Reads
from services.request_intake.settings import IntakeSettings
from services.request_intake.use_cases.recent_keys import RecentKeys
from shared.http.app import create_app, serve
from shared.http.bearer import BearerAuthentication
from shared.http.health import health_routes
from shared.messaging.publisher import ConfirmedPublisher, run_messaging
from shared.observability.logging import configure_logging
from shared.observability.supervision import Supervised
from shared.settings import read_settings


def build_app(settings: IntakeSettings) -> FastAPI:
    """Return the application; HTTP is up even while RabbitMQ is not there yet."""
    publisher = ConfirmedPublisher(
        settings.rabbitmq_url.get_secret_value(), settings.topology, name="request_intake"
    )
    reads = Reads.of(settings.scheduler_url)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        messaging = Supervised("messaging", lambda: run_messaging(publisher))
        messaging.start()
        yield
        await messaging.stop()
        await publisher.close()
        await reads.close()

    app = create_app(title="Openchair request intake", lifespan=lifespan)
    errors.install(app)
    openapi.install(app)
    authenticate = BearerAuthentication(settings.token_verifier())
    open_times = RecentOpenTimes()
    wiring = Wiring(
        publisher=publisher,
        recent_keys=RecentKeys(),
        reads=reads,
        open_times=open_times,
        knowledge=Knowledge(reads, Policies(reads), open_times),
        limits=settings.rate_limits(),
        authenticate=authenticate,
    )
    app.include_router(submission_routes(wiring))
    app.include_router(read_routes(wiring))
    app.include_router(health_routes({"rabbitmq": publisher.ready}, {}))
    return app


def run() -> None:
    """Serve until told to stop."""
    settings = read_settings(IntakeSettings)
    configure_logging("request_intake", settings.log_level)
    serve(
        build_app(settings),
        host=settings.http_host,
        port=settings.http_port,
        trusted_proxies=[str(network) for network in settings.trusted_proxies],
    )
