"""`/v1/live`: what changes, as it changes (server-sent events, ADR 0012).

Events tell ids and no more: pages read what changed with their own rights.
"""

import random
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel

from services.scheduler.domain.people import StaffMember
from services.scheduler.http_api.dependencies import Wiring, staff_dependency
from services.scheduler.live.feed import TooManyOfOne, TooManyStreams
from services.scheduler.live.subscription import Quiet, Reset, Subscription
from services.scheduler.mongo.changes import Change
from services.scheduler.use_cases.tell_of_changes import PACE, Pace, tell_of_changes
from shared.auth.actors import Actor, StaffActor
from shared.http.problems import Problem

_CATCHING_UP_SECONDS: Final = 3.0
# About two seconds. Not the same for all, since all come back at once when a process stops.
_RETRY_MS: Final = (1_000, 3_000)
_TOO_MANY: Final = Problem(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "too-many-streams",
    "There is no room for another stream just now: repeat the call later, and read meanwhile.",
    headers={"Retry-After": "5"},
)
_TOO_MANY_OF_ONE: Final = Problem(
    HTTPStatus.TOO_MANY_REQUESTS,
    "too-many-streams-of-yours",
    "You have too many streams open: close some of your pages.",
    headers={"Retry-After": "60"},
)


class RequestEvent(BaseModel):
    """`event: request`: one came in, or changed."""

    id: UUID
    status: str
    version: int
    type: str
    change: Literal["new", "changed"]


class AppointmentEvent(BaseModel):
    """`event: appointment`: one was booked, moved, cancelled or otherwise changed."""

    id: UUID
    status: str
    version: int


def live_routes(wiring: Wiring, pace: Pace = PACE) -> APIRouter:
    """Return the route."""
    router = APIRouter(prefix="/v1", tags=["live"])
    staff = Depends(staff_dependency(wiring))
    feed = wiring.feed

    async def subscription(
        member: Annotated[StaffMember, staff],
        response: Response,
        last_event_id: Annotated[
            str | None, Header(description="The `id` of the last event that was heard.")
        ] = None,
    ) -> AsyncIterator[Subscription]:
        await feed.wait_until_caught_up(_CATCHING_UP_SECONDS)
        try:
            subscribed = feed.subscribe(member, after=last_event_id)
        except TooManyOfOne:
            raise _TOO_MANY_OF_ONE from None
        except TooManyStreams:
            raise _TOO_MANY from None
        response.headers["Cache-Control"] = "no-store"
        try:
            yield subscribed
        finally:
            feed.leave(subscribed)

    @router.get("/live", response_class=EventSourceResponse)
    async def live(
        actor: Annotated[Actor, Depends(wiring.authenticate)],
        page: Annotated[Subscription, Depends(subscription)],
    ) -> AsyncIterator[ServerSentEvent]:
        """Tell what changes of all that you may see, from now on or from `Last-Event-ID`.

        `request` and `appointment` name what changed; at `reset`, read again what you show.
        """
        assert isinstance(actor, StaffActor)  # noqa: S101  the subscription is for staff alone
        yield ServerSentEvent(retry=random.randint(*_RETRY_MS))  # noqa: S311  no secret
        async for told in tell_of_changes(wiring.store, actor, feed, page, pace=pace):
            yield _to_event(told)

    return router


def _to_event(told: Change | Reset | Quiet) -> ServerSentEvent:
    if isinstance(told, Quiet):
        return ServerSentEvent(comment="quiet", id=told.position)
    if isinstance(told, Reset):
        return ServerSentEvent(event="reset", data={}, id=told.position)
    return ServerSentEvent(event=told.subject.value, data=_to_data(told), id=told.position)


def _to_data(change: Change) -> RequestEvent | AppointmentEvent:
    if change.request_type is None:
        return AppointmentEvent(id=change.id, status=change.status, version=change.version)
    return RequestEvent(
        id=change.id,
        status=change.status,
        version=change.version,
        type=change.request_type,
        change="new" if change.is_new else "changed",
    )
