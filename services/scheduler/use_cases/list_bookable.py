"""List who can be booked in a practice, and find one of them."""

from collections.abc import Sequence
from uuid import UUID

from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import CalendarNotFound
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.list_staff import list_staff


async def list_bookable(store: Store, actor: StaffMember) -> Sequence[StaffMember]:
    """Return those of the actor's practice who see clients, by name."""
    return [member for member in await list_staff(store, actor, active=True) if member.bookable]


async def find_bookable(store: Store, actor: StaffMember, clinician_id: UUID) -> StaffMember:
    """Return somebody of the actor's practice who can be booked; raises CalendarNotFound."""
    member = await store.staff.get(actor.practice_id, clinician_id)
    if member is None or not member.bookable:
        raise CalendarNotFound
    return member
