"""`/v1/appointment-requests`: ask, and take it back. A write needs RabbitMQ alone."""

import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Request, Response

from services.request_intake.domain.offered import AtHand
from services.request_intake.domain.submission import AccessWithdrawn
from services.request_intake.http_api.dependencies import (
    IdempotencyKey,
    Wiring,
    bearer_of,
    portal_dependency,
)
from services.request_intake.http_api.models import AcceptedOutput, SubmissionInput
from services.request_intake.use_cases.submit_request import submit_request
from services.request_intake.use_cases.withdraw_request import withdraw_request
from shared.auth.actors import ClientActor, PortalActor

_BELIEVED_SECONDS: Final = 60.0


def submission_routes(wiring: Wiring) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/appointment-requests", tags=["appointment requests"])
    portal = Depends(portal_dependency(wiring))

    @router.post("", status_code=HTTPStatus.ACCEPTED)
    async def submit(
        body: SubmissionInput,
        actor: Annotated[PortalActor, portal],
        request: Request,
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> AcceptedOutput:
        """Ask for an appointment, or to move or cancel one; 202 says that it is safe with us."""
        if wiring.reads.turned_away(actor):
            raise AccessWithdrawn
        identifier = await submit_request(
            wiring.publisher,
            wiring.recent_keys,
            actor,
            body.to_domain(),
            _at_hand(wiring, actor, request),
            idempotency_key=idempotency_key,
            correlation_id=request.state.correlation_id,
            now=datetime.now(UTC),
        )
        structlog.contextvars.bind_contextvars(request_id=str(identifier))
        response.headers["Location"] = f"/v1/appointment-requests/{identifier}"
        return AcceptedOutput(id=identifier)

    @router.post("/{request_id}/withdraw", status_code=HTTPStatus.ACCEPTED)
    async def withdraw(
        request_id: UUID, actor: Annotated[PortalActor, portal], request: Request
    ) -> AcceptedOutput:
        """Take back a request of one's own that waits; 202 says that we will.

        What has been decided meanwhile stays decided.
        """
        structlog.contextvars.bind_contextvars(request_id=str(request_id))
        await withdraw_request(
            wiring.publisher,
            actor,
            request_id,
            correlation_id=request.state.correlation_id,
            now=datetime.now(UTC),
        )
        return AcceptedOutput(id=request_id)

    return router


def _at_hand(wiring: Wiring, actor: PortalActor, request: Request) -> AtHand:
    policy = wiring.policies.at_hand(
        actor, bearer=bearer_of(request), correlation_id=request.state.correlation_id
    )
    appointments = wiring.reads.at_hand(
        "/portal/v1/appointments", actor, at_most_seconds=_BELIEVED_SECONDS
    )
    requests = wiring.reads.at_hand(
        "/portal/v1/appointment-requests", actor, at_most_seconds=_BELIEVED_SECONDS
    )
    return AtHand(
        policy=policy,
        own_appointments=None if appointments is None else _starts(appointments),
        # The portal asks for many: how many of theirs wait says nothing of one.
        pending=(
            _count_pending(requests)
            if requests is not None and isinstance(actor, ClientActor)
            else None
        ),
        open_times=wiring.open_times,
    )


def _starts(body: bytes) -> dict[UUID, datetime]:
    return {
        UUID(item["id"]): datetime.fromisoformat(item["start"])
        for item in json.loads(body)["items"]
    }


def _count_pending(body: bytes) -> int:
    return sum(item["status"] == "pending" for item in json.loads(body)["items"])
