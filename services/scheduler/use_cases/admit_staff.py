"""Admit a member of staff: a token outlives the day its holder left or changed their role.

Every other use case takes the member this returns: one cannot act for staff without asking here.
"""

from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import ActorNotStaff
from services.scheduler.mongo.store import Store
from shared.auth.actors import StaffActor


async def admit_staff(store: Store, actor: StaffActor) -> StaffMember:
    """Return the actor's staff record.

    Raises:
        ActorNotStaff: there is none at work in that practice, or it has another role than the token
            says.

    """
    member = await store.staff.get(actor.practice_id, actor.staff_id)
    if member is None or not member.active or member.role is not actor.role:
        raise ActorNotStaff
    return member
