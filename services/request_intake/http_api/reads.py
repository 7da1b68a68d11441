"""What the portal reads: passed on to the scheduler with the caller's own token.

While the scheduler is away the last good answer is given, with its age in `Age` and a `Warning`.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from services.request_intake.http_api import openapi
from services.request_intake.http_api.dependencies import Wiring, caller_dependency
from services.request_intake.http_api.openapi import Responses
from services.request_intake.kept_answers import Answer
from services.request_intake.reads import Caller
from shared.portal.answers import (
    AvailabilityAnswer,
    OwnAppointmentsAnswer,
    OwnRequestAnswer,
    OwnRequestsAnswer,
)
from shared.portal.policy import PortalPolicy
from shared.schemas.fields import ShortText, UtcDatetime, ZoneName

Slug = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


def read_routes(wiring: Wiring) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1", tags=["reads"])
    Portal = Annotated[Caller, Depends(caller_dependency(wiring))]  # noqa: N806  a type

    async def ask(caller: Caller, path: str, **params: str | UUID | None) -> Answer:
        said = {name: str(value) for name, value in params.items() if value is not None}
        return await wiring.reads.get(f"/portal/v1{path}", said, caller)

    @router.get(
        "/practices/{slug}",
        response_model=PortalPolicy,
        operation_id="readPractice",
        openapi_extra=openapi.SECURITY,
        responses=_answers("practice-not-found"),
    )
    async def practice(slug: Slug, caller: Portal) -> Response:
        """Return the practice and what it lets clients ask for."""
        return _pass_on(await ask(caller, f"/practices/{slug}"))

    @router.get(
        "/practices/{slug}/availability",
        response_model=AvailabilityAnswer,
        operation_id="findOpenTimes",
        openapi_extra=openapi.SECURITY,
        responses=_answers(
            "practice-not-found",
            "appointment-not-found",
            "service-not-offered",
            "range-empty",
            "range-too-long",
        ),
    )
    async def availability(
        slug: Slug,
        caller: Portal,
        from_: Annotated[UtcDatetime, Query(alias="from", description="With its offset.")],
        until: Annotated[UtcDatetime, Query(description="Not included; 100 days at most.")],
        service_id: Annotated[
            UUID | None, Query(description="Needed, but for an appointment to be moved.")
        ] = None,
        clinician_id: Annotated[UUID | None, Query(description="Left out: anybody.")] = None,
        appointment_id: Annotated[
            UUID | None, Query(description="One's own, to be moved: its time counts as free.")
        ] = None,
        time_zone: Annotated[
            ZoneName | None, Query(description="By default the practice's.")
        ] = None,
    ) -> Response:
        """Return the open times of a service, or for an appointment to be moved."""
        answer = await ask(
            caller,
            f"/practices/{slug}/availability",
            **{"from": from_.isoformat(), "until": until.isoformat()},
            service_id=service_id,
            clinician_id=clinician_id,
            appointment_id=appointment_id,
            time_zone=time_zone,
        )
        if appointment_id is None:  # what is open for a move is the mover's own
            _remember(wiring, caller, clinician_id, (from_, until), answer)
        return _pass_on(answer)

    @router.get(
        "/appointment-requests",
        response_model=OwnRequestsAnswer,
        operation_id="listOwnRequests",
        openapi_extra=openapi.SECURITY,
        responses=_answers("unknown-cursor"),
    )
    async def own_requests(
        caller: Portal,
        cursor: Annotated[ShortText | None, Query(description="`next_cursor` before.")] = None,
        limit: Annotated[int | None, Query(ge=1, le=200)] = None,
    ) -> Response:
        """List one's own requests, latest first."""
        told_limit = None if limit is None else str(limit)
        return _pass_on(await ask(caller, "/appointment-requests", cursor=cursor, limit=told_limit))

    @router.get(
        "/appointment-requests/{request_id}",
        response_model=OwnRequestAnswer,
        operation_id="readOwnRequest",
        openapi_extra=openapi.SECURITY,
        responses=_answers("request-not-found"),
    )
    async def own_request(request_id: UUID, caller: Portal) -> Response:
        """Return one's own request; one just accepted takes a moment to be there."""
        return _pass_on(await ask(caller, f"/appointment-requests/{request_id}"))

    @router.get(
        "/appointments",
        response_model=OwnAppointmentsAnswer,
        operation_id="listOwnAppointments",
        openapi_extra=openapi.SECURITY,
        responses=_answers(),
    )
    async def own_appointments(caller: Portal) -> Response:
        """List one's own upcoming appointments."""
        return _pass_on(await ask(caller, "/appointments"))

    return router


def _answers(*problems: str) -> Responses:
    return {**openapi.told(), **openapi.problems([*openapi.READING, *problems])}


def _pass_on(answer: Answer) -> Response:
    headers = {"Cache-Control": "no-store", "Age": str(answer.age_seconds)}
    if answer.is_stale:
        headers["Warning"] = '110 - "Response is Stale"'
    return Response(answer.body, answer.status, headers, answer.media_type)


def _remember(
    wiring: Wiring,
    caller: Caller,
    clinician_id: UUID | None,
    within: tuple[datetime, datetime],
    answer: Answer,
) -> None:
    if not answer.is_ok or answer.age_seconds or answer.is_stale:
        return
    told = AvailabilityAnswer.model_validate_json(answer.body)
    starts = frozenset(slot.start for slot in told.slots)
    wiring.open_times.remember(caller.actor, told.service_id, clinician_id, within, starts)
