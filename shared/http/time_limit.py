"""Answers in time, whatever a store does: a person who waits half a minute has clicked again."""

import asyncio
from http import HTTPStatus
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.problems import Problem

REQUEST_SECONDS: Final = 10.0

_TOOK_TOO_LONG: Final = Problem(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "took-too-long",
    "The answer did not come in time. Repeat the same call: it is safe to.",
    headers={"Retry-After": "5"},
)


class TimeLimit:
    """ASGI middleware: what has not begun to answer after ten seconds is cancelled, and told so."""

    def __init__(self, app: ASGIApp, seconds: float = REQUEST_SECONDS) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        try:
            async with asyncio.timeout(self._seconds) as limit:

                async def send_in_time(message: Message) -> None:
                    limit.reschedule(None)  # what has begun may take as long as it takes
                    await send(message)

                await self._app(scope, receive, send_in_time)
        except TimeoutError:
            if not limit.expired():
                raise
            await _TOOK_TOO_LONG.to_response()(scope, receive, send)
