"""`/portal/v1`: what request intake reads, with the token of the client or of the portal."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.scheduler.domain.intervals import Interval
from services.scheduler.http_api import cursors
from services.scheduler.http_api.cursors import CursorParameter
from services.scheduler.http_api.dependencies import Wiring, needed_range, utc_now
from services.scheduler.http_api.portal_models import (
    own_appointment_answer,
    own_request_answer,
    slot_answer,
)
from services.scheduler.use_cases.admit_client import admit_client
from services.scheduler.use_cases.find_availability import (
    LookedFor,
    find_availability,
    wanted_of,
)
from services.scheduler.use_cases.own_records import (
    list_own_appointments,
    list_own_requests,
    read_own_request,
)
from services.scheduler.use_cases.portal_policy import open_portal, open_portal_for
from services.scheduler.use_cases.show_calendar import require_range
from shared.auth.actors import Actor, PortalActor, StaffActor
from shared.http.problems import Problem, invalid
from shared.portal.answers import (
    AvailabilityAnswer,
    OwnAppointmentsAnswer,
    OwnRequestAnswer,
    OwnRequestsAnswer,
)
from shared.portal.policy import PortalPolicy
from shared.schemas.fields import ZoneName

_ORDER = "-relevant"


def portal_dependency(wiring: Wiring) -> Callable[..., Awaitable[PortalActor]]:
    """Return the dependency that lets clients with access and portals in, and no staff."""

    async def portal(actor: Annotated[Actor, Depends(wiring.authenticate)]) -> PortalActor:
        if isinstance(actor, StaffActor):
            raise Problem(HTTPStatus.FORBIDDEN, "clients-only", "This is for clients, not staff.")
        await admit_client(wiring.store, actor, now=utc_now())
        return actor

    return portal


def portal_routes(wiring: Wiring) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/portal/v1", tags=["portal"])
    portal = Depends(portal_dependency(wiring))
    store = wiring.store

    @router.get("/practice")
    async def own_practice(actor: Annotated[PortalActor, portal]) -> PortalPolicy:
        """Return the same of the token's own practice; intake keeps it for its checks."""
        return (await open_portal(store, actor)).policy

    @router.get("/practices/{slug}")
    async def practice(slug: str, actor: Annotated[PortalActor, portal]) -> PortalPolicy:
        """Return the practice and what it lets clients ask for."""
        return (await open_portal(store, actor, slug)).policy

    @router.get("/practices/{slug}/availability")
    async def availability(
        slug: str,
        actor: Annotated[PortalActor, portal],
        within: Annotated[Interval, Depends(needed_range)],
        service_id: Annotated[
            UUID | None, Query(description="Needed, but for an appointment to be moved.")
        ] = None,
        appointment_id: Annotated[
            UUID | None, Query(description="One's own, to be moved: its time counts as free.")
        ] = None,
        clinician_id: Annotated[UUID | None, Query(description="Left out: anybody.")] = None,
        time_zone: Annotated[
            ZoneName | None, Query(description="By default the practice's.")
        ] = None,
    ) -> AvailabilityAnswer:
        """Return the open times of a service; at most 100 days at once."""
        require_range(within)
        if service_id is None and appointment_id is None:
            raise invalid("/query/service_id", "missing", "Field required")
        found = await open_portal_for(
            store, actor, slug, service_id=service_id, clinician_id=clinician_id
        )
        policy, zone = found.policy, found.practice.time_zone
        looked_for = LookedFor(service_id, clinician_id, appointment_id, within)
        wanted = await wanted_of(store, actor, policy, looked_for, now=utc_now())
        slots = await find_availability(store, found.practice, policy, wanted, now=utc_now())
        return AvailabilityAnswer(
            service_id=wanted.service_id,
            minutes=wanted.minutes,
            practice_time_zone=zone,
            time_zone=time_zone or zone,
            slots=[slot_answer(slot, zone, time_zone or zone) for slot in slots],
        )

    @router.get("/appointment-requests")
    async def own_requests(
        actor: Annotated[PortalActor, portal],
        cursor: CursorParameter = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> OwnRequestsAnswer:
        """List one's own requests, latest first."""
        after = cursors.decode_instant(cursor, _ORDER)
        page = await list_own_requests(store, actor, after=after, limit=limit)
        return OwnRequestsAnswer(
            items=[own_request_answer(own) for own in page.items],
            next_cursor=page.end and cursors.encode(_ORDER, *page.end),
        )

    @router.get("/appointment-requests/{request_id}")
    async def own_request(
        request_id: UUID, actor: Annotated[PortalActor, portal]
    ) -> OwnRequestAnswer:
        """Return one's own request."""
        return own_request_answer(await read_own_request(store, actor, request_id))

    @router.get("/appointments")
    async def own_appointments(actor: Annotated[PortalActor, portal]) -> OwnAppointmentsAnswer:
        """List one's own upcoming appointments."""
        found = await list_own_appointments(store, actor, now=utc_now())
        return OwnAppointmentsAnswer(items=[own_appointment_answer(one) for one in found])

    return router
