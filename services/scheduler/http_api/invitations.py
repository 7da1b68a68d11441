"""`/v1/clients/...`: invite to the portal, one or many; withdraw the access."""

from typing import Annotated, Self
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from services.scheduler.domain.people import StaffMember
from services.scheduler.http_api.answers import set_etag
from services.scheduler.http_api.client_models import ClientRecordOutput
from services.scheduler.http_api.dependencies import (
    IdempotencyKey,
    Wiring,
    correlation_id,
    staff_dependency,
    utc_now,
)
from services.scheduler.http_api.inputs import Input
from services.scheduler.use_cases.add_record import new_id
from services.scheduler.use_cases.handle_failed_invitation import handle_failed_invitation
from services.scheduler.use_cases.invite_client import invite_client
from services.scheduler.use_cases.invite_clients import Invited, InvitingOutcome, invite_clients
from services.scheduler.use_cases.withdraw_portal_access import withdraw_portal_access

log = structlog.get_logger(__name__)


class InviteManyInput(Input):
    """Whom to invite; each once."""

    client_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]


class InvitedOutput(BaseModel):
    """What became of one of them; `again_at` (UTC) with `too-soon`."""

    client_id: UUID
    outcome: InvitingOutcome
    again_at: AwareDatetime | None

    @classmethod
    def of(cls, invited: Invited) -> Self:
        """Return the output for a client."""
        return cls(client_id=invited.client_id, outcome=invited.outcome, again_at=invited.again_at)


class InvitedList(BaseModel):
    """What became of each, in the order asked."""

    items: list[InvitedOutput]


def invitation_routes(wiring: Wiring) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1/clients", tags=["clients"])
    staff = Depends(staff_dependency(wiring))
    store = wiring.store

    @router.post("/invite")
    async def invite_many(
        actor: Annotated[StaffMember, staff],
        body: InviteManyInput,
        request: Request,
        idempotency_key: IdempotencyKey = None,
    ) -> InvitedList:
        """Invite many to the portal; each is told apart, and one that cannot be holds up none."""
        invited = await invite_clients(
            store,
            actor,
            body.client_ids,
            id_for=lambda client_id: _invitation_id(actor, client_id, idempotency_key),
            correlation_id=correlation_id(request),
            now=utc_now(),
        )
        wiring.wake_relay()
        sent = sum(one.outcome is InvitingOutcome.INVITED for one in invited)
        log.info("clients.invited", asked=len(invited), invited=sent)
        return InvitedList(items=[InvitedOutput.of(one) for one in invited])

    @router.post("/{client_id}/invite")
    async def invite(
        client_id: UUID,
        actor: Annotated[StaffMember, staff],
        request: Request,
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> ClientRecordOutput:
        """Invite a client to the portal, or send the invitation once more."""
        client = await invite_client(
            store,
            actor,
            client_id,
            id_for=lambda one: _invitation_id(actor, one, idempotency_key),
            correlation_id=correlation_id(request),
            now=utc_now(),
        )
        wiring.wake_relay()
        log.info("client.invited", client_id=str(client.id))
        set_etag(response, client.version)
        return ClientRecordOutput.of(client)

    @router.delete("/{client_id}/portal-access")
    async def withdraw(
        client_id: UUID, actor: Annotated[StaffMember, staff], response: Response
    ) -> ClientRecordOutput:
        """Withdraw the access; what the client asked for and has booked stays."""
        client = await withdraw_portal_access(store, actor, client_id, now=utc_now())
        log.info("client.access_withdrawn", client_id=str(client.id))
        set_etag(response, client.version)
        return ClientRecordOutput.of(client)

    @router.post("/{client_id}/invitation-handled")
    async def handled(
        client_id: UUID, actor: Annotated[StaffMember, staff], response: Response
    ) -> ClientRecordOutput:
        """Tick off that you told the client of the portal in another way."""
        client = await handle_failed_invitation(store, actor, client_id, now=utc_now())
        set_etag(response, client.version)
        return ClientRecordOutput.of(client)

    return router


def _invitation_id(actor: StaffMember, client_id: UUID, key: str | None) -> UUID:
    return new_id(actor, f"invitation:{client_id}", key)
