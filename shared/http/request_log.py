"""One log line and two metrics for each HTTP request; the outermost middleware.

It names the route's template, never the path or the query: those may hold what a person typed.
"""

import re
import time
from collections.abc import Iterable
from typing import Final
from uuid import uuid4

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.problems import internal_error
from shared.observability.metrics import REQUEST_SECONDS, REQUESTS

CORRELATION_HEADER: Final = "X-Correlation-ID"
_CORRELATION_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
_CORRELATION_HEADER: Final = CORRELATION_HEADER.lower().encode()
_NO_SNIFFING: Final = (b"x-content-type-options", b"nosniff")
_UNROUTED: Final = "(none)"

log = structlog.get_logger(__name__)


class RequestLog:
    """Gives each request a correlation id, answers our own faults, and writes the line.

    What a route leaves in `request.state.answer_headers`, pairs of bytes as ASGI has them, is in
    the answer, whichever that is.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        correlation_id = _correlation_id(scope)
        scope.setdefault("state", {})["correlation_id"] = correlation_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(correlation_id=correlation_id)
        status = 0
        started = time.perf_counter()
        streams_since: float | None = None

        async def send_with_id(message: Message) -> None:
            nonlocal status, streams_since
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.setdefault("headers", [])
                if _is_stream(headers):
                    streams_since = time.perf_counter()
                headers += [
                    (_CORRELATION_HEADER, correlation_id.encode()),
                    _NO_SNIFFING,
                    *scope["state"].get("answer_headers", ()),
                ]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            log.exception("http.failed")
            if status:
                raise  # half an answer is out already: let the server cut the connection
            await internal_error().to_response()(scope, receive, send_with_id)
        finally:
            ended = time.perf_counter()
            # Of a stream, the time to answer is that to its beginning: it may go on for a day.
            REQUEST_SECONDS.labels(scope["method"], _route(scope)).observe(
                (streams_since or ended) - started
            )
            _record(scope, status, ended - started)


def _is_stream(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(
        name == b"content-type" and value.startswith(b"text/event-stream")
        for name, value in headers
    )


def _correlation_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(CORRELATION_HEADER, "")
    return given if _CORRELATION_ID.fullmatch(given) else uuid4().hex


def _route(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", _UNROUTED))


def _record(scope: Scope, status: int, elapsed: float) -> None:
    route = _route(scope)
    method = scope["method"]
    REQUESTS.labels(method, route, str(status)).inc()
    if not route.startswith(("/health", "/metrics")):
        log.info(
            "http.request",
            method=method,
            route=route,
            status=status,
            duration_ms=round(elapsed * 1000, 1),
        )
