"""Work schedules: who sets whose, and never unread."""

from dataclasses import replace
from datetime import time

import pytest

from services.scheduler.domain.record_refusals import (
    HoursOverlap,
    SeesNoClients,
    StaffNotFound,
)
from services.scheduler.domain.refusals import (
    NotPermitted,
    StaleVersion,
)
from services.scheduler.domain.work_schedule import WeeklyHours, WorkSchedule
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.edit_work_schedule import edit_work_schedule, read_work_schedule
from shared.auth.actors import Role
from tests.harness.practice import NOW, SmallPractice, open_practice
from tests.harness.racing import outcomes

HOURS = (WeeklyHours(0, time(9), time(17)),)


@pytest.fixture
async def small(store: Store) -> SmallPractice:
    """A practice in an empty database."""
    return await open_practice(store)


async def test_a_first_work_schedule_is_of_version_zero(small: SmallPractice) -> None:
    """Two who write the first one at once: one of them reads again."""
    none = await read_work_schedule(small.store, small.marcus, small.dana.id)
    assert (none.version, none.is_empty) == (0, True)
    assert await edit_work_schedule(small.store, small.dana, none, now=NOW) == none

    found = await outcomes(
        *(
            edit_work_schedule(
                small.store, who, replace(none, weekly=HOURS, buffer_minutes=buffer), now=NOW
            )
            for who, buffer in ((small.dana, 5), (small.priya, 10))
        )
    )

    assert sum(isinstance(one, StaleVersion) for one in found) == 1, found
    (written,) = [one for one in found if isinstance(one, WorkSchedule)]
    assert written.version == 1
    assert await read_work_schedule(small.store, small.priya, small.dana.id) == written


async def test_of_two_who_edit_a_schedule_at_once_one_reads_again(small: SmallPractice) -> None:
    """And whoever is late does."""
    schedule = await edit_work_schedule(
        small.store,
        small.dana,
        WorkSchedule(small.dana.id, small.practice.id, weekly=HOURS, version=0),
        now=NOW,
    )
    assert await edit_work_schedule(small.store, small.dana, schedule, now=NOW) == schedule
    stale = schedule
    for _ in range(10):
        found = await outcomes(
            *(
                edit_work_schedule(
                    small.store, small.dana, replace(schedule, slot_step_minutes=step), now=NOW
                )
                for step in (20 + schedule.version, 120)
            )
        )
        (schedule,) = [one for one in found if isinstance(one, WorkSchedule)]
        assert sum(isinstance(one, StaleVersion) for one in found) == 1, found
        schedule = await edit_work_schedule(
            small.store, small.dana, replace(schedule, slot_step_minutes=15), now=NOW
        )
    with pytest.raises(StaleVersion):
        await edit_work_schedule(small.store, small.dana, stale, now=NOW)


async def test_whose_hours_one_may_set(small: SmallPractice) -> None:
    """A clinician their own, an intern nobody's; a practice scheduler sees no clients."""
    intern = replace(small.dana, role=Role.INTERN)
    of_marcus = WorkSchedule(small.marcus.id, small.practice.id, weekly=HOURS, version=0)
    of_dana = replace(of_marcus, staff_id=small.dana.id)
    for actor, wanted in ((small.dana, of_marcus), (intern, of_dana), (intern, of_marcus)):
        with pytest.raises(NotPermitted):
            await edit_work_schedule(small.store, actor, wanted, now=NOW)
    await edit_work_schedule(small.store, small.priya, of_marcus, now=NOW)
    of_priya = replace(of_marcus, staff_id=small.priya.id)
    with pytest.raises(SeesNoClients):
        await read_work_schedule(small.store, small.dana, small.priya.id)
    with pytest.raises(SeesNoClients):
        await edit_work_schedule(small.store, small.priya, of_priya, now=NOW)
    other = await open_practice(small.store)
    for actor in (other.priya, other.dana):
        with pytest.raises(StaffNotFound):
            await read_work_schedule(small.store, actor, small.marcus.id)
    with pytest.raises(StaffNotFound):
        await edit_work_schedule(
            small.store,
            other.priya,
            replace(of_marcus, practice_id=other.practice.id, version=1, buffer_minutes=60),
            now=NOW,
        )
    with pytest.raises(HoursOverlap):
        await edit_work_schedule(
            small.store, small.dana, replace(of_dana, weekly=HOURS * 2), now=NOW
        )
    kept = await read_work_schedule(small.store, small.priya, small.marcus.id)
    assert kept.weekly == HOURS
