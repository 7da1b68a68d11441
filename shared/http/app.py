"""How every service's HTTP application is made and served."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import uvicorn
from fastapi import FastAPI

from shared.http import problems
from shared.http.body_limit import BodyLimit
from shared.http.request_log import RequestLog
from shared.http.time_limit import TimeLimit

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
LifespanSteps = AsyncIterator[None]

# A publish takes up to five; an open event stream would block it for ever (FACTS "HTTP" 2).
_SHUTDOWN_SECONDS = 6


def create_app(*, title: str, lifespan: Lifespan) -> FastAPI:
    """Return an application with problems, limits and logs in place, and no routes.

    FastAPI's own documentation pages are off: they load scripts from another host.
    """
    app = FastAPI(
        title=title,
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    problems.install(app)
    app.add_middleware(TimeLimit)
    app.add_middleware(BodyLimit)
    app.add_middleware(RequestLog)  # added last: outermost
    return app


def serve(app: FastAPI, *, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; the lifespan's end drains what is in hand."""
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        timeout_keep_alive=15,
    )
