"""What the notifier does with messages."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from aio_pika.abc import AbstractIncomingMessage

from services.notifier.client_news import About
from services.notifier.deliveries import Deliveries
from services.notifier.notices import Models, notice_of
from services.notifier.sending import Sender
from shared.messaging.ack_policy import Handler
from shared.messaging.events import parse_event
from shared.observability.metrics import EMAILS


def send_emails(sender: Sender, models: Models) -> Handler:
    """Return the handler of a queue that brings these events."""

    async def handle(message: AbstractIncomingMessage) -> None:
        notice = notice_of(parse_event(message.body, models))
        _log_with(notice.about)
        if notice.is_wanted:
            await sender.deliver(notice)
        else:
            await sender.leave_out(notice)

    return handle


def record_exhausted(
    deliveries: Deliveries, models: Models, *, recorded: Callable[[], None]
) -> Callable[[AbstractIncomingMessage, str], Awaitable[None]]:
    """Return what to do when the last attempt failed: the delivery says so."""

    async def exhausted(message: AbstractIncomingMessage, reason: str) -> None:
        about = notice_of(parse_event(message.body, models)).about
        await deliveries.mark_given_up(about, f"gave up: {reason}", now=datetime.now(UTC))
        EMAILS.labels("failed").inc()
        recorded()

    return exhausted


def _log_with(about: About) -> None:
    ids = {
        "appointment_id": about.appointment_id,
        "request_id": about.request_id,
        "client_id": about.client_id,
    }
    structlog.contextvars.bind_contextvars(
        correlation_id=about.correlation_id,
        **{name: str(value) for name, value in ids.items() if value is not None},
    )
