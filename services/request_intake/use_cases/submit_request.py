"""Submit a request: it is accepted once RabbitMQ has confirmed it, and not before."""

import hashlib
from collections import OrderedDict
from datetime import datetime
from typing import Final
from uuid import UUID

from services.request_intake.domain.offered import TYPES, AtHand, check_offered
from services.request_intake.domain.request_id import request_id
from services.request_intake.domain.submission import KeyReused, Submission, check
from shared.auth.actors import ClientActor, PortalActor
from shared.messaging.events import to_message
from shared.messaging.publisher import ConfirmedPublisher
from shared.messaging.topology import PORTAL
from shared.schemas.request_submitted import RequestSubmitted, RequestSubmittedData

SOURCE: Final = "/openchair/request_intake"


class RecentKeys:
    """What this process lately accepted under a key: a courtesy, since the scheduler decides.

    Another process, or this one after a restart, does not know the key; the scheduler then keeps
    the first content and flags it.
    """

    def __init__(self, capacity: int = 10_000) -> None:
        self._capacity = capacity
        self._content: OrderedDict[UUID, bytes] = OrderedDict()

    def knows(self, key: UUID, content: bytes) -> bool:
        """Say whether the same was accepted under the key before.

        Raises:
            KeyReused: something else was.

        """
        known = self._content.get(key)
        if known is not None and known != content:
            raise KeyReused
        return known is not None

    def remember(self, key: UUID, content: bytes) -> None:
        """Note what was accepted under a key, and forget the oldest beyond capacity."""
        self._content[key] = content
        if len(self._content) > self._capacity:
            self._content.popitem(last=False)


async def submit_request(
    publisher: ConfirmedPublisher,
    recent_keys: RecentKeys,
    actor: PortalActor,
    asked: Submission,
    at_hand: AtHand,
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
    data = _to_data(identifier, actor, asked, now)
    content = hashlib.sha256(data.model_dump_json(exclude={"submitted_at"}).encode()).digest()
    if not recent_keys.knows(identifier, content):
        check_offered(asked, actor, at_hand, now=now)
    event = RequestSubmitted(
        id=f"{identifier}:submitted",
        source=SOURCE,
        subject=str(identifier),
        time=now,
        practiceid=actor.practice_id,
        correlationid=correlation_id,
        data=data,
    )
    await publisher.publish(to_message(event, exchange=PORTAL, routing_key="request.submitted"))
    if idempotency_key is not None:
        recent_keys.remember(identifier, content)
    return identifier


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
