"""What the scheduler does with messages."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import structlog
from aio_pika.abc import AbstractIncomingMessage

from services.scheduler.group_commit import GroupCommit
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.receive_requests import receive_requests
from shared.messaging.ack_policy import Handler, InvalidMessage
from shared.messaging.events import parse_event
from shared.mongo import is_outage
from shared.schemas.request_submitted import RequestSubmitted

GROUP_LIMIT: Final = 200
_UNDERSTOOD: Final = {"openchair.request.submitted.v1": RequestSubmitted}


def portal_request_handler(store: Store) -> Handler:
    """Return the handler of `scheduler.requests`; messages in hand are written together."""

    async def write(events: Sequence[RequestSubmitted]) -> Sequence[str | None]:
        return await receive_requests(store, events, now=datetime.now(UTC))

    commit = GroupCommit(write, limit=GROUP_LIMIT, concerns_all=is_outage)

    async def handle(message: AbstractIncomingMessage) -> None:
        event = parse_event(message.body, _UNDERSTOOD)
        structlog.contextvars.bind_contextvars(
            correlation_id=event.correlationid, request_id=str(event.data.request_id)
        )
        refused = await commit.submit(event)
        if refused is not None:
            raise InvalidMessage(refused)

    return handle
