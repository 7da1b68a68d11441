"""Refuses bodies that are too large, or that never end, before anything parses them.

FastAPI's own `max_body_size` limits no time, and cuts off a client that is still sending, so that
it never reads why. Here what is too much is thrown away for a while, then answered.
"""

import asyncio
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.problems import Problem

MAX_BODY_BYTES: Final = 64 * 1024
_BODY_SECONDS: Final = 10.0
_DISCARDED_BYTES: Final = 16 * 1024 * 1024
_TOO_SLOW: Final = Problem(
    HTTPStatus.REQUEST_TIMEOUT,
    "body-too-slow",
    "The body did not arrive in time.",
    headers={"Connection": "close"},
)
_TOO_LARGE: Final = Problem(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "body-too-large",
    f"A body may have at most {MAX_BODY_BYTES} bytes.",
    headers={"Connection": "close"},
)


class BodyLimit:
    """ASGI middleware: reads a body of at most 64 KiB within ten seconds, then calls the app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 or 408 by itself, or pass the whole body on."""
        if scope["type"] != "http" or not _has_body(scope):
            return await self._app(scope, receive, send)
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                body = await _read(receive)
        except ClientDisconnect:
            return None  # half of what was to be said must not be acted on
        except TimeoutError:
            return await _TOO_SLOW.to_response()(scope, receive, send)
        if body is None:
            return await _TOO_LARGE.to_response()(scope, receive, send)
        return await self._app(scope, _replay(body, receive), send)


def _has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return "content-length" in headers or "transfer-encoding" in headers


async def _read(receive: Receive) -> bytes | None:
    body = bytearray()
    size = 0
    more = True
    while more and size <= _DISCARDED_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part = message.get("body", b"")
        size += len(part)
        if size <= MAX_BODY_BYTES:
            body += part
        more = message.get("more_body", False)
    return bytes(body) if size <= MAX_BODY_BYTES else None


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
