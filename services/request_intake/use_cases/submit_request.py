"""Submit a request: it is accepted once RabbitMQ has confirmed it, and not before."""

import hashlib
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from services.request_intake.domain.offered import TYPES, AtHand, check_offered
from services.request_intake.domain.request_id import request_id
from services.request_intake.domain.submission import (
    AppointmentUnknown,
    NotOffered,
    Submission,
    check,
)
from services.request_intake.use_cases.recent_keys import RecentKeys
from shared.auth.actors import ClientActor, PortalActor
from shared.messaging.events import to_message
from shared.messaging.publisher import ConfirmedPublisher
from shared.messaging.topology import PORTAL
from shared.schemas.request_submitted import RequestSubmitted, RequestSubmittedData

SOURCE: Final = "/openchair/request_intake"


class Knowledge(Protocol):
    """What is known of the caller and of the caller's practice."""

    def at_hand(self, asked: Submission) -> AtHand:
        """Return what is known without asking anybody."""

    async def renewed(self, asked: Submission) -> AtHand:
        """Return the same, asked for now; what cannot be had just now is as it was."""

    async def has_request(self, request_id: UUID) -> bool:
        """Say whether that request of the caller's is with the scheduler already."""


async def submit_request(
    publisher: ConfirmedPublisher,
    recent_keys: RecentKeys,
    actor: PortalActor,
    asked: Submission,
    knowledge: Knowledge,
    *,
    idempotency_key: str | None,
    correlation_id: str,
    now: datetime,
) -> UUID:
    """Publish the request and return its id.

    Raises:
        Refusal: it cannot be taken; nothing was published.
        PublishFailed: certainly not published.
        PublishUncertain: perhaps published; the same key again is the same request.

    """
    check(asked, actor, now=now)
    identifier = request_id(actor.practice_id, actor.subject, idempotency_key)
    content = _fingerprint(asked, actor)
    if idempotency_key is None:
        await _require_offered(asked, actor, knowledge, None, now)
    elif not recent_keys.knows(identifier, content):
        await _require_offered(asked, actor, knowledge, identifier, now)
        recent_keys.remember(identifier, content, confirmed=False)
    event = RequestSubmitted(
        id=f"{identifier}:submitted",
        source=SOURCE,
        subject=str(identifier),
        time=now,
        practiceid=actor.practice_id,
        correlationid=correlation_id,
        data=_to_data(identifier, actor, asked, now),
    )
    await publisher.publish(to_message(event, exchange=PORTAL, routing_key="request.submitted"))
    if idempotency_key is not None:
        recent_keys.remember(identifier, content, confirmed=True)
    return identifier


async def _require_offered(
    asked: Submission,
    actor: PortalActor,
    knowledge: Knowledge,
    repeated: UUID | None,
    now: datetime,
) -> None:
    """Raise what the practice's settings have against it, by what is known now.

    What is accepted waits for nothing. Before a refusal what is at hand is asked for again: it may
    be old. `repeated` may be with the scheduler already, which refuses nothing that it has; then
    its own time is not open any more, because of it.
    """
    try:
        check_offered(asked, actor, knowledge.at_hand(asked), now=now)
    except (NotOffered, AppointmentUnknown):
        if repeated is not None and await knowledge.has_request(repeated):
            return
        check_offered(asked, actor, await knowledge.renewed(asked), now=now)


def _fingerprint(asked: Submission, actor: PortalActor) -> bytes:
    return hashlib.sha256(repr((asked, actor)).encode()).digest()


def _to_data(
    identifier: UUID, actor: PortalActor, asked: Submission, now: datetime
) -> RequestSubmittedData:
    return RequestSubmittedData.model_validate(
        {
            **{name: getattr(asked, name) for name in asked.__slots__ if name != "practice_id"},
            "request_id": identifier,
            "request_type": TYPES[type(asked)],
            "submitted_at": now,
            "submitted_by": actor.subject,
            "client_id": actor.client_id if isinstance(actor, ClientActor) else None,
        }
    )
