"""Edit a client record, and what hangs on it.

The record is written first. Then the client's requests and appointments are shown to the staff now
assigned, and the client's name is written on the appointments still ahead and on the requests that
wait, so that the calendar shows it and the search finds it; what is over keeps the name of its
time. Both are done at each call, also at one that changes nothing, and once more a minute later
(`settle_changes`): an interrupted edit is put right by that, and so is what is booked or asked for
at the very moment of a change of name.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.domain.permissions import Permission, require_permission
from services.scheduler.domain.record_refusals import AssignedStaffUnknown, BirthDateInFuture
from services.scheduler.domain.refusals import StaleVersion
from services.scheduler.mongo.store import Store
from services.scheduler.mongo.unsettled import Changed
from services.scheduler.use_cases.decide import require_version
from services.scheduler.use_cases.list_clients import find_client
from services.scheduler.use_cases.show_to_assigned import show_to_assigned


async def edit_client(store: Store, actor: StaffMember, wanted: Client, *, now: datetime) -> Client:
    """Replace the record that has the id and version of `wanted`; without a change it stays.

    Who is assigned already may stay so after leaving; nobody who has left can be assigned anew.
    Access to the portal is not edited here: see `invite_client`.

    Raises:
        ClientNotFound, NotPermitted, StaleVersion, BirthDateInFuture, AssignedStaffUnknown

    """
    before = await find_client(store, actor, wanted.id)
    require_permission(actor, Permission.EDIT_CLIENTS)
    require_version(before.version, wanted.version)
    after = before
    wanted = replace(wanted, portal_access=before.portal_access, invitation=before.invitation)
    if wanted != before:
        require_born(wanted, now)
        newly = set(wanted.assigned_staff_ids) - set(before.assigned_staff_ids)
        await require_assignable(store, actor, newly)
        after = replace(wanted, version=before.version + 1)
        await store.unsettled.note(
            Changed.CLIENT, wanted.id, practice_id=before.practice_id, now=now
        )
        if not await store.clients.replace(before, after):
            raise StaleVersion
    await carry_over(store, after, now=now)
    return after


async def carry_over(store: Store, client: Client, *, now: datetime) -> None:
    """Show what hangs on the record to the staff assigned, and under the client's name."""
    await show_to_assigned(store, client)
    await _rename(store, client, now)


def require_born(client: Client, now: datetime) -> None:
    """Refuse a birth date after today (UTC); raises BirthDateInFuture."""
    if client.birth_date > now.date():
        raise BirthDateInFuture


async def require_assignable(store: Store, actor: StaffMember, staff_ids: Iterable[UUID]) -> None:
    """Refuse staff who do not see clients of the practice; raises AssignedStaffUnknown."""
    wanted = set(staff_ids)
    found = await store.staff.get_many(wanted)
    bookable = {
        member.id
        for member in found.values()
        if member.practice_id == actor.practice_id and member.bookable
    }
    if wanted - bookable:
        raise AssignedStaffUnknown


async def _rename(store: Store, client: Client, now: datetime) -> None:
    # Of two at once, the one that writes last may have read first: see `show_to_assigned`.
    written: str | None = None
    current: Client | None = client
    while current is not None and current.name != written:
        practice_id, written = current.practice_id, current.name
        await store.requests.rename_client(practice_id, client.id, written)
        await store.appointments.rename_client(practice_id, client.id, written, since=now)
        current = await store.clients.get(practice_id, client.id)
