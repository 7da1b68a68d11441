"""Find the people of a practice one by one, and page through them by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.domain.record_refusals import ClientNotFound, StaffNotFound
from services.scheduler.domain.refusals import (
    CalendarNotFound,
)
from services.scheduler.mongo.clients import ClientFilter, position_of
from services.scheduler.mongo.search import sort_key
from services.scheduler.mongo.store import Store

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
    wanted: ClientFilter,
    *,
    after: NamePosition | None,
    limit: int,
) -> ClientPage:
    """Return a page of the clients whom the actor may see."""
    found = await store.clients.find(actor, wanted, after=after, limit=limit + 1)
    page = found[:limit]
    return ClientPage(page, position_of(page[-1]) if len(found) > limit else None)


async def page_of_staff(
    store: Store,
    actor: StaffMember,
    *,
    ids: frozenset[UUID] | None,
    active: bool | None = None,
    bookable: bool | None = None,
    after: NamePosition | None,
    limit: int,
) -> StaffPage:
    """Return a page of the actor's colleagues, themselves included; None leaves it open.

    The staff of a practice is read as a whole: it is small.
    """
    everybody = await store.staff.of_practice(actor.practice_id)
    by_name = sorted(
        ((sort_key(member.name), member.id), member)
        for member in everybody
        if (ids is None or member.id in ids)
        and active in (None, member.active)
        and bookable in (None, member.bookable)
    )
    found = [one for one in by_name if after is None or one[0] > after]
    page = found[:limit]
    return StaffPage(
        [member for _, member in page], page[-1][0] if len(found) > len(page) else None
    )
