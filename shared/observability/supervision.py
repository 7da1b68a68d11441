"""Background loops that outlive their failures.

A loop that dies silently is the worst fault of a message-driven service: libraries raise
`CancelledError` though nobody cancelled (FACTS "RabbitMQ" 3), and `except Exception` misses it.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from shared.observability.metrics import LOOP_TURN

log = structlog.get_logger(__name__)

_LONGEST_PAUSE: Final = 5.0
_HEALTHY_AFTER: Final = 30.0


class Supervised:
    """Runs `work` until stopped; starts it again, after a jittered pause, whenever it ends."""

    def __init__(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        self.name = name
        self._work = work
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start it in the background; it never raises to its starter."""
        self._task = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """Cancel it and wait until it has ended."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None

    def turned(self) -> None:
        """Note that the loop went round; its age is a metric."""
        LOOP_TURN.labels(self.name).set(time.time())

    async def _run(self) -> None:
        pause = 0.25
        while True:
            began = time.monotonic()
            try:
                await self._work()
                log.warning("loop.ended", loop=self.name)
            except asyncio.CancelledError:
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise
                log.warning("loop.cancelled_by_library", loop=self.name)
            except Exception as error:  # noqa: BLE001  outliving any failure is its purpose
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    return  # stopped, and the work made an error of it
                log.warning("loop.failed", loop=self.name, reason=type(error).__name__)
            if time.monotonic() - began > _HEALTHY_AFTER:
                pause = 0.25
            await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311  jitter
            pause = min(pause * 2, _LONGEST_PAUSE)
