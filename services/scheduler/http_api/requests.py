"""`/v1/appointment-requests`: list, review, preview, approve, decline, follow up, history."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Query, Response

from services.scheduler.domain.people import StaffMember
from services.scheduler.http_api.appointment_models import HistoryList, HistoryOutput
from services.scheduler.http_api.dependencies import (
    Version,
    Wiring,
    staff_dependency,
    utc_now,
)
from services.scheduler.http_api.request_filters import Listing, ListInput, SearchInput
from services.scheduler.http_api.request_models import (
    ApprovalInput,
    DecidedOutput,
    DeclineInput,
    FollowUpInput,
    PreviewOutput,
    RequestOutput,
    RequestPage,
    ReviewOutput,
)
from services.scheduler.use_cases.approve_request import approve_request
from services.scheduler.use_cases.decide import Decided
from services.scheduler.use_cases.decline_request import decline_request
from services.scheduler.use_cases.follow_up import follow_up
from services.scheduler.use_cases.list_requests import list_requests
from services.scheduler.use_cases.preview_approval import preview_request
from services.scheduler.use_cases.read_history import request_history
from services.scheduler.use_cases.review_request import review_request
from shared.observability.metrics import DECISIONS

log = structlog.get_logger(__name__)


async def _logged(request_id: UUID) -> UUID:
    structlog.contextvars.bind_contextvars(request_id=str(request_id))
    return request_id


RequestId = Annotated[UUID, Depends(_logged)]


def request_routes(wiring: Wiring) -> APIRouter:
    """Return the routes that read."""
    router = APIRouter(prefix="/v1/appointment-requests", tags=["appointment requests"])
    staff = Depends(staff_dependency(wiring))
    store = wiring.store

    @router.get("")
    async def list_(
        actor: Annotated[StaffMember, staff], asked: Annotated[ListInput, Query()]
    ) -> RequestPage:
        """List what was asked for; by default all that is pending of the past year."""
        return await _list(wiring, actor, asked)

    @router.post("/search")
    async def search(actor: Annotated[StaffMember, staff], body: SearchInput) -> RequestPage:
        """List the same of clients of a name."""
        return await _list(wiring, actor, body)

    @router.get("/{request_id}")
    async def review(
        request_id: RequestId, actor: Annotated[StaffMember, staff], response: Response
    ) -> ReviewOutput:
        """Return one request; its `ETag` goes with the decision as `If-Match`."""
        now = utc_now()
        found = await review_request(store, actor, request_id, now=now)
        response.headers["ETag"] = f'"{found.request.version}"'
        return ReviewOutput.of_review(found, now)

    @router.get("/{request_id}/history")
    async def history(request_id: RequestId, actor: Annotated[StaffMember, staff]) -> HistoryList:
        """Return what happened to it, oldest first."""
        entries = await request_history(store, actor, request_id)
        return HistoryList(items=[HistoryOutput.of(entry) for entry in entries])

    @router.post("/{request_id}/preview")
    async def preview(
        request_id: RequestId,
        actor: Annotated[StaffMember, staff],
        body: ApprovalInput | None = None,
    ) -> PreviewOutput:
        """Say what approving with these edits would do; nothing is written."""
        wanted = body or ApprovalInput()
        found = await preview_request(
            store, actor, request_id, wanted.to_domain(), wanted.confirmed, now=utc_now()
        )
        return PreviewOutput.of(found)

    return router


async def _list(wiring: Wiring, actor: StaffMember, asked: ListInput) -> RequestPage:
    wanted = Listing.of(asked, utc_now())
    page = await list_requests(
        wiring.store,
        actor,
        wanted.filter,
        wanted.order,
        after=wanted.after,
        limit=wanted.limit,
    )
    return RequestPage.of(page, wanted.now, wanted.cursor_of(page.end))


def decision_routes(wiring: Wiring) -> APIRouter:
    """Return the routes that decide."""
    router = APIRouter(prefix="/v1/appointment-requests", tags=["appointment requests"])
    staff = Depends(staff_dependency(wiring))
    store = wiring.store

    @router.post("/{request_id}/approve")
    async def approve(
        request_id: RequestId,
        actor: Annotated[StaffMember, staff],
        version: Version,
        response: Response,
        body: ApprovalInput | None = None,
    ) -> DecidedOutput:
        """Book, move or cancel, as asked or with edits; the client is e-mailed."""
        wanted, now = body or ApprovalInput(), utc_now()
        decided = await approve_request(
            store,
            actor,
            request_id,
            wanted.to_domain(),
            confirmed=wanted.confirmed,
            expected_version=version,
            now=now,
        )
        return _answer(wiring, decided, response, now)

    @router.post("/{request_id}/decline")
    async def decline(
        request_id: RequestId,
        actor: Annotated[StaffMember, staff],
        version: Version,
        response: Response,
        body: DeclineInput | None = None,
    ) -> DecidedOutput:
        """Close the request; the client is e-mailed a message if there is one, and else nothing."""
        wanted, now = body or DeclineInput(), utc_now()
        decided = await decline_request(
            store,
            actor,
            request_id,
            wanted.reason,
            message=wanted.message,
            expected_version=version,
            now=now,
        )
        return _answer(wiring, decided, response, now)

    @router.put("/{request_id}/follow-up")
    async def followed_up(
        request_id: RequestId,
        actor: Annotated[StaffMember, staff],
        body: FollowUpInput,
        response: Response,
    ) -> RequestOutput:
        """Tick off that somebody told a declined client, or take the tick back."""
        now = utc_now()
        request = await follow_up(store, actor, request_id, done=body.done, now=now)
        response.headers["ETag"] = f'"{request.version}"'
        return RequestOutput.of(request, now)

    return router


def _answer(wiring: Wiring, decided: Decided, response: Response, now: datetime) -> DecidedOutput:
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
    return DecidedOutput.of(decided, now)
