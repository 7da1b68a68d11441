"""A delivered message and a publisher that note what happens, and a way to settle the one."""

from dataclasses import dataclass, field
from typing import Any, cast

from aio_pika.abc import AbstractIncomingMessage

from shared.messaging.ack_policy import AckPolicy, Handler
from shared.messaging.publisher import ConfirmedPublisher, OutgoingMessage
from shared.messaging.topology import Topology

QUEUE = Topology.with_delays().notifier_approvals


class StoreAway(Exception):
    """What a driver raises while its server is away."""


@dataclass
class Delivery:
    """A delivered message; `events` is what happened to it and around it, in order."""

    headers: dict[str, Any] = field(default_factory=dict)
    body: bytes = b"{}"
    correlation_id: str | None = "demo-0001"
    events: list[str] = field(default_factory=list)
    ack_failure: Exception | None = None

    async def ack(self) -> None:
        """Note the acknowledgement."""
        if self.ack_failure is not None:
            raise self.ack_failure
        self.events.append("ack")

    async def nack(self, *, requeue: bool) -> None:
        """Note that it goes back."""
        self.events.append(f"nack requeue={requeue}")


class Publisher:
    """Keeps what is published, and notes it in the delivery's events."""

    def __init__(
        self, delivery: Delivery, failure: Exception | None = None, *, times: int = 0
    ) -> None:
        self.sent: list[OutgoingMessage] = []
        self._delivery = delivery
        self._failure = failure
        self._times = times

    async def publish(self, message: OutgoingMessage) -> None:
        """Publish, or fail as told, so many times."""
        if self._failure is not None and self._times > 0:
            self._times -= 1
            raise self._failure
        self._delivery.events.append(f"publish {message.routing_key}")
        self.sent.append(message)


def raising(*errors: BaseException) -> Handler:
    """Return a handler that raises these, one in each run, and then succeeds."""
    left = list(errors)

    async def handle(message: AbstractIncomingMessage) -> None:
        cast("Delivery", message).events.append("handle")
        if left:
            raise left.pop(0)

    return handle


async def settle(
    delivery: Delivery, handler: Handler, publisher: Publisher | None = None, **others: Any
) -> list[OutgoingMessage]:
    """Settle a delivery and return what was published."""
    publisher = publisher or Publisher(delivery)
    policy = AckPolicy(
        QUEUE,
        cast("ConfirmedPublisher", publisher),
        is_outage=lambda error: isinstance(error, StoreAway),
        **others,
    )
    await policy.settle(cast("AbstractIncomingMessage", delivery), handler)
    return publisher.sent
