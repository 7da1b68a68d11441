"""`/v1/appointment-requests`: list, one, approve, decline."""

from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Query, Response

from services.scheduler.domain.appointment_request import RequestStatus
from services.scheduler.http_api import cursors
from services.scheduler.http_api.dependencies import (
    Wiring,
    expected_version,
    staff_dependency,
    utc_now,
)
from services.scheduler.http_api.models import (
    ApprovalInput,
    DecidedOutput,
    DeclineInput,
    RequestOutput,
    RequestPage,
)
from services.scheduler.mongo.requests import ListPosition
from services.scheduler.use_cases.approve_request import approve_request
from services.scheduler.use_cases.decide import Decided
from services.scheduler.use_cases.decline_request import decline_request
from services.scheduler.use_cases.list_requests import list_requests
from services.scheduler.use_cases.review_request import review_request
from shared.auth.actors import StaffActor
from shared.observability.metrics import DECISIONS

log = structlog.get_logger(__name__)

Version = Annotated[int | None, Depends(expected_version)]
Cursor = Annotated[ListPosition | None, Depends(cursors.decode)]
Limit = Annotated[int, Query(ge=1, le=200)]


async def _logged(request_id: UUID) -> UUID:
    structlog.contextvars.bind_contextvars(request_id=str(request_id))
    return request_id


RequestId = Annotated[UUID, Depends(_logged)]


def request_routes(wiring: Wiring) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/appointment-requests", tags=["appointment requests"])
    staff = Depends(staff_dependency(wiring))
    store = wiring.store

    @router.get("")
    async def list_(
        actor: Annotated[StaffActor, staff],
        after: Cursor,
        status: RequestStatus = RequestStatus.PENDING,
        limit: Limit = 50,
    ) -> RequestPage:
        """List what was asked for; by default all that is pending of the past year."""
        now = utc_now()
        page = await list_requests(store, actor, status=status, after=after, limit=limit, now=now)
        return RequestPage(
            items=[RequestOutput.of(request, now) for request in page.requests],
            next_cursor=cursors.encode(page.end),
        )

    @router.get("/{request_id}")
    async def review(
        request_id: RequestId, actor: Annotated[StaffActor, staff], response: Response
    ) -> RequestOutput:
        """Return one request; its `ETag` goes with the decision as `If-Match`."""
        request = await review_request(store, actor, request_id)
        response.headers["ETag"] = f'"{request.version}"'
        return RequestOutput.of(request, utc_now())

    @router.post("/{request_id}/approve")
    async def approve(
        request_id: RequestId,
        actor: Annotated[StaffActor, staff],
        version: Version,
        response: Response,
        body: ApprovalInput | None = None,
    ) -> DecidedOutput:
        """Book, move or cancel, as asked or with edits; the client is e-mailed."""
        edits = (body or ApprovalInput()).to_edits()
        now = utc_now()
        decided = await approve_request(
            store, actor, request_id, edits, expected_version=version, now=now
        )
        return _answer(wiring, decided, response)

    @router.post("/{request_id}/decline")
    async def decline(
        request_id: RequestId,
        actor: Annotated[StaffActor, staff],
        version: Version,
        response: Response,
        body: DeclineInput | None = None,
    ) -> DecidedOutput:
        """Close the request; the client is not e-mailed."""
        reason = (body or DeclineInput()).reason
        now = utc_now()
        decided = await decline_request(
            store, actor, request_id, reason, expected_version=version, now=now
        )
        return _answer(wiring, decided, response)

    return router


def _answer(wiring: Wiring, decided: Decided, response: Response) -> DecidedOutput:
    request = decided.request
    if not decided.repeated:
        wiring.wake_relay()
        DECISIONS.labels(request.type.value, request.status.value).inc()
        log.info(
            "request.decided",
            decision=request.status.value,
            request_correlation_id=request.correlation_id,
        )
    response.headers["ETag"] = f'"{request.version}"'
    return DecidedOutput.of(decided, utc_now())
