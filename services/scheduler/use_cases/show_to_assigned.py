"""Show a client's requests and appointments to the staff now assigned to them (ADR 0005).

Who may see them is written on each. The client's record changes first and then this runs; whatever
was read before and written after is put right by `recheck`, which every such writer calls at its
end. So one of the two always sees the other.
"""

from collections.abc import Iterable
from uuid import UUID

from services.scheduler.domain.people import Client
from services.scheduler.mongo.store import Store


async def show_to_assigned(store: Store, client: Client) -> None:
    """Write who may see what of the client; may be repeated at any time.

    Of two at once, the one that writes last may have read first: each goes on until what it wrote
    is what the record says.
    """
    shown: tuple[UUID, ...] | None = None
    current: Client | None = client
    while current is not None and current.assigned_staff_ids != shown:
        shown = current.assigned_staff_ids
        await store.requests.show_to(client.practice_id, client.id, frozenset(shown))
        await store.appointments.show_to(client.practice_id, client.id, frozenset(shown))
        current = await store.clients.get(client.practice_id, client.id)


async def recheck(store: Store, as_read: Iterable[Client]) -> None:
    """Put right what was written with an assignment that has changed since it was read."""
    before = {client.id: client for client in as_read}
    if not before:
        return
    now = await store.clients.get_many(before)
    for client in now.values():
        if client.assigned_staff_ids != before[client.id].assigned_staff_ids:
            await show_to_assigned(store, client)
