"""Names and arguments of every exchange and queue, and nothing else knows them.

Queue arguments cannot be changed once a queue exists (FACTS "RabbitMQ" 16, 17). Each consumer has

* a work queue: quorum, never drops (`reject-publish`); what the broker itself gives up on, after
  100 deliveries, goes to the dead queue. Not to a retry queue (as FACTS 17 has it): coming back
  from there would close a cycle, which RabbitMQ cuts by keeping the message where nobody sees it;
* retry queues, one for each delay, so that a long wait never blocks a short one: `<queue>.retry`,
  then `<queue>.retry.<seconds>`; their messages return to the work queue by TTL;
* a dead queue, `<queue>.dead`: kept until somebody replays or drops what is in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel

PORTAL: Final = "portal"
SCHEDULING: Final = "scheduling"
EXCHANGES: Final = (PORTAL, SCHEDULING)

FIRST_RETRY_SECONDS: Final = 30
DEFAULT_RETRY_DELAYS: Final = (FIRST_RETRY_SECONDS, 120, 600, 3600)
"""Seconds to wait before the second, third, ... attempt (ARCHITECTURE "Failure rules")."""

_DELIVERY_LIMIT: Final = 100

# Looking at a dead letter counts as a delivery, and RabbitMQ 4 drops a message after 20 by default.
DEAD_ARGUMENTS: Final[dict[str, Any]] = {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000}


@dataclass(frozen=True, slots=True)
class WorkQueue:
    """A consumer's queue with the retry and dead queues beside it; delays in seconds."""

    name: str
    exchange: str
    routing_keys: tuple[str, ...]
    retry_delays: tuple[int, ...] = DEFAULT_RETRY_DELAYS

    @property
    def dead_name(self) -> str:
        """Where messages wait that were given up on."""
        return f"{self.name}.dead"

    @property
    def retry_names(self) -> tuple[str, ...]:
        """The retry queues, shortest delay first."""
        first, *longer = self.retry_delays
        del first
        return (f"{self.name}.retry", *(f"{self.name}.retry.{delay}" for delay in longer))

    def retry_name(self, attempt: int) -> str | None:
        """Return the queue to wait in after `attempt` (1 is the first) failed; None: give up."""
        return self.retry_names[attempt - 1] if attempt <= len(self.retry_delays) else None

    def work_arguments(self) -> dict[str, Any]:
        """Arguments of the work queue."""
        return {
            "x-queue-type": "quorum",
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": self.dead_name,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
            "x-delivery-limit": _DELIVERY_LIMIT,
        }

    def retry_arguments(self, delay_seconds: int) -> dict[str, Any]:
        """Arguments of the retry queue with that delay."""
        return {
            "x-queue-type": "quorum",
            "x-message-ttl": delay_seconds * 1000,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": self.name,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        }


@dataclass(frozen=True, slots=True)
class Topology:
    """All work queues, with one ladder of retry delays (seconds)."""

    scheduler_requests: WorkQueue
    notifier_approvals: WorkQueue
    scheduler_notifications: WorkQueue
    notifier_invitations: WorkQueue

    @classmethod
    def with_delays(cls, retry_delays: Sequence[int] = DEFAULT_RETRY_DELAYS) -> "Topology":
        """Return the topology; other delays than the default are for tests and trials."""
        delays = tuple(retry_delays)
        return cls(
            scheduler_requests=WorkQueue(
                "scheduler.requests", PORTAL, ("request.submitted", "request.withdrawn"), delays
            ),
            notifier_approvals=WorkQueue(
                "notifier.approvals",
                SCHEDULING,
                ("request.approved", "request.declined", "appointment.changed"),
                delays,
            ),
            scheduler_notifications=WorkQueue(
                "scheduler.notifications",
                SCHEDULING,
                ("notification.sent", "notification.failed", "notification.skipped"),
                delays,
            ),
            notifier_invitations=WorkQueue(
                "notifier.invitations", SCHEDULING, ("client.invited",), delays
            ),
        )

    @property
    def work_queues(self) -> tuple[WorkQueue, ...]:
        """Every consumer's queue."""
        return (
            self.scheduler_requests,
            self.notifier_approvals,
            self.scheduler_notifications,
            self.notifier_invitations,
        )

    def has_consumer(self, exchange: str, routing_key: str) -> bool:
        """Say whether a queue of ours takes these messages: then none may be unroutable."""
        return any(
            queue.exchange == exchange and routing_key in queue.routing_keys
            for queue in self.work_queues
        )


async def declare(channel: AbstractChannel, topology: Topology) -> None:
    """Declare everything, idempotently.

    Raises:
        aio_pika.exceptions.ChannelPreconditionFailed: a queue exists with other arguments.

    """
    for name in EXCHANGES:
        await channel.declare_exchange(name, ExchangeType.TOPIC, durable=True)
    for work in topology.work_queues:
        await channel.declare_queue(work.dead_name, durable=True, arguments=DEAD_ARGUMENTS)
        for name, delay in zip(work.retry_names, work.retry_delays, strict=True):
            await channel.declare_queue(name, durable=True, arguments=work.retry_arguments(delay))
        queue = await channel.declare_queue(
            work.name, durable=True, arguments=work.work_arguments()
        )
        for key in work.routing_keys:
            await queue.bind(work.exchange, key)
