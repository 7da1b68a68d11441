"""Dead letters: list, show, replay and drop what consumers gave up on.

Messages are taken without acknowledging them and go back when the connection closes, so looking
changes nothing. A message is acknowledged only once its replay was confirmed, or to drop it.
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aio_pika
from aio_pika.abc import AbstractIncomingMessage, AbstractRobustChannel

from shared.messaging.ack_policy import (
    ATTEMPT_HEADER,
    DIED_AT_HEADER,
    REASON_HEADER,
)
from shared.messaging.publisher import ConfirmedPublisher, OutgoingMessage
from shared.messaging.topology import Topology, WorkQueue


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message in a dead queue; `id` is its event's id, or what RabbitMQ knows it by."""

    id: str
    queue: WorkQueue
    message: AbstractIncomingMessage

    @property
    def summary(self) -> str:
        """One line without personal data: where, when, which, how often tried, why."""
        died_at, attempt, reason = (
            str(self.message.headers.get(name, "?"))
            for name in (DIED_AT_HEADER, ATTEMPT_HEADER, REASON_HEADER)
        )
        return f"{self.queue.name:<23}  {died_at}  {self.id}  attempt {attempt}  {reason}"


class DeadLetters:
    """The dead letters of all queues, as they were when it was opened."""

    def __init__(self, letters: list[DeadLetter], publisher: ConfirmedPublisher) -> None:
        self._letters = letters
        self._publisher = publisher

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, topology: Topology) -> AsyncIterator["DeadLetters"]:
        """Take hold of them; they go back, in order, when the block ends."""
        publisher = ConfirmedPublisher(url, topology, name="openchair dead-letters")
        await publisher.connect()
        connection = await aio_pika.connect_robust(url)
        try:
            channel = await connection.channel()
            letters = [
                letter
                for queue in topology.work_queues
                for letter in await _take_all(channel, queue)
            ]
            yield cls(letters, publisher)
        finally:
            await connection.close()
            await publisher.close()

    def find(self, wanted: str) -> list[DeadLetter]:
        """Return those with that id, or in that queue, or all for `all`."""
        matches: Callable[[DeadLetter], bool] = (
            (lambda _letter: True)
            if wanted == "all"
            else (lambda letter: wanted in (letter.id, letter.queue.name))
        )
        return [letter for letter in self._letters if matches(letter)]

    async def replay(self, letter: DeadLetter) -> None:
        """Put it back into its work queue as a first attempt.

        Raises:
            PublishFailed, PublishUncertain: it stays where it is.

        """
        await self._publisher.publish(
            OutgoingMessage(
                exchange="",
                routing_key=letter.queue.name,
                body=letter.message.body,
                correlation_id=str(letter.message.correlation_id or ""),
            )
        )
        await letter.message.ack()

    async def drop(self, letter: DeadLetter) -> None:
        """Remove it for good."""
        await letter.message.ack()


def body_text(letter: DeadLetter) -> str:
    """Return what it says, indented when it is JSON; this may name a client."""
    text = letter.message.body.decode(errors="replace")
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


async def _take_all(channel: AbstractRobustChannel, queue: WorkQueue) -> list[DeadLetter]:
    dead = await channel.get_queue(queue.dead_name, ensure=False)
    taken: list[DeadLetter] = []
    while (message := await dead.get(fail=False)) is not None:
        taken.append(DeadLetter(_event_id(message), queue, message))
    return taken


def _event_id(message: AbstractIncomingMessage) -> str:
    try:
        told = json.loads(message.body)["id"]
    except (ValueError, TypeError, KeyError):
        told = None
    return told if isinstance(told, str) and len(told) <= 200 else str(message.message_id)  # noqa: PLR2004
