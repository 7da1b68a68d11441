"""Add somebody to the staff."""

from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.permissions import Permission, require_permission
from services.scheduler.domain.record_refusals import StaffEmailTaken
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.add_record import Added
from shared.mongo import DuplicateKeyError


async def add_staff(store: Store, actor: StaffMember, wanted: StaffMember) -> Added[StaffMember]:
    """Add them under their id; when that is there already, they are what is there.

    Raises:
        NotPermitted, StaffEmailTaken

    """
    require_permission(actor, Permission.EDIT_STAFF)
    try:
        await store.staff.add(wanted)
    except DuplicateKeyError:
        standing = await store.staff.get(actor.practice_id, wanted.id)
        if standing is None:
            raise StaffEmailTaken from None
        return Added(standing, repeated=True)
    return Added(wanted)
