"""`/v1/appointment-requests`: ask, and take it back. A write needs RabbitMQ alone."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Body, Depends, Request, Response

from services.request_intake.domain.submission import AccessWithdrawn
from services.request_intake.http_api import openapi
from services.request_intake.http_api.dependencies import (
    Wiring,
    caller_dependency,
    idempotency_key,
)
from services.request_intake.http_api.examples import SUBMISSIONS
from services.request_intake.http_api.models import AcceptedOutput, SubmissionInput
from services.request_intake.reads import Caller
from services.request_intake.use_cases.submit_request import submit_request
from services.request_intake.use_cases.withdraw_request import withdraw_request

_ASKED = {**openapi.accepted(), **openapi.problems(openapi.SUBMITTING)}
_TAKEN_BACK = {**openapi.accepted(), **openapi.problems(openapi.WITHDRAWING)}


def submission_routes(wiring: Wiring) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/appointment-requests", tags=["appointment requests"])
    portal = Depends(caller_dependency(wiring))

    @router.post(
        "",
        status_code=HTTPStatus.ACCEPTED,
        operation_id="submitRequest",
        responses=_ASKED,
        response_model=AcceptedOutput,
        openapi_extra={**openapi.SECURITY, "parameters": [openapi.IDEMPOTENCY_KEY]},
    )
    async def submit(
        body: Annotated[SubmissionInput, Body(openapi_examples=SUBMISSIONS)],
        caller: Annotated[Caller, portal],
        request: Request,
    ) -> Response:
        """Ask for an appointment, or to move or cancel one; 202 says that it is safe with us."""
        if wiring.reads.turned_away(caller.actor):
            raise AccessWithdrawn
        identifier = await submit_request(
            wiring.publisher,
            wiring.recent_keys,
            caller.actor,
            body.to_domain(),
            wiring.knowledge.of(caller),
            idempotency_key=idempotency_key(request),
            correlation_id=caller.correlation_id,
            now=datetime.now(UTC),
        )
        return _accepted(wiring, caller, identifier)

    @router.post(
        "/{request_id}/withdraw",
        status_code=HTTPStatus.ACCEPTED,
        operation_id="withdrawRequest",
        responses=_TAKEN_BACK,
        response_model=AcceptedOutput,
        openapi_extra=openapi.SECURITY,
    )
    async def withdraw(request_id: UUID, caller: Annotated[Caller, portal]) -> Response:
        """Take back a request of one's own that waits; 202 says that we will.

        What has been decided meanwhile stays decided.
        """
        await withdraw_request(
            wiring.publisher,
            caller.actor,
            request_id,
            correlation_id=caller.correlation_id,
            now=datetime.now(UTC),
        )
        return _accepted(wiring, caller, request_id)

    return router


def _accepted(wiring: Wiring, caller: Caller, request_id: UUID) -> Response:
    structlog.contextvars.bind_contextvars(request_id=str(request_id))
    wiring.reads.wrote(caller.actor)
    return Response(
        AcceptedOutput(id=request_id).model_dump_json(),
        HTTPStatus.ACCEPTED,
        {"Location": f"/v1/appointment-requests/{request_id}"},
        "application/json",
    )
