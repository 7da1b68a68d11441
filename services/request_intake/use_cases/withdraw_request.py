"""Withdraw a request: the client takes it back while it waits."""

from datetime import datetime
from uuid import UUID

from services.request_intake.use_cases.submit_request import SOURCE
from shared.auth.actors import ClientActor, PortalActor
from shared.messaging.events import to_message
from shared.messaging.publisher import ConfirmedPublisher
from shared.messaging.topology import PORTAL
from shared.schemas.request_withdrawn import RequestWithdrawn, RequestWithdrawnData


async def withdraw_request(
    publisher: ConfirmedPublisher,
    actor: PortalActor,
    request_id: UUID,
    *,
    correlation_id: str,
    now: datetime,
) -> None:
    """Publish that the caller takes the request back.

    Whether it is theirs, and waits still, the scheduler knows: what is not theirs stays as it is,
    and so does what has been decided.

    Raises:
        PublishFailed: certainly not published.
        PublishUncertain: perhaps published; saying it again does no harm.

    """
    event = RequestWithdrawn(
        id=f"{request_id}:withdrawn",
        source=SOURCE,
        subject=str(request_id),
        time=now,
        practiceid=actor.practice_id,
        correlationid=correlation_id,
        data=RequestWithdrawnData(
            request_id=request_id,
            withdrawn_at=now,
            withdrawn_by=actor.subject,
            client_id=actor.client_id if isinstance(actor, ClientActor) else None,
        ),
    )
    await publisher.publish(to_message(event, exchange=PORTAL, routing_key="request.withdrawn"))
