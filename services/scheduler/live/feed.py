"""Hands each change to the open pages of those who may see it, and keeps the last ones for a while.

One feed for each process; all of it runs in one event loop, so that nothing here needs a lock.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import takewhile
from typing import Final
from uuid import UUID

import structlog

from services.scheduler.domain.people import StaffMember
from services.scheduler.live.subscription import Quiet, Reset, Subscription
from services.scheduler.mongo.changes import Change
from shared.observability.metrics import LIVE_STREAMS

KEPT: Final = 10_000
"""Changes kept for who comes back: about 8 MB, and hours of a large practice."""

MOST_WAITING: Final = 1_000
"""Changes that one page may be behind; reading its list again is cheaper than more."""

MOST_STREAMS: Final = 500
"""Open pages of one process: each holds a file descriptor, of which 1,024 is a usual limit."""

MOST_OF_ONE: Final = 20
"""Open pages of one person. Those of a closed notebook linger for some minutes."""

# A position shorter than this has no room for the id of a document (32 hex digits) after its time
# (18), so that it may be shown to anybody. Others end in the id of what changed.
_TELLS_NO_ID: Final = 50
_ACCESS_SECONDS: Final = 1.0

log = structlog.get_logger(__name__)


class TooManyStreams(Exception):
    """No more open pages are served by this process."""


class TooManyOfOne(Exception):
    """Too many pages are open of this person."""


class Feed:
    """Where the change stream has come to, what it last said, and who listens."""

    def __init__(self, *, kept: int = KEPT, most_waiting: int = MOST_WAITING) -> None:
        self.position: str | None = None
        self._mark: str | None = None
        self._start: str | None = None
        self._present = ""
        self._recent: deque[Change] = deque()
        self._kept = kept
        self._most_waiting = most_waiting
        self._listening: dict[UUID, set[Subscription]] = {}
        self._access_due: dict[UUID, asyncio.TimerHandle] = {}
        self._has_caught_up = asyncio.Event()
        self._is_closed = False

    @property
    def mark(self) -> str | None:
        """The newest position that says nothing about anybody's documents; None at first."""
        return self._mark

    # What the change stream says.

    def begin(self, position: str, *, now: str) -> None:
        """Start at a position, of whose past nothing is known; `now` is that of the present."""
        self._start = position
        self._present = now
        self.reach(position)
        for subscription in self._everybody():
            subscription.reset(self._mark)

    def publish(self, change: Change) -> None:
        """Keep a change, and hand it to those who may see it."""
        self.reach(change.position)
        self._recent.append(change)
        if len(self._recent) > self._kept:
            self._start = self._recent.popleft().position
        for subscription in tuple(self._listening.get(change.practice_id, ())):
            if change.may_be_told_to(subscription.member):
                self._offer(subscription, change)
            elif change.access_changed:
                self._reset_soon(change.practice_id)

    def reach(self, position: str) -> None:
        """Note that nothing more has happened up to there."""
        self.position = position
        if len(position) < _TELLS_NO_ID:
            self._mark = position
        if position >= self._present and not self._has_caught_up.is_set():
            self._mark = max(self._mark or "", self._present)
            self._has_caught_up.set()

    def forget(self) -> None:
        """Give up what was kept: the store cannot say what came after it."""
        self.position = self._mark = self._start = None
        self._recent.clear()
        self._has_caught_up.clear()

    # Who listens.

    async def wait_until_caught_up(self, seconds: float) -> None:
        """Return when the feed tells of the present, or after so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._has_caught_up.wait()
        except TimeoutError:
            return

    def subscribe(self, member: StaffMember, *, after: str | None) -> Subscription:
        """Return the subscription of a page that has heard all up to `after`, if anything.

        It begins with what the page missed, or with a reset when that is not known any more.

        Raises:
            TooManyStreams: this process serves enough pages already, or is about to stop.
            TooManyOfOne: this person has enough pages open already.

        """
        of_practice = self._listening.get(member.practice_id, set())
        if self._is_closed or len(self._everybody()) >= MOST_STREAMS:
            raise TooManyStreams
        if sum(one.member.id == member.id for one in of_practice) >= MOST_OF_ONE:
            raise TooManyOfOne
        first: Sequence[Change | Reset | Quiet]
        if after is None:
            first = [Quiet(self._mark)]
        elif (missed := self._missed(member, after)) is None:
            first, after = [Reset(self._mark)], None
        else:
            first = missed
        subscription = Subscription(member, first, heard=after, most=self._most_waiting)
        self._listening.setdefault(member.practice_id, set()).add(subscription)
        self._count()
        return subscription

    def leave(self, subscription: Subscription) -> None:
        """Forget a page; harmless when it was forgotten before."""
        subscription.end()
        practice_id = subscription.member.practice_id
        of_practice = self._listening.get(practice_id, set())
        of_practice.discard(subscription)
        if not of_practice:
            self._listening.pop(practice_id, None)
        self._count()

    def close(self) -> None:
        """End every stream, and let nobody in any more: the process is about to stop."""
        self._is_closed = True
        for subscription in self._everybody():
            subscription.end()
        for timer in self._access_due.values():
            timer.cancel()

    def _missed(self, member: StaffMember, after: str) -> list[Change] | None:
        if self._start is None or self.position is None:
            return None
        if not self._start <= after <= self.position:
            return None
        later = list(takewhile(lambda change: change.position > after, reversed(self._recent)))
        theirs = [one for one in later if one.practice_id == member.practice_id]
        missed = [one for one in theirs if one.may_be_told_to(member)]
        lost_sight = any(one.access_changed and not one.may_be_told_to(member) for one in theirs)
        if lost_sight or len(missed) > self._most_waiting:
            return None
        return missed[::-1]

    def _offer(self, subscription: Subscription, change: Change) -> None:
        if not subscription.offer(change, self._mark):
            log.warning("live.cut_off_slow_reader", staff_id=str(subscription.member.id))

    def _reset_soon(self, practice_id: UUID) -> None:
        # Who cannot see a change in who sees it may have seen it before, and still show it. An
        # assignment changes on all documents of a client at once: they are told once.
        if practice_id in self._access_due:
            return

        def reset() -> None:
            del self._access_due[practice_id]
            for subscription in tuple(self._listening.get(practice_id, ())):
                if not subscription.member.runs_the_practice:
                    subscription.reset(self._mark)

        loop = asyncio.get_running_loop()
        self._access_due[practice_id] = loop.call_later(_ACCESS_SECONDS, reset)

    def _everybody(self) -> list[Subscription]:
        return [one for group in self._listening.values() for one in group]

    def _count(self) -> None:
        LIVE_STREAMS.set(len(self._everybody()))
