"""Connections to RabbitMQ: what every one of ours sets, and whether one is any use just now."""

import asyncio
from typing import Final

from aio_pika.abc import AbstractRobustChannel
from yarl import URL

RECONNECT_SECONDS: Final = 1
_ANSWER_SECONDS: Final = 1.0
_HEARTBEAT_SECONDS: Final = 10  # notices a stuck peer after 33 s; 60 takes 183 s (FACTS 14)


def connection_url(url: str, *, name: str) -> str:
    """Return the URL with our heartbeat, and the name that RabbitMQ's own tools show."""
    return str(URL(url).update_query(heartbeat=str(_HEARTBEAT_SECONDS), name=name))


class RoundTrip:
    """Asks the broker something on a channel of its own, and sees whether it answers in a second.

    Being connected is not enough: a silent broker, or one that blocks publishers because of an
    alarm, keeps its connections and reads nothing (FACTS 9). There is one question at a time, so
    that a long silence piles up none.
    """

    def __init__(self, channel: AbstractRobustChannel) -> None:
        self._channel = channel
        self._asked: asyncio.Task[object] | None = None

    async def answers(self) -> bool:
        """Say whether it does; a question that still waits counts as no."""
        if self._asked is None or self._asked.done():
            # Setting a limit that nothing consumes under: harmless, and answered at once.
            self._asked = asyncio.create_task(self._channel.set_qos(prefetch_count=1))
        done, _ = await asyncio.wait({self._asked}, timeout=_ANSWER_SECONDS)
        return bool(done) and not self._asked.cancelled() and self._asked.exception() is None
