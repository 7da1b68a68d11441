"""So many e-mails in a time and no more, as a provider may demand: all our processes together.

They are spaced out evenly, by one document that says when the next may leave. Its times are the
database's, so the clocks of the processes do not matter.
"""

import asyncio
from datetime import timedelta
from typing import Any, Final, Protocol

from services.notifier.waiting import LIMIT_SECONDS, RateLimited
from shared.mongo import Database, DuplicateKeyError
from shared.observability.metrics import EMAIL_WAIT_SECONDS

_ID: Final = "smtp"


class Pace(Protocol):
    """When the next e-mail may leave."""

    async def wait(self) -> None:
        """Return when one may; raises RateLimited when that is not within 15 seconds."""


class Unlimited:
    """The provider demands nothing."""

    async def wait(self) -> None:
        """Return at once."""


class Spaced:
    """One e-mail in each `interval`."""

    def __init__(self, database: Database, interval: timedelta) -> None:
        self._collection = database["pace"]
        self._step = interval / timedelta(milliseconds=1)

    async def wait(self) -> None:
        """Take the next time that is free, and wait for it."""
        try:
            waits_ms = await self._reserve()
        except DuplicateKeyError:
            waits_ms = await self._reserve()  # two made the document at once
        if waits_ms is None:
            raise RateLimited
        EMAIL_WAIT_SECONDS.labels("limit").observe(waits_ms / 1000)
        await asyncio.sleep(waits_ms / 1000)

    async def _reserve(self) -> float | None:
        after = await self._collection.find_one_and_update(
            {"_id": _ID}, _taking_one(self._step), upsert=True, return_document=True
        )
        waits: float | None = after["waits_ms"]
        return waits


def _taking_one(step_ms: float) -> list[dict[str, Any]]:
    # `free_in_ms` counts from `at`, in fractions: MongoDB's own dates are whole milliseconds.
    gone = {"$subtract": ["$$NOW", {"$ifNull": ["$at", "$$NOW"]}]}
    left = {"$max": [0, {"$subtract": [{"$ifNull": ["$free_in_ms", 0]}, gone]}]}
    granted = {"$lte": ["$left", LIMIT_SECONDS * 1000]}
    return [
        {"$set": {"left": left, "at": "$$NOW"}},
        {
            "$set": {
                "waits_ms": {"$cond": [granted, "$left", None]},
                "free_in_ms": {"$cond": [granted, {"$add": ["$left", step_ms]}, "$left"]},
            }
        },
    ]
