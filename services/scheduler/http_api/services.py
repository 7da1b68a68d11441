"""`/v1/services` and `/v1/service-codes`: what can be booked."""

from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Response

from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.service_codes import CATALOGUE
from services.scheduler.http_api.answers import set_added, set_etag
from services.scheduler.http_api.dependencies import (
    IdempotencyKey,
    NeededVersion,
    Wiring,
    staff_dependency,
)
from services.scheduler.http_api.service_models import (
    NewServiceInput,
    ServiceCodeList,
    ServiceCodeOutput,
    ServiceInput,
    ServiceList,
    ServiceOutput,
)
from services.scheduler.use_cases.add_record import new_id
from services.scheduler.use_cases.add_service import add_service
from services.scheduler.use_cases.edit_service import edit_service
from services.scheduler.use_cases.list_services import find_service, list_services

log = structlog.get_logger(__name__)

_PATH = "/v1/services"


def service_routes(wiring: Wiring) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1", tags=["services"])
    staff = Depends(staff_dependency(wiring))
    store = wiring.store

    @router.get("/service-codes", dependencies=[staff])
    async def codes() -> ServiceCodeList:
        """List the standard codes with their usual lengths."""
        return ServiceCodeList(items=[ServiceCodeOutput.of(one) for one in CATALOGUE.values()])

    @router.get("/services")
    async def list_(
        actor: Annotated[StaffMember, staff], active: bool | None = None
    ) -> ServiceList:
        """List them by label; what is not offered any more, too, unless `active` says otherwise."""
        found = await list_services(store, actor, active=active)
        return ServiceList(items=[ServiceOutput.of(service) for service in found])

    @router.post("/services", status_code=201)
    async def add(
        actor: Annotated[StaffMember, staff],
        body: NewServiceInput,
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> ServiceOutput:
        """Add one."""
        identifier = new_id(actor, "service", idempotency_key)
        added = await add_service(store, actor, body.to_domain(identifier))
        log.info("service.added", service_id=str(added.record.id), repeated=added.repeated)
        set_added(response, _PATH, added.record.id, repeated=added.repeated)
        set_etag(response, added.record.version)
        return ServiceOutput.of(added.record)

    @router.get("/services/{service_id}")
    async def one(
        service_id: UUID, actor: Annotated[StaffMember, staff], response: Response
    ) -> ServiceOutput:
        """Return one; its `ETag` goes with a change as `If-Match`."""
        service = await find_service(store, actor, service_id)
        set_etag(response, service.version)
        return ServiceOutput.of(service)

    @router.put("/services/{service_id}")
    async def edit(
        service_id: UUID,
        actor: Annotated[StaffMember, staff],
        version: NeededVersion,
        body: ServiceInput,
        response: Response,
    ) -> ServiceOutput:
        """Replace the record; appointments keep what they were booked with."""
        wanted = body.to_domain(service_id, actor.practice_id, version)
        service = await edit_service(store, actor, wanted)
        log.info("service.edited", service_id=str(service.id), version=service.version)
        set_etag(response, service.version)
        return ServiceOutput.of(service)

    return router
