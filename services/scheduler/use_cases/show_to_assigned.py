"""Show a client's requests and appointments to the staff now assigned to them (ADR 0005).

Who may see them is written on each. The client's record changes first and then this runs; whatever
was read before and written after is put right by `recheck`, which every such writer calls at its
end, unless `is_settled` says that nothing can be wrong. So one of the two always sees the other.
"""

from collections.abc import Iterable
from uuid import UUID

from services.scheduler.domain.appointment_request import AppointmentRequest
from services.scheduler.domain.people import Client
from services.scheduler.mongo.store import Store


async def show_to_assigned(store: Store, client: Client) -> None:
    """Write who may see what of the client; may be repeated at any time.

    Of two that write at once, the one that ends last finds the other's assignment on record.
    """
    shown: Client | None = None
    while shown is None or shown.assigned_staff_ids != client.assigned_staff_ids:
        shown = client
        assigned = frozenset(client.assigned_staff_ids)
        # The requests first: what `is_settled` relies on.
        await store.requests.show_to(client.practice_id, client.id, assigned)
        await store.appointments.show_to(client.practice_id, client.id, assigned)
        client = await store.clients.get(client.practice_id, client.id) or client


async def recheck(store: Store, as_read: Iterable[Client]) -> None:
    """Put right what was written with an assignment that has changed since it was read."""
    before = {client.id: client for client in as_read}
    if not before:
        return
    now = await store.clients.get_many(before)
    for client in now.values():
        if client.assigned_staff_ids != before[client.id].assigned_staff_ids:
            await show_to_assigned(store, client)


def is_settled(request: AppointmentRequest, as_read: Client, seen_by: frozenset[UUID]) -> bool:
    """Say whether a decision's own transaction rules out what `recheck` looks for.

    `seen_by` could see the request in that transaction's snapshot. A changed assignment is written
    to the client's requests first: before that snapshot, and `seen_by` would be others; during the
    transaction, and one of the two writes to this request would have had to begin again; after it,
    and the appointment is there to be shown.
    """
    is_theirs = request.requester.client_id == as_read.id and not request.requester.is_new
    return is_theirs and seen_by == frozenset(as_read.assigned_staff_ids)
