"""List the staff of a practice, and find one of them."""

from collections.abc import Sequence
from uuid import UUID

from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.record_refusals import StaffNotFound
from services.scheduler.mongo.search import sort_key
from services.scheduler.mongo.store import Store


async def list_staff(
    store: Store, actor: StaffMember, *, active: bool | None
) -> Sequence[StaffMember]:
    """Return the actor's colleagues by name, themselves included; None is with who has left."""
    everybody = await store.staff.of_practice(actor.practice_id)
    wanted = (member for member in everybody if active in (None, member.active))
    return sorted(wanted, key=lambda member: (sort_key(member.name), member.id))


async def find_member(store: Store, actor: StaffMember, staff_id: UUID) -> StaffMember:
    """Return a member of the actor's practice; raises StaffNotFound."""
    member = await store.staff.get(actor.practice_id, staff_id)
    if member is None:
        raise StaffNotFound
    return member
