"""Show a member of staff who they are here and what they may do."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.scheduler.domain.people import Practice, StaffMember
from services.scheduler.domain.permissions import Permission, permissions_of
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_appointment import find_practice


@dataclass(frozen=True, slots=True)
class Me:
    """The actor's own record, their practice, and what their role includes."""

    member: StaffMember
    practice: Practice
    may: Sequence[Permission]


async def show_me(store: Store, actor: StaffMember) -> Me:
    """Return who the actor is; raises ActorNotStaff when the practice is gone."""
    practice = await find_practice(store, actor)
    return Me(actor, practice, sorted(permissions_of(actor)))
