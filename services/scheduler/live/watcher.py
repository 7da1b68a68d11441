"""The loop that reads the change stream into the feed, and goes on where it was after an outage."""

import time
from contextlib import aclosing
from datetime import timedelta
from typing import Final

import structlog

from services.scheduler.live.feed import Feed
from services.scheduler.mongo.changes import CaughtUp, Changes, HistoryLost
from shared.observability.supervision import Supervised

LOOK_BACK: Final = timedelta(minutes=2)
"""How far back a new process begins, for pages that come over from one that has just stopped."""

_SILENT_SECONDS: Final = 5.0  # it turns about each second, also when nothing happens

log = structlog.get_logger(__name__)


class Watcher:
    """One process's change stream."""

    def __init__(self, changes: Changes, feed: Feed) -> None:
        self._changes = changes
        self._feed = feed
        self._look_back = LOOK_BACK
        self._turned_at = float("-inf")
        self.loop = Supervised("live", self._run)

    async def connected(self) -> bool:
        """Say whether the stream has lately said something, be it that there is nothing."""
        return time.monotonic() - self._turned_at < _SILENT_SECONDS

    async def _run(self) -> None:
        try:
            await self._follow()
        except HistoryLost:
            log.warning("live.history_lost")
            self._feed.forget()
            self._look_back = timedelta(0)

    async def _follow(self) -> None:
        if self._feed.position is None:
            now = await self._changes.position(ago=timedelta(0))
            self._feed.begin(await self._changes.position(ago=self._look_back), now=now)
        assert self._feed.position is not None  # noqa: S101  it has begun
        async with aclosing(self._changes.follow(self._feed.position)) as turns:
            async for turn in turns:
                self._turned_at = time.monotonic()
                self.loop.turned()
                if isinstance(turn, CaughtUp):
                    self._feed.reach(turn.position)
                else:
                    self._feed.publish(turn)
