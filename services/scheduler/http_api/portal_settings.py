"""`/v1/practice/portal-settings`: what the practice's portal lets clients do."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Response

from services.scheduler.domain.people import StaffMember
from services.scheduler.http_api.answers import set_etag
from services.scheduler.http_api.dependencies import NeededVersion, Wiring, staff_dependency
from services.scheduler.http_api.portal_settings_models import (
    PortalSettingsInput,
    PortalSettingsOutput,
)
from services.scheduler.use_cases.edit_portal_settings import (
    edit_portal_settings,
    read_portal_settings,
)

log = structlog.get_logger(__name__)


def portal_settings_routes(wiring: Wiring) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/practice/portal-settings", tags=["the practice"])
    staff = Depends(staff_dependency(wiring))
    store = wiring.store

    @router.get("")
    async def one(actor: Annotated[StaffMember, staff], response: Response) -> PortalSettingsOutput:
        """Return what holds; the `ETag` is `"0"` while nothing was ever set."""
        shown = await read_portal_settings(store, actor)
        set_etag(response, shown.settings.version)
        return PortalSettingsOutput.of(shown)

    @router.put("")
    async def edit(
        actor: Annotated[StaffMember, staff],
        version: NeededVersion,
        body: PortalSettingsInput,
        response: Response,
    ) -> PortalSettingsOutput:
        """Replace them; requests that wait stay as they are."""
        wanted = body.to_domain(actor.practice_id, version)
        shown = await edit_portal_settings(store, actor, wanted)
        log.info(
            "portal_settings.edited",
            practice_id=str(actor.practice_id),
            staff_id=str(actor.id),
            version=shown.settings.version,
        )
        set_etag(response, shown.settings.version)
        return PortalSettingsOutput.of(shown)

    return router
