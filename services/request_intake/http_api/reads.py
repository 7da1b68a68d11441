"""What the portal reads: passed on to the scheduler with the caller's own token.

While the scheduler is away the last good answer is given, with its age in `Age` and a `Warning`.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from services.request_intake.http_api.dependencies import Wiring, bearer_of, portal_dependency
from services.request_intake.reads import Answer
from shared.auth.actors import PortalActor
from shared.portal.answers import (
    AvailabilityAnswer,
    OwnAppointmentsAnswer,
    OwnRequestAnswer,
    OwnRequestsAnswer,
)
from shared.portal.policy import PortalPolicy
from shared.schemas.fields import ShortText, UtcDatetime, ZoneName

Slug = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


class _Caller:
    """One call to be passed on."""

    def __init__(self, wiring: Wiring, actor: PortalActor, request: Request, out: Response) -> None:
        self._wiring = wiring
        self._actor = actor
        self._request = request
        self._out = out

    async def ask(self, path: str, **params: str | None) -> Answer:
        """Return the scheduler's answer."""
        return await self._wiring.reads.get(
            f"/portal/v1{path}",
            {name: value for name, value in params.items() if value is not None},
            self._actor,
            bearer=bearer_of(self._request),
            correlation_id=self._request.state.correlation_id,
        )

    def pass_on(self, answer: Answer) -> Response:
        """Return it, with what is left of the caller's allowance."""
        headers = {
            name: text
            for name, text in self._out.headers.items()
            if name.lower().startswith("ratelimit")
        }
        headers |= {"Cache-Control": "no-store", "Age": str(answer.age_seconds)}
        if answer.is_stale:
            headers["Warning"] = '110 - "Response is Stale"'
        return Response(answer.body, answer.status, headers, answer.media_type)


def read_routes(wiring: Wiring) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1", tags=["reads"])
    portal = Depends(portal_dependency(wiring))

    def caller(
        actor: Annotated[PortalActor, portal], request: Request, response: Response
    ) -> _Caller:
        return _Caller(wiring, actor, request, response)

    @router.get("/practices/{slug}", response_model=PortalPolicy)
    async def practice(slug: Slug, call: Annotated[_Caller, Depends(caller)]) -> Response:
        """Return the practice and what it lets clients ask for."""
        return call.pass_on(await call.ask(f"/practices/{slug}"))

    @router.get("/practices/{slug}/availability", response_model=AvailabilityAnswer)
    async def availability(
        slug: Slug,
        call: Annotated[_Caller, Depends(caller)],
        actor: Annotated[PortalActor, portal],
        service_id: UUID,
        from_: Annotated[UtcDatetime, Query(alias="from", description="With its offset.")],
        until: Annotated[UtcDatetime, Query(description="Not included; 100 days at most.")],
        clinician_id: Annotated[UUID | None, Query(description="Left out: anybody.")] = None,
        time_zone: Annotated[
            ZoneName | None, Query(description="By default the practice's.")
        ] = None,
    ) -> Response:
        """Return the open times of a service."""
        answer = await call.ask(
            f"/practices/{slug}/availability",
            **{"from": from_.isoformat(), "until": until.isoformat()},
            service_id=str(service_id),
            clinician_id=str(clinician_id) if clinician_id else None,
            time_zone=time_zone,
        )
        if answer.is_ok and answer.age_seconds == 0:
            _remember(wiring, actor, clinician_id, (from_, until), answer.body)
        return call.pass_on(answer)

    @router.get("/appointment-requests", response_model=OwnRequestsAnswer)
    async def own_requests(
        call: Annotated[_Caller, Depends(caller)],
        cursor: Annotated[ShortText | None, Query(description="`next_cursor` before.")] = None,
        limit: Annotated[int | None, Query(ge=1, le=200)] = None,
    ) -> Response:
        """List one's own requests, latest first."""
        told_limit = None if limit is None else str(limit)
        return call.pass_on(
            await call.ask("/appointment-requests", cursor=cursor, limit=told_limit)
        )

    @router.get("/appointment-requests/{request_id}", response_model=OwnRequestAnswer)
    async def own_request(request_id: UUID, call: Annotated[_Caller, Depends(caller)]) -> Response:
        """Return one's own request; one just accepted takes a moment to be there."""
        return call.pass_on(await call.ask(f"/appointment-requests/{request_id}"))

    @router.get("/appointments", response_model=OwnAppointmentsAnswer)
    async def own_appointments(call: Annotated[_Caller, Depends(caller)]) -> Response:
        """List one's own upcoming appointments."""
        return call.pass_on(await call.ask("/appointments"))

    return router


def _remember(
    wiring: Wiring,
    actor: PortalActor,
    clinician_id: UUID | None,
    within: tuple[datetime, datetime],
    body: bytes,
) -> None:
    told = AvailabilityAnswer.model_validate_json(body)
    starts = frozenset(slot.start for slot in told.slots)
    wiring.open_times.remember(actor, told.service_id, clinician_id, within, starts)
