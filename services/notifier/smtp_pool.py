"""Connections to the mail server that are kept between e-mails, several at a time.

A slot is the right to use one. The connection itself is opened when an e-mail needs it and none is
idle, and closed with a QUIT when nobody needed it for a while.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import aiosmtplib

from services.notifier.smtp import (
    EXCHANGE_SECONDS,
    ConnectionStale,
    Letter,
    NotNow,
    RefusedForGood,
    SmtpServer,
    hand_over,
    say_goodbye,
)
from services.notifier.waiting import CONNECTION_SECONDS, NoConnectionFree
from shared.observability.metrics import EMAIL_WAIT_SECONDS, SMTP_CONNECTIONS, SMTP_OPENED

_LOOK_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class _Idle:
    """A connection nobody uses since a time; after a refusal it is still in the middle of one."""

    client: aiosmtplib.SMTP
    since: float
    was_refused: bool


class SmtpPool:
    """At most `connections` at once; idle ones are closed after `idle_seconds`.

    An exchange takes at most `exchange_seconds`, connecting and logging in included.
    """

    def __init__(
        self,
        server: SmtpServer,
        *,
        connections: int,
        idle_seconds: float,
        exchange_seconds: float = EXCHANGE_SECONDS,
    ) -> None:
        self._server = server
        self._exchange_seconds = exchange_seconds
        self._idle_seconds = idle_seconds
        self._free = asyncio.Semaphore(connections)
        self._in_use = 0
        self._idle: deque[_Idle] = deque()
        SMTP_CONNECTIONS.labels("in-use").set_function(lambda: self._in_use)
        SMTP_CONNECTIONS.labels("idle").set_function(lambda: len(self._idle))

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold the right to one connection; raises NoConnectionFree after ten seconds."""
        if self._free.locked():
            await self._wait_for_one()
        else:
            await self._free.acquire()
        self._in_use += 1
        try:
            yield
        finally:
            self._in_use -= 1
            self._free.release()

    async def send(self, letter: Letter) -> None:
        """Send an e-mail; by who holds a slot.

        Raises:
            RefusedForGood, NotNow

        """
        try:
            async with asyncio.timeout(self._exchange_seconds):
                await self._send(letter)
        except TimeoutError:
            raise NotNow("TimeoutError") from None

    async def keep_tidy(self) -> None:
        """Close what was idle for too long, for ever; for a supervisor."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            await self.close_idle()

    async def close_idle(self) -> None:
        """Close what was idle for too long."""
        until = time.monotonic() - self._idle_seconds
        unused = []
        while self._idle and self._idle[0].since <= until:
            unused.append(self._idle.popleft())
        await self._close(unused)

    async def close(self) -> None:
        """Close what is idle; whatever is in use is closed by whoever uses it."""
        unused = list(self._idle)
        self._idle.clear()
        await self._close(unused)

    async def _wait_for_one(self) -> None:
        began = time.monotonic()
        try:
            async with asyncio.timeout(CONNECTION_SECONDS):
                await self._free.acquire()
        except TimeoutError:
            raise NoConnectionFree from None
        finally:
            EMAIL_WAIT_SECONDS.labels("connection").observe(time.monotonic() - began)

    async def _send(self, letter: Letter) -> None:
        idle = self._take()
        if idle is not None:
            try:
                return await self._use(idle.client, letter, kept=True, reset=idle.was_refused)
            except ConnectionStale:
                SMTP_OPENED.labels("stale").inc()  # a new one does it instead, once
        else:
            SMTP_OPENED.labels("needed").inc()
        return await self._use(await self._server.connect(), letter)

    async def _use(
        self, client: aiosmtplib.SMTP, letter: Letter, *, kept: bool = False, reset: bool = False
    ) -> None:
        try:
            await hand_over(client, letter, kept=kept, reset=reset)
        except (RefusedForGood, NotNow):
            self._keep(client, was_refused=True)
            raise
        self._keep(client, was_refused=False)

    def _take(self) -> _Idle | None:
        while self._idle:
            last = self._idle.pop()  # the last used, so that the others can become idle
            if last.client.is_connected:
                return last
        return None

    def _keep(self, client: aiosmtplib.SMTP, *, was_refused: bool) -> None:
        if client.is_connected:
            self._idle.append(_Idle(client, time.monotonic(), was_refused))

    async def _close(self, unused: list[_Idle]) -> None:
        await asyncio.gather(*(say_goodbye(one.client) for one in unused))
