"""Two practices whose changes are watched, and pages open on them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from uuid import UUID

from services.scheduler.domain.people import StaffMember
from services.scheduler.live.feed import Feed
from services.scheduler.live.subscription import Quiet, Reset, Subscription
from services.scheduler.live.watcher import Watcher
from services.scheduler.mongo.changes import CaughtUp, Change
from services.scheduler.mongo.store import Store
from tests.harness.polling import eventually
from tests.harness.practice import SmallPractice, open_practice

LIMIT_SECONDS = 20.0


class Page:
    """An open page: everything that it is told, as it is told."""

    def __init__(self, feed: Feed, subscription: Subscription) -> None:
        self.told: list[Change | Reset | Quiet] = []
        self._feed = feed
        self._subscription = subscription
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        while not self._subscription.is_over:
            if (one := await self._subscription.next(1)) is not None:
                self.told.append(one)

    async def close(self) -> None:
        """Stop reading, and leave."""
        self._feed.leave(self._subscription)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def changes(self) -> list[Change]:
        """What it was told of."""
        return [one for one in self.told if isinstance(one, Change)]

    @property
    def resets(self) -> int:
        """How often it was told to read again."""
        return sum(isinstance(one, Reset) for one in self.told)

    async def reads_again(self) -> None:
        """Wait until it was told to."""

        async def told() -> bool:
            return self.resets > 0

        await eventually(told, "the page reads again")

    async def hears_of(self, identifier: UUID, *, count: int = 1) -> Change:
        """Wait until it was told of that so many times; return the last."""

        async def told() -> list[Change]:
            found = [one for one in self.changes if one.id == identifier]
            return found if len(found) >= count else []

        return (await eventually(told, "the page is told"))[-1]


class LivePractice:
    """A practice with a process that watches its database."""

    def __init__(self, small: SmallPractice, other: SmallPractice) -> None:
        self.small = small
        self.other = other
        self.store = small.store
        self.feed = Feed()
        self.watcher = Watcher(self.store.changes, self.feed)
        self._pages: list[Page] = []

    def open(self, member: StaffMember, *, after: str | None = None) -> Page:
        """Open a page."""
        self._pages.append(Page(self.feed, self.feed.subscribe(member, after=after)))
        return self._pages[-1]

    async def stop(self) -> None:
        """Stop all."""
        for page in self._pages:
            await page.close()
        await self.watcher.loop.stop()


@asynccontextmanager
async def watched(store: Store) -> AsyncIterator[LivePractice]:
    """Two practices, watched as long as the block lasts."""
    practice = LivePractice(await open_practice(store), await open_practice(store))
    practice.watcher.loop.start()
    await practice.feed.wait_until_caught_up(LIMIT_SECONDS)
    yield practice
    await practice.stop()


async def follow(store: Store, after: str) -> list[Change]:
    """Return all that has happened since a position."""
    found: list[Change] = []
    async with aclosing(store.changes.follow(after)) as turns:
        async for turn in turns:
            if isinstance(turn, CaughtUp):
                return found
            found.append(turn)
    return found
