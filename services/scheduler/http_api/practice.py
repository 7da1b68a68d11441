"""`/v1/practice` and `/v1/me`: the practice, and who one is in it."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Response

from services.scheduler.domain.people import StaffMember
from services.scheduler.http_api.answers import set_etag
from services.scheduler.http_api.dependencies import (
    NeededVersion,
    Wiring,
    staff_dependency,
    utc_now,
)
from services.scheduler.http_api.practice_models import MeOutput, PracticeInput, PracticeOutput
from services.scheduler.use_cases.change_appointment import find_practice
from services.scheduler.use_cases.edit_practice import edit_practice
from services.scheduler.use_cases.show_me import show_me

log = structlog.get_logger(__name__)


def practice_routes(wiring: Wiring) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1", tags=["the practice"])
    staff = Depends(staff_dependency(wiring))
    store = wiring.store

    @router.get("/me")
    async def me(actor: Annotated[StaffMember, staff]) -> MeOutput:
        """Return who you are, and what you may do."""
        return MeOutput.of(await show_me(store, actor))

    @router.get("/practice")
    async def one(actor: Annotated[StaffMember, staff], response: Response) -> PracticeOutput:
        """Return the practice; its `ETag` goes with a change as `If-Match`."""
        practice = await find_practice(store, actor)
        set_etag(response, practice.version)
        return PracticeOutput.of(practice)

    @router.put("/practice")
    async def edit(
        actor: Annotated[StaffMember, staff],
        version: NeededVersion,
        body: PracticeInput,
        response: Response,
    ) -> PracticeOutput:
        """Replace what can be edited."""
        practice = await edit_practice(
            store, actor, body.to_domain(), expected_version=version, now=utc_now()
        )
        log.info("practice.edited", practice_id=str(practice.id), version=practice.version)
        set_etag(response, practice.version)
        return PracticeOutput.of(practice)

    return router
