"""Portal settings: who sets them, never unread, and what holds until then."""

from dataclasses import replace
from datetime import time
from typing import Any
from uuid import uuid4

import pytest

from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.portal_refusals import (
    OfferedClinicianUnknown,
    OfferedServiceUnknown,
)
from services.scheduler.domain.portal_settings import (
    LONGEST_HORIZON_DAYS,
    ClinicianOffer,
    PortalSettings,
    ServiceOffer,
)
from services.scheduler.domain.refusals import NotPermitted, StaleVersion
from services.scheduler.domain.work_schedule import (
    ExceptionKind,
    ScheduleException,
    WeeklyHours,
    WorkSchedule,
)
from services.scheduler.use_cases.edit_portal_settings import (
    NotRequestable,
    NotRequestableReason,
    ShownSettings,
    edit_portal_settings,
    read_portal_settings,
)
from services.scheduler.use_cases.portal_policy import policy_of
from shared.portal.policy import Audience
from tests.harness.inviting import portal_settings
from tests.harness.practice import NOW, SmallPractice, open_practice
from tests.harness.racing import outcomes


async def edit(
    small: SmallPractice, version: int, *, actor: StaffMember | None = None, **changes: Any
) -> PortalSettings:
    """Set the portal, as the practice scheduler unless it is said who."""
    wanted = replace(portal_settings(small), **{"version": version, **changes})
    return (await edit_portal_settings(small.store, actor or small.priya, wanted)).settings


async def read(small: SmallPractice) -> ShownSettings:
    """Read the settings as a clinician."""
    return await read_portal_settings(small.store, small.dana)


async def test_until_anything_is_set_all_is_offered(small: SmallPractice) -> None:
    """What is active, to everybody, under version 0."""
    await small.store.services.save(replace(small.session, id=uuid4(), active=False))
    gone = replace(small.marcus, id=uuid4(), active=False, email="gone@example.org")
    await small.store.staff.save(gone)

    found = (await read(small)).settings

    assert (found.version, found.is_open, found.horizon_days) == (0, True, LONGEST_HORIZON_DAYS)
    assert found.services == (ServiceOffer(small.session.id, Audience.BOTH),)
    assert {offer.staff_id for offer in found.clinicians} == {small.dana.id, small.marcus.id}
    assert found.portal_url is None


async def test_settings_are_replaced(small: SmallPractice) -> None:
    """Also by those that held already, the first time: from then on they are the practice's."""
    shown = (await read(small)).settings
    first = (await edit_portal_settings(small.store, small.priya, shown)).settings
    assert first == replace(shown, version=1)

    second = await edit(small, 1, is_open=False, most_pending=7)

    assert (second.version, second.is_open, second.most_pending) == (2, False, 7)
    assert (await read(small)).settings == second
    assert await edit(small, 2, is_open=False, most_pending=7) == second


async def test_of_two_who_set_them_at_once_one_reads_again(small: SmallPractice) -> None:
    """From the very first time on."""
    for version in range(6):
        found = await outcomes(
            edit(small, version, most_pending=version + 1, horizon_days=90),
            edit(small, version, most_pending=version + 1, horizon_days=91),
        )
        assert sum(isinstance(one, PortalSettings) for one in found) == 1, found
        assert sum(isinstance(one, StaleVersion) for one in found) == 1, found
    assert (await read(small)).settings.version == 6


async def test_only_a_practice_scheduler_sets_them(small: SmallPractice) -> None:
    """Everybody on the staff reads them."""
    with pytest.raises(NotPermitted):
        await edit(small, 0, actor=small.dana)
    with pytest.raises(StaleVersion):
        await edit(small, 3)
    assert (await read(small)).settings.version == 0


async def test_what_is_newly_offered_is_the_practices_own_and_active(small: SmallPractice) -> None:
    """What was offered before may stay listed; clients are not shown it meanwhile."""
    other = await open_practice(small.store)
    for service_id in (uuid4(), other.session.id):
        with pytest.raises(OfferedServiceUnknown) as service:
            await edit(small, 0, services=(ServiceOffer(service_id, Audience.BOTH),))
        assert service.value.members == {"service_id": str(service_id)}
    for staff_id in (uuid4(), other.dana.id, small.priya.id):
        with pytest.raises(OfferedClinicianUnknown) as clinician:
            await edit(small, 0, clinicians=(ClinicianOffer(staff_id, accepts_new_clients=True),))
        assert clinician.value.members == {"staff_id": str(staff_id)}
    await edit(small, 0)
    await small.store.services.save(replace(small.session, active=False))
    await small.store.staff.save(replace(small.dana, active=False))

    assert (await edit(small, 1, horizon_days=30)).version == 2
    policy = await policy_of(small.store, small.practice)
    assert policy.services == ()
    assert small.dana.id not in {one.id for one in policy.clinicians}
    await edit(small, 2, services=())
    with pytest.raises(OfferedServiceUnknown):
        await edit(small, 3)


async def test_a_clinician_without_hours_is_listed_and_not_offered(small: SmallPractice) -> None:
    """PRODUCT 1.1; weekly hours or extra ones make them requestable."""
    await edit(small, 0)
    store, practice = small.store, small.practice
    without = NotRequestableReason.NO_WORK_SCHEDULE
    both = (NotRequestable(small.dana.id, without), NotRequestable(small.marcus.id, without))
    await store.work_schedules.save(WorkSchedule(small.dana.id, practice.id))
    assert (await read(small)).not_requestable == both
    assert (await policy_of(store, practice)).clinicians == ()

    weekly = (WeeklyHours(0, time(9), time(17)),)
    await store.work_schedules.save(WorkSchedule(small.dana.id, practice.id, weekly=weekly))
    extra = (ScheduleException(ExceptionKind.EXTRA, NOW.date(), NOW.date()),)
    await store.work_schedules.save(WorkSchedule(small.marcus.id, practice.id, exceptions=extra))

    assert (await read(small)).not_requestable == ()
    offered = (await policy_of(store, practice)).clinicians
    assert {one.id for one in offered} == {small.dana.id, small.marcus.id}

    await store.staff.save(replace(small.marcus, active=False))
    gone = NotRequestable(small.marcus.id, NotRequestableReason.NOT_ACTIVE)
    assert (await read(small)).not_requestable == (gone,)
