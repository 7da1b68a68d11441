"""How every service's HTTP application is made and served."""

import socket
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress

import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE

from shared.http import problems
from shared.http.body_limit import BodyLimit
from shared.http.request_log import RequestLog
from shared.http.time_limit import TimeLimit

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
LifespanSteps = AsyncIterator[None]

# A publish takes up to five.
_SHUTDOWN_SECONDS = 6


def _no_streams() -> None:
    """End nothing."""


def create_app(
    *, title: str, lifespan: Lifespan, end_streams: Callable[[], None] = _no_streams
) -> FastAPI:
    """Return an application with problems, limits and logs in place, and no routes.

    `end_streams` is called when it is to stop, before answers under way are waited for: it ends
    those that would go on for ever. FastAPI's own documentation pages are off: they load scripts
    from another host.
    """
    app = FastAPI(
        title=title,
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    app.state.end_streams = end_streams
    problems.install(app)
    app.add_middleware(TimeLimit)
    app.add_middleware(BodyLimit)
    app.add_middleware(RequestLog)  # added last: outermost
    return app


class _Server(uvicorn.Server):
    """Lets the application end its streams before it waits for answers under way."""

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop as uvicorn does, after that."""
        self._end_streams()
        await super().shutdown(sockets)


def serve(app: FastAPI, *, host: str, port: int, trusted_proxies: Sequence[str] = ()) -> None:
    """Serve until SIGTERM or SIGINT; the lifespan's end drains what is in hand.

    `trusted_proxies` are networks or addresses whose `X-Forwarded-For` is believed; without any,
    whoever connects is who calls. uvicorn itself would believe this machine.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        timeout_keep_alive=15,
    )
    server = _Server(config, app.state.end_streams)
    with suppress(KeyboardInterrupt):  # SIGINT, which it raises again after a clean stop
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)
