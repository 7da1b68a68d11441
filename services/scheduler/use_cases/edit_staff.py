"""Edit a member of staff: name, address, role, and whether they work here.

Who has left is not let in and not booked any more; their appointments stay. Appointments keep the
name under which they were booked.
"""

from dataclasses import replace

from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.permissions import Permission, require_permission
from services.scheduler.domain.record_refusals import (
    LastPracticeScheduler,
    StaffEmailTaken,
    StaffNotFound,
)
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.decide import require_version
from shared.mongo import DuplicateKeyError, Session


async def edit_staff(store: Store, actor: StaffMember, wanted: StaffMember) -> StaffMember:
    """Replace the record that has the id and version of `wanted`; without a change it stays.

    Raises:
        StaffNotFound, NotPermitted, StaleVersion, StaffEmailTaken
        LastPracticeScheduler: nobody would be left who may edit staff. Of two practice schedulers
            who dismiss each other at once, one is refused.

    """

    async def body(session: Session) -> StaffMember:
        before = await store.staff.get(actor.practice_id, wanted.id, session=session)
        if before is None:
            raise StaffNotFound
        require_permission(actor, Permission.EDIT_STAFF)
        require_version(before.version, wanted.version)
        if wanted == before:
            return before
        if _runs(before) and not _runs(wanted):
            await store.practices.lock_staff(actor.practice_id, session=session)
            if not await store.staff.others_run_the_practice(before, session=session):
                raise LastPracticeScheduler
        after = replace(wanted, version=before.version + 1)
        await store.staff.replace(before, after, session=session)
        return after

    try:
        return await store.transaction(body)
    except DuplicateKeyError:
        raise StaffEmailTaken from None


def _runs(member: StaffMember) -> bool:
    return member.active and member.runs_the_practice
