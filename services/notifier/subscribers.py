"""What the notifier does with messages."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Final

import structlog
from aio_pika.abc import AbstractIncomingMessage

from services.notifier.deliveries import Claim, Deliveries
from services.notifier.smtp import NotNow, RefusedForGood, SmtpServer
from shared.messaging.ack_policy import Handler, InvalidMessage, RetryLater
from shared.messaging.events import parse_event
from shared.observability.metrics import EMAILS
from shared.schemas.request_approved import RequestApproved

_UNDERSTOOD: Final = {"openchair.request.approved.v1": RequestApproved}

Compose = Callable[[RequestApproved, datetime], EmailMessage]

log = structlog.get_logger(__name__)


def approval_handler(deliveries: Deliveries, server: SmtpServer, compose: Compose) -> Handler:
    """Return the handler of `notifier.approvals`: one e-mail for each event."""
    sender = _Sender(deliveries, server, compose)

    async def handle(message: AbstractIncomingMessage) -> None:
        event = parse_event(message.body, _UNDERSTOOD)
        structlog.contextvars.bind_contextvars(
            correlation_id=event.correlationid, request_id=str(event.data.request_id)
        )
        await sender.deliver(event)

    return handle


class _Sender:
    """Sends each event's e-mail once.

    What the mail server took and the delivery log does not say yet is remembered here, so that
    MongoDB or RabbitMQ going away in that moment repeats the record and not the e-mail.
    """

    def __init__(self, deliveries: Deliveries, server: SmtpServer, compose: Compose) -> None:
        self._deliveries = deliveries
        self._server = server
        self._compose = compose
        self._sent_unrecorded: set[str] = set()

    async def deliver(self, event: RequestApproved) -> None:
        """Send it unless it was sent; raises RetryLater or InvalidMessage."""
        if event.id not in self._sent_unrecorded:
            claim = await self._deliveries.claim(
                event.id,
                practice_id=event.practiceid,
                request_id=event.data.request_id,
                now=_now(),
            )
            if claim is Claim.SENT_ALREADY:
                log.info("email.sent_already", event_id=event.id)
                return
            if claim is Claim.BEING_SENT:
                raise RetryLater("being sent by another process")
            await self._send(event)
        await self._deliveries.mark_sent(event.id, now=_now())
        self._sent_unrecorded.discard(event.id)

    async def _send(self, event: RequestApproved) -> None:
        email = self._compose(event, _now())
        await self._deliveries.mark_sending(event.id, now=_now())
        try:
            await self._server.send(email)
        except NotNow as error:
            EMAILS.labels("not-now").inc()
            await self._deliveries.give_back(event.id, error.reason, now=_now())
            raise RetryLater(error.reason) from None
        except RefusedForGood as error:
            EMAILS.labels("failed").inc()
            await self._deliveries.mark_failed(event.id, error.reason, now=_now())
            raise InvalidMessage(error.reason) from None
        self._sent_unrecorded.add(event.id)
        EMAILS.labels("sent").inc()
        log.info("email.sent", event_id=event.id)


def record_exhausted(
    deliveries: Deliveries,
) -> Callable[[AbstractIncomingMessage, str], Awaitable[None]]:
    """Return what to do when the last attempt failed: the delivery says so."""

    async def exhausted(message: AbstractIncomingMessage, reason: str) -> None:
        event = parse_event(message.body, _UNDERSTOOD)
        await deliveries.mark_failed(event.id, f"gave up: {reason}", now=_now())
        EMAILS.labels("failed").inc()

    return exhausted


def _now() -> datetime:
    return datetime.now(UTC)
