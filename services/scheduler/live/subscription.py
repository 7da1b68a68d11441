"""What one open page has still to be told."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo.changes import Change


@dataclass(frozen=True, slots=True)
class Reset:
    """What the page shows may be out of date: it reads again, and then hears what follows.

    Going on from `position` misses nothing; None where that is not known yet.
    """

    position: str | None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nothing for now; the page has heard all up to `position`, where that may be told."""

    position: str | None


class Subscription:
    """A bounded queue from the feed to one page of one member of staff.

    `heard` is up to where the page had heard everything when it came; None where that is not known.
    """

    def __init__(
        self,
        member: StaffMember,
        first: Iterable[Change | Reset | Quiet],
        *,
        heard: str | None,
        most: int,
    ) -> None:
        self.member = member
        self.heard = heard
        self.is_over = False
        self._most = most
        self._waiting = deque(first)
        self._news = asyncio.Event()

    def offer(self, change: Change, mark: str | None) -> bool:
        """Put a change at the end; False when the page reads too slowly, and is cut off."""
        if self.is_over:
            return True
        if len(self._waiting) >= self._most:
            self.reset(mark)
            self.end()
            return False
        self._waiting.append(change)
        self._news.set()
        return True

    def reset(self, mark: str | None) -> None:
        """Have the page read everything again, instead of all that waits."""
        if self.is_over:
            return
        self._waiting.clear()
        self._waiting.append(Reset(mark))
        self._news.set()

    def end(self) -> None:
        """Tell what waits, and then nothing more."""
        self.is_over = True
        self._news.set()

    async def next(self, seconds: float) -> Change | Reset | Quiet | None:
        """Return what is next, or None when nothing came in time or nothing will come."""
        if not self._waiting and not self.is_over:
            self._news.clear()
            try:
                async with asyncio.timeout(max(seconds, 0)):
                    await self._news.wait()
            except TimeoutError:
                pass  # it may have come at the same moment
        return self._waiting.popleft() if self._waiting else None
