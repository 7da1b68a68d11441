"""`/v1/staff`: who works here, and when."""

from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Response

from services.scheduler.domain.people import StaffMember
from services.scheduler.http_api.answers import set_added, set_etag
from services.scheduler.http_api.dependencies import (
    IdempotencyKey,
    NeededVersion,
    Wiring,
    staff_dependency,
    utc_now,
)
from services.scheduler.http_api.staff_models import (
    NewStaffInput,
    StaffInput,
    StaffList,
    StaffOutput,
    WorkScheduleInput,
    WorkScheduleOutput,
)
from services.scheduler.use_cases.add_record import new_id
from services.scheduler.use_cases.add_staff import add_staff
from services.scheduler.use_cases.edit_staff import edit_staff
from services.scheduler.use_cases.edit_work_schedule import edit_work_schedule, read_work_schedule
from services.scheduler.use_cases.list_staff import find_member, list_staff

log = structlog.get_logger(__name__)

_PATH = "/v1/staff"


def member_routes(wiring: Wiring) -> APIRouter:
    """Return the routes about the people."""
    router = APIRouter(prefix=_PATH, tags=["staff"])
    staff = Depends(staff_dependency(wiring))
    store = wiring.store

    @router.get("")
    async def list_(actor: Annotated[StaffMember, staff], active: bool | None = None) -> StaffList:
        """List the staff by name; who has left, too, unless `active` says otherwise."""
        found = await list_staff(store, actor, active=active)
        return StaffList(items=[StaffOutput.of(member) for member in found])

    @router.post("", status_code=201)
    async def add(
        actor: Annotated[StaffMember, staff],
        body: NewStaffInput,
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> StaffOutput:
        """Add somebody."""
        identifier = new_id(actor, "staff", idempotency_key)
        added = await add_staff(store, actor, body.to_domain(identifier, actor.practice_id))
        log.info("staff.added", staff_id=str(added.record.id), repeated=added.repeated)
        set_added(response, _PATH, added.record.id, repeated=added.repeated)
        set_etag(response, added.record.version)
        return StaffOutput.of(added.record)

    @router.get("/{staff_id}")
    async def one(
        staff_id: UUID, actor: Annotated[StaffMember, staff], response: Response
    ) -> StaffOutput:
        """Return one; the `ETag` goes with a change as `If-Match`."""
        member = await find_member(store, actor, staff_id)
        set_etag(response, member.version)
        return StaffOutput.of(member)

    @router.put("/{staff_id}")
    async def edit(
        staff_id: UUID,
        actor: Annotated[StaffMember, staff],
        version: NeededVersion,
        body: StaffInput,
        response: Response,
    ) -> StaffOutput:
        """Replace the record; who has got another role signs in again."""
        wanted = body.to_domain(staff_id, actor.practice_id, version)
        member = await edit_staff(store, actor, wanted)
        log.info("staff.edited", staff_id=str(member.id), version=member.version)
        set_etag(response, member.version)
        return StaffOutput.of(member)

    return router


def schedule_routes(wiring: Wiring) -> APIRouter:
    """Return the routes about when they work."""
    router = APIRouter(prefix=_PATH, tags=["staff"])
    staff = Depends(staff_dependency(wiring))
    store = wiring.store

    @router.get("/{staff_id}/work-schedule")
    async def schedule(
        staff_id: UUID, actor: Annotated[StaffMember, staff], response: Response
    ) -> WorkScheduleOutput:
        """Return when somebody works; the `ETag` is `"0"` while there is no schedule."""
        found = await read_work_schedule(store, actor, staff_id)
        set_etag(response, found.version)
        return WorkScheduleOutput.of(found)

    @router.put("/{staff_id}/work-schedule")
    async def edit_schedule(
        staff_id: UUID,
        actor: Annotated[StaffMember, staff],
        version: NeededVersion,
        body: WorkScheduleInput,
        response: Response,
    ) -> WorkScheduleOutput:
        """Replace the schedule; what is booked stays booked."""
        wanted = body.to_domain(staff_id, actor.practice_id, version)
        edited = await edit_work_schedule(store, actor, wanted, now=utc_now())
        log.info("work_schedule.edited", staff_id=str(staff_id), version=edited.version)
        set_etag(response, edited.version)
        return WorkScheduleOutput.of(edited)

    return router
