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

    async def handle(message: AbstractIncomingMessage) -> None:
        event = parse_event(message.body, _UNDERSTOOD)
        request_id = event.data.request_id
        structlog.contextvars.bind_contextvars(
            correlation_id=event.correlationid, request_id=str(request_id)
        )
        claim = await deliveries.claim(
            event.id, practice_id=event.practiceid, request_id=request_id, now=_now()
        )
        if claim is Claim.SENT_ALREADY:
            log.info("email.sent_already", event_id=event.id)
        elif claim is Claim.BEING_SENT:
            raise RetryLater("being sent by another process")
        else:
            await _send(event, deliveries, server, compose)

    return handle


async def _send(
    event: RequestApproved, deliveries: Deliveries, server: SmtpServer, compose: Compose
) -> None:
    email = compose(event, _now())
    await deliveries.mark_sending(event.id, now=_now())
    try:
        await server.send(email)
    except NotNow as error:
        await deliveries.give_back(event.id, error.reason, now=_now())
        EMAILS.labels("not-now").inc()
        raise RetryLater(error.reason) from None
    except RefusedForGood as error:
        await deliveries.mark_failed(event.id, error.reason, now=_now())
        EMAILS.labels("failed").inc()
        raise InvalidMessage(error.reason) from None
    await deliveries.mark_sent(event.id, now=_now())
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
