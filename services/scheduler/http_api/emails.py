"""`/v1/appointments/{id}/email-handled`: a client was told although the e-mail failed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.scheduler.domain.people import StaffMember
from services.scheduler.http_api.appointment_models import AppointmentOutput
from services.scheduler.http_api.dependencies import Wiring, staff_dependency, utc_now
from services.scheduler.use_cases.handle_failed_email import handle_failed_email


def email_routes(wiring: Wiring) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/appointments", tags=["appointments"])
    staff = Depends(staff_dependency(wiring))
    store = wiring.store

    @router.post("/{appointment_id}/email-handled")
    async def email_handled(
        appointment_id: UUID, actor: Annotated[StaffMember, staff], response: Response
    ) -> AppointmentOutput:
        """Tick off that you told the client of the last change in another way."""
        appointment = await handle_failed_email(store, actor, appointment_id, now=utc_now())
        response.headers["ETag"] = f'"{appointment.version}"'
        return AppointmentOutput.of(appointment)

    return router
