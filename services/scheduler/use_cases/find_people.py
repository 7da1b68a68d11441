"""Find the people of a practice one by one, and page through them by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.domain.refusals import CalendarNotFound, ClientNotFound, StaffNotFound
from services.scheduler.mongo.clients import position_of
from services.scheduler.mongo.store import Store
from shared.auth.actors import Role

SEES_CLIENTS: Final = frozenset({Role.CLINICIAN, Role.INTERN})

NamePosition = tuple[str, UUID]
"""Where a page by name ended: what it is sorted by, and the id."""


@dataclass(frozen=True, slots=True)
class ClientPage:
    """Clients by name; `end` is None on the last page."""

    clients: Sequence[Client]
    end: NamePosition | None


@dataclass(frozen=True, slots=True)
class StaffPage:
    """Members of staff by name; `end` is None on the last page."""

    members: Sequence[StaffMember]
    end: NamePosition | None


async def find_client(store: Store, actor: StaffMember, client_id: UUID) -> Client:
    """Return the client; raises ClientNotFound when there is none the actor may see."""
    client = await store.clients.get_visible(actor, client_id)
    if client is None:
        raise ClientNotFound
    return client


async def find_staff_member(store: Store, actor: StaffMember, staff_id: UUID) -> StaffMember:
    """Return a member of the actor's practice, also one who has left; raises StaffNotFound."""
    member = await store.staff.get(actor.practice_id, staff_id)
    if member is None:
        raise StaffNotFound
    return member


async def find_bookable(store: Store, actor: StaffMember, clinician_id: UUID) -> StaffMember:
    """Return somebody of the actor's practice who can be booked; raises CalendarNotFound."""
    member = await store.staff.get(actor.practice_id, clinician_id)
    if member is None or not member.bookable:
        raise CalendarNotFound
    return member


async def page_of_clients(
    store: Store,
    actor: StaffMember,
    *,
    ids: frozenset[UUID] | None,
    name: str | None,
    after: NamePosition | None,
    limit: int,
) -> ClientPage:
    """Return a page of the clients whom the actor may see; None leaves it open."""
    found = await store.clients.find_visible(
        actor, ids=ids, name=name, after=after, limit=limit + 1
    )
    page = found[:limit]
    return ClientPage(page, position_of(page[-1]) if len(found) > limit else None)


async def page_of_staff(
    store: Store,
    actor: StaffMember,
    *,
    ids: frozenset[UUID] | None,
    active: bool | None,
    after: NamePosition | None,
    limit: int,
) -> StaffPage:
    """Return a page of the actor's colleagues; None leaves it open."""
    found = await store.staff.find_colleagues(
        actor, ids=ids, active=active, after=after, limit=limit + 1
    )
    return _staff_page(found, limit)


async def page_of_bookable(
    store: Store,
    actor: StaffMember,
    *,
    ids: frozenset[UUID] | None,
    after: NamePosition | None,
    limit: int,
) -> StaffPage:
    """Return a page of those in the actor's practice who can be booked."""
    found = await store.staff.find_colleagues(
        actor, ids=ids, roles=SEES_CLIENTS, active=True, after=after, limit=limit + 1
    )
    return _staff_page(found, limit)


def _staff_page(found: Sequence[StaffMember], limit: int) -> StaffPage:
    page = found[:limit]
    end = (page[-1].name, page[-1].id) if len(found) > limit else None
    return StaffPage(page, end)
