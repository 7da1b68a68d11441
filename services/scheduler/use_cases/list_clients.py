"""List clients by name, and find one of them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.domain.record_refusals import ClientNotFound
from services.scheduler.domain.refusals import UnknownCursor
from services.scheduler.mongo.clients import ClientFilter, position_of
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.list_requests import COUNTED, Total


@dataclass(frozen=True, slots=True)
class ClientPageFound:
    """A page by name; `end` is its last one's id, None on the last page.

    `total` is told with the first page alone.
    """

    clients: Sequence[Client]
    end: UUID | None
    total: Total | None


async def list_clients(
    store: Store,
    actor: StaffMember,
    wanted: ClientFilter,
    *,
    after: UUID | None,
    limit: int,
) -> ClientPageFound:
    """Return a page of those whom the actor may see, beginning after one of them.

    Raises:
        UnknownCursor: the actor may not see that one any more.

    """
    position = None if after is None else await _position(store, actor, after)
    found, total = await asyncio.gather(
        store.clients.find(actor, wanted, after=position, limit=limit + 1),
        _total(store, actor, wanted, after),
    )
    clients = found[:limit]
    return ClientPageFound(clients, clients[-1].id if len(found) > limit else None, total)


async def find_client(store: Store, actor: StaffMember, client_id: UUID) -> Client:
    """Return the client; raises ClientNotFound when there is none whom the actor may see."""
    client = await store.clients.get_visible(actor, client_id)
    if client is None:
        raise ClientNotFound
    return client


async def _position(store: Store, actor: StaffMember, after: UUID) -> tuple[str, UUID]:
    last = await store.clients.get_visible(actor, after)
    if last is None:
        raise UnknownCursor
    return position_of(last)


async def _total(
    store: Store, actor: StaffMember, wanted: ClientFilter, after: UUID | None
) -> Total | None:
    if after is not None:
        return None
    return Total.of(await store.clients.count(actor, wanted, at_most=COUNTED + 1))
