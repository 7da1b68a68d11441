"""What the scheduler does with messages."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import structlog
from aio_pika.abc import AbstractIncomingMessage

from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.group_commit import GroupCommit
from services.scheduler.mongo.store import Store
from services.scheduler.mongo.withdrawals import Withdrawal
from services.scheduler.use_cases.receive_requests import receive_requests
from services.scheduler.use_cases.record_notification import EmailOutcome, record_notification
from services.scheduler.use_cases.withdraw_request import withdraw_request
from shared.messaging.ack_policy import Handler, InvalidMessage
from shared.messaging.events import parse_event
from shared.mongo import is_outage
from shared.schemas.notification_failed import NotificationFailed, NotificationFailedData
from shared.schemas.notification_sent import NotificationSent, NotificationSentData
from shared.schemas.notification_skipped import NotificationSkipped, NotificationSkippedData
from shared.schemas.request_submitted import RequestSubmitted
from shared.schemas.request_withdrawn import RequestWithdrawn

GROUP_LIMIT: Final = 200
NOTIFICATIONS_AT_ONCE: Final = 20
"""Each is a transaction of its own."""

_FROM_THE_PORTAL: Final[Mapping[str, type[RequestSubmitted | RequestWithdrawn]]] = {
    "openchair.request.submitted.v1": RequestSubmitted,
    "openchair.request.withdrawn.v1": RequestWithdrawn,
}
Outcome = NotificationSent | NotificationFailed | NotificationSkipped
_FROM_THE_NOTIFIER: Final[Mapping[str, type[Outcome]]] = {
    "openchair.notification.sent.v1": NotificationSent,
    "openchair.notification.failed.v1": NotificationFailed,
    "openchair.notification.skipped.v1": NotificationSkipped,
}

log = structlog.get_logger(__name__)


def portal_request_handler(store: Store) -> Handler:
    """Return the handler of `scheduler.requests`; submissions in hand are written together."""

    async def write(events: Sequence[RequestSubmitted]) -> Sequence[str | None]:
        return await receive_requests(store, events, now=_now())

    commit = GroupCommit(write, limit=GROUP_LIMIT, concerns_all=is_outage)

    async def handle(message: AbstractIncomingMessage) -> None:
        event = parse_event(message.body, _FROM_THE_PORTAL)
        structlog.contextvars.bind_contextvars(
            correlation_id=event.correlationid, request_id=str(event.data.request_id)
        )
        if isinstance(event, RequestWithdrawn):
            await withdraw_request(store, _withdrawal(event), now=_now())
            return
        refused = await commit.submit(event)
        if refused is not None:
            raise InvalidMessage(refused)

    return handle


def notification_handler(store: Store) -> Handler:
    """Return the handler of `scheduler.notifications`."""

    async def handle(message: AbstractIncomingMessage) -> None:
        event = parse_event(message.body, _FROM_THE_NOTIFIER)
        structlog.contextvars.bind_contextvars(
            correlation_id=event.correlationid, **_subject(event.data)
        )
        outcome = _outcome(event)
        recorded = await record_notification(store, outcome)
        log.info(
            "email.outcome",
            event_id=event.data.event_id,
            outcome=outcome.notification.status.value,
            recorded=recorded,
        )

    return handle


def _withdrawal(event: RequestWithdrawn) -> Withdrawal:
    return Withdrawal(
        request_id=event.data.request_id,
        practice_id=event.practiceid,
        withdrawn_by=event.data.withdrawn_by,
        client_id=event.data.client_id,
        at=event.data.withdrawn_at,
        correlation_id=event.correlationid,
    )


def _subject(
    data: NotificationSentData | NotificationFailedData | NotificationSkippedData,
) -> dict[str, str]:
    names = ("appointment_id", "request_id", "client_id")
    ids = {name: getattr(data, name, None) for name in names}
    return {name: str(identifier) for name, identifier in ids.items() if identifier is not None}


def _outcome(event: Outcome) -> EmailOutcome:
    data = event.data
    told = Notification(data.event_id, NotificationStatus.SENT, data.at)
    match event:
        case NotificationSkipped(data=skipped):
            told = replace(told, status=NotificationStatus.SKIPPED, reason=skipped.reason.value)
            return EmailOutcome(event.practiceid, told)
        case NotificationFailed(data=failed):
            told = replace(told, status=NotificationStatus.FAILED, reason=failed.reason.value)
            return EmailOutcome(event.practiceid, told, failed.smtp_code, failed.client_id)
        case NotificationSent(data=sent):
            return EmailOutcome(event.practiceid, told, client_id=sent.client_id)


def _now() -> datetime:
    return datetime.now(UTC)
