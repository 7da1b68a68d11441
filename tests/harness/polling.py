"""Waiting for something to become true, with a limit."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

LIMIT_SECONDS = 20.0
_PAUSE_SECONDS = 0.03


async def eventually(
    probe: Callable[[], Awaitable[T]], what: str, *, limit: float = LIMIT_SECONDS
) -> T:
    """Return the first truthy value of `probe`; fail the test after `limit` seconds."""
    deadline = time.monotonic() + limit
    while not (value := await probe()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {limit:g} s in vain: {what}")
        await asyncio.sleep(_PAUSE_SECONDS)
    return value
