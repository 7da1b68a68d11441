"""Calendars that others subscribe to: `/v1/staff/{id}/calendar-feed` and `/calendars/{token}.ics`.

Whoever knows the address may read the calendar, so the address is a secret: it is told once, when
it is made, and no log, metric or trace has it (the request log names the route).
"""

import asyncio
import hashlib
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.scheduler.domain.people import StaffMember
from services.scheduler.http_api.calendar_file import calendar_file
from services.scheduler.http_api.dependencies import (
    Wiring,
    public_base,
    staff_dependency,
    utc_now,
)
from services.scheduler.use_cases.read_shared_calendar import read_shared_calendar
from services.scheduler.use_cases.share_calendar import (
    share_calendar,
    shared_calendar,
    stop_sharing_calendar,
)

log = structlog.get_logger(__name__)

_NOT_KEPT = {"Cache-Control": "no-store"}


class CalendarFeedOutput(BaseModel):
    """Whether the calendar is shared, and since when (UTC)."""

    is_shared: bool
    since: datetime | None


class NewCalendarFeedOutput(CalendarFeedOutput):
    """The address to subscribe to, which is told this once."""

    url: str = Field(description="A secret: whoever knows it can read the calendar.")


def calendar_feed_routes(wiring: Wiring) -> APIRouter:
    """Return the routes with which a clinician or a practice scheduler shares a calendar."""
    router = APIRouter(prefix="/v1/staff", tags=["calendar feeds"])
    staff = Depends(staff_dependency(wiring))
    store = wiring.store

    @router.post("/{staff_id}/calendar-feed", status_code=201)
    async def share(
        staff_id: UUID, actor: Annotated[StaffMember, staff], request: Request, response: Response
    ) -> NewCalendarFeedOutput:
        """Make the address of the calendar; the one before, if any, ends."""
        feed, secret = await share_calendar(store, actor, staff_id, now=utc_now())
        log.info("calendar-feed.shared", clinician_id=str(staff_id), staff_id=str(actor.id))
        response.headers.update(_NOT_KEPT)
        return NewCalendarFeedOutput(
            is_shared=True,
            since=feed.since,
            url=f"{public_base(wiring, request)}/calendars/{secret}.ics",
        )

    @router.get("/{staff_id}/calendar-feed")
    async def is_shared(staff_id: UUID, actor: Annotated[StaffMember, staff]) -> CalendarFeedOutput:
        """Say whether the calendar is shared; the address cannot be read again."""
        feed = await shared_calendar(store, actor, staff_id)
        return CalendarFeedOutput(is_shared=feed is not None, since=feed and feed.since)

    @router.delete("/{staff_id}/calendar-feed", status_code=204)
    async def stop_sharing(staff_id: UUID, actor: Annotated[StaffMember, staff]) -> None:
        """End the address; doing so again changes nothing."""
        if await stop_sharing_calendar(store, actor, staff_id):
            log.info("calendar-feed.ended", clinician_id=str(staff_id), staff_id=str(actor.id))

    return router


def calendar_routes(wiring: Wiring) -> APIRouter:
    """Return the route that calendars read; it takes no token but the one in its address."""
    router = APIRouter(prefix="/calendars", tags=["calendar feeds"])

    @router.head("/{token}.ics", response_class=Response, include_in_schema=False)
    @router.get("/{token}.ics", response_class=Response)
    async def calendar(
        token: str, if_none_match: Annotated[str | None, Header()] = None
    ) -> Response:
        """Return the calendar, or nothing new when it is as it was read."""
        shared = await read_shared_calendar(wiring.store, token, now=utc_now())
        content = await asyncio.to_thread(calendar_file, shared)
        tag = f'"{hashlib.sha256(content).hexdigest()}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if _is_among(tag, if_none_match):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(content, headers=headers, media_type="text/calendar; charset=utf-8")

    return router


def _is_among(tag: str, if_none_match: str | None) -> bool:
    if if_none_match is None:
        return False
    told = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return tag in told or "*" in told
