"""`/v1/clients`: search, one, its history, add, edit."""

from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Query, Response

from services.scheduler.domain.people import StaffMember
from services.scheduler.http_api import cursors
from services.scheduler.http_api.answers import set_added, set_etag
from services.scheduler.http_api.appointment_models import HistoryList, HistoryOutput
from services.scheduler.http_api.client_models import (
    ClientInput,
    ClientListInput,
    ClientPage,
    ClientRecordOutput,
    ClientSearchInput,
    NewClientInput,
)
from services.scheduler.http_api.dependencies import (
    IdempotencyKey,
    NeededVersion,
    Wiring,
    staff_dependency,
    utc_now,
)
from services.scheduler.http_api.request_models import TotalOutput
from services.scheduler.mongo.clients import ClientFilter
from services.scheduler.use_cases.add_client import add_client
from services.scheduler.use_cases.add_record import new_id
from services.scheduler.use_cases.edit_client import edit_client
from services.scheduler.use_cases.list_clients import find_client, list_clients
from services.scheduler.use_cases.read_history import client_history

log = structlog.get_logger(__name__)

_PATH = "/v1/clients"
_ORDER = "client-name"


def client_routes(wiring: Wiring) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix=_PATH, tags=["clients"])
    staff = Depends(staff_dependency(wiring))
    store = wiring.store

    @router.get("")
    async def list_(
        actor: Annotated[StaffMember, staff], asked: Annotated[ClientListInput, Query()]
    ) -> ClientPage:
        """List clients by name: all of the practice, or those assigned to you."""
        return await _list(wiring, actor, asked, name=None)

    @router.post("/search")
    async def search(actor: Annotated[StaffMember, staff], body: ClientSearchInput) -> ClientPage:
        """List the same of those of a name."""
        return await _list(wiring, actor, body, name=body.name)

    @router.post("", status_code=201)
    async def add(
        actor: Annotated[StaffMember, staff],
        body: NewClientInput,
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> ClientRecordOutput:
        """Add one; refused with `candidates` when somebody on record is much like them."""
        wanted = body.to_domain(new_id(actor, "client", idempotency_key), actor.practice_id)
        added = await add_client(store, actor, wanted, anyway=body.create_anyway, now=utc_now())
        log.info("client.added", client_id=str(added.record.id), repeated=added.repeated)
        set_added(response, _PATH, added.record.id, repeated=added.repeated)
        set_etag(response, added.record.version)
        return ClientRecordOutput.of(added.record)

    @router.get("/{client_id}")
    async def one(
        client_id: UUID, actor: Annotated[StaffMember, staff], response: Response
    ) -> ClientRecordOutput:
        """Return one; the `ETag` goes with a change as `If-Match`."""
        client = await find_client(store, actor, client_id)
        set_etag(response, client.version)
        return ClientRecordOutput.of(client)

    @router.get("/{client_id}/history")
    async def history(client_id: UUID, actor: Annotated[StaffMember, staff]) -> HistoryList:
        """Return who invited them to the portal, withdrew their access, and what became of it."""
        entries = await client_history(store, actor, client_id)
        return HistoryList(items=[HistoryOutput.of(entry) for entry in entries])

    @router.put("/{client_id}")
    async def edit(
        client_id: UUID,
        actor: Annotated[StaffMember, staff],
        version: NeededVersion,
        body: ClientInput,
        response: Response,
    ) -> ClientRecordOutput:
        """Replace the record; staff newly assigned see the client's requests and appointments."""
        wanted = body.to_domain(client_id, actor.practice_id, version)
        client = await edit_client(store, actor, wanted, now=utc_now())
        log.info("client.edited", client_id=str(client.id), version=client.version)
        set_etag(response, client.version)
        return ClientRecordOutput.of(client)

    return router


async def _list(
    wiring: Wiring, actor: StaffMember, asked: ClientListInput, *, name: str | None
) -> ClientPage:
    wanted = ClientFilter(name=name, assigned_to=asked.assigned_to)
    after = cursors.decode_id(asked.cursor, _ORDER)
    page = await list_clients(wiring.store, actor, wanted, after=after, limit=asked.limit)
    return ClientPage(
        items=[ClientRecordOutput.of(client) for client in page.clients],
        next_cursor=None if page.end is None else cursors.encode(_ORDER, None, page.end),
        total=page.total and TotalOutput.of(page.total),
    )
