"""Read and edit when a clinician works."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.permissions import require_schedule_of
from services.scheduler.domain.record_refusals import SeesNoClients
from services.scheduler.domain.refusals import StaleVersion
from services.scheduler.domain.schedule_rules import check_schedule
from services.scheduler.domain.work_schedule import WorkSchedule
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.decide import require_version
from services.scheduler.use_cases.list_staff import find_member


async def read_work_schedule(store: Store, actor: StaffMember, staff_id: UUID) -> WorkSchedule:
    """Return a colleague's schedule; one of version 0 when there is none yet.

    Raises:
        StaffNotFound, SeesNoClients

    """
    member = await find_member(store, actor, staff_id)
    if member.runs_the_practice:
        raise SeesNoClients
    return await store.work_schedules.get(actor.practice_id, staff_id)


async def edit_work_schedule(
    store: Store, actor: StaffMember, wanted: WorkSchedule, *, now: datetime
) -> WorkSchedule:
    """Replace the schedule that has the version of `wanted`; without a change it stays.

    What is booked already stays booked, wherever the hours go.

    Raises:
        StaffNotFound, NotPermitted, SeesNoClients, StaleVersion
        HoursEmpty, HoursOverlap, DaysReversed, DaysTooFar: see `check_schedule`.

    """
    member = await find_member(store, actor, wanted.staff_id)
    require_schedule_of(actor, member)
    before = await read_work_schedule(store, actor, wanted.staff_id)
    require_version(before.version, wanted.version)
    check_schedule(wanted, now.date())
    if wanted == before:
        return before
    after = replace(wanted, version=before.version + 1)
    if not await store.work_schedules.replace(before, after):
        raise StaleVersion
    return after
