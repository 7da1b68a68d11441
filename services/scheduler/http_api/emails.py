"""What staff do about e-mails to clients: tick off one that failed, send one again."""

from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Response

from services.scheduler.domain.people import StaffMember
from services.scheduler.http_api.answers import set_etag
from services.scheduler.http_api.appointment_models import AppointmentOutput
from services.scheduler.http_api.dependencies import (
    Wiring,
    correlation_id,
    staff_dependency,
    utc_now,
)
from services.scheduler.http_api.request_models import RequestOutput
from services.scheduler.http_api.requests import RequestId
from services.scheduler.use_cases.handle_failed_email import (
    handle_failed_email,
    handle_failed_message,
)
from services.scheduler.use_cases.resend_decline_message import resend_decline_message
from services.scheduler.use_cases.resend_email import resend_email

log = structlog.get_logger(__name__)


def email_routes(wiring: Wiring) -> APIRouter:
    """Return the routes about appointments' e-mails."""
    router = APIRouter(prefix="/v1/appointments", tags=["appointments"])
    staff = Depends(staff_dependency(wiring))
    store = wiring.store

    @router.post("/{appointment_id}/email-handled")
    async def email_handled(
        appointment_id: UUID, actor: Annotated[StaffMember, staff], response: Response
    ) -> AppointmentOutput:
        """Tick off that you told the client of the last change in another way."""
        appointment = await handle_failed_email(store, actor, appointment_id, now=utc_now())
        set_etag(response, appointment.version)
        return AppointmentOutput.of(appointment)

    @router.post("/{appointment_id}/resend-email")
    async def resend(
        appointment_id: UUID,
        actor: Annotated[StaffMember, staff],
        correlation: Annotated[str, Depends(correlation_id)],
        response: Response,
    ) -> AppointmentOutput:
        """Send the client the e-mail about the last change again, to their address as it is now."""
        appointment = await resend_email(
            store, actor, appointment_id, correlation_id=correlation, now=utc_now()
        )
        wiring.wake_relay()
        log.info("email.resent", appointment_id=str(appointment.id))
        set_etag(response, appointment.version)
        return AppointmentOutput.of(appointment)

    return router


def decline_message_routes(wiring: Wiring) -> APIRouter:
    """Return the routes about messages that went with a decline."""
    router = APIRouter(prefix="/v1/appointment-requests", tags=["appointment requests"])
    staff = Depends(staff_dependency(wiring))
    store = wiring.store

    @router.post("/{request_id}/email-handled")
    async def email_handled(
        request_id: RequestId, actor: Annotated[StaffMember, staff], response: Response
    ) -> RequestOutput:
        """Tick off that you told a declined client in another way what the message said."""
        now = utc_now()
        request = await handle_failed_message(store, actor, request_id, now=now)
        set_etag(response, request.version)
        return RequestOutput.of(request, now)

    @router.post("/{request_id}/resend-email")
    async def resend(
        request_id: RequestId, actor: Annotated[StaffMember, staff], response: Response
    ) -> RequestOutput:
        """Send a declined client the message again, to their address as it is now."""
        now = utc_now()
        request = await resend_decline_message(store, actor, request_id, now=now)
        wiring.wake_relay()
        log.info("email.resent")
        set_etag(response, request.version)
        return RequestOutput.of(request, now)

    return router
