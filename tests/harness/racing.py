"""Calls made at once, of which some are refused."""

import asyncio
from collections.abc import Awaitable


async def outcomes(*calls: Awaitable[object]) -> list[object]:
    """Return the results of calls made at once, refusals included."""
    return list(await asyncio.gather(*calls, return_exceptions=True))
