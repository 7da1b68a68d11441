"""What each role may do beside reading (PRODUCT 7)."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.scheduler.domain.permissions import (
    Permission,
    permissions_of,
    require_permission,
    require_schedule_of,
)
from services.scheduler.domain.refusals import NotPermitted
from tests.unit.builders import DANA, INES, PRIYA

DAILY = {Permission.DECIDE_REQUESTS, Permission.CHANGE_CALENDAR}


def test_a_practice_scheduler_runs_everything_but_has_no_hours() -> None:
    """Settings, staff, services, clients, and the hours of others."""
    assert permissions_of(PRIYA) == set(Permission) - {Permission.EDIT_OWN_WORK_SCHEDULE}


def test_clinicians_and_interns_decide_and_book() -> None:
    """A clinician sets their own hours; an intern does not."""
    assert permissions_of(DANA) == DAILY | {Permission.EDIT_OWN_WORK_SCHEDULE}
    assert permissions_of(INES) == DAILY


def test_what_a_role_does_not_include_is_refused() -> None:
    """As a refusal that says whom to ask."""
    require_permission(PRIYA, Permission.EDIT_CLIENTS)
    with pytest.raises(NotPermitted):
        require_permission(DANA, Permission.EDIT_CLIENTS)


def test_whose_hours_one_may_set() -> None:
    """A clinician their own, an intern nobody's, a practice scheduler everybody's."""
    colleague = replace(DANA, id=UUID(int=99))
    for member in (DANA, INES, PRIYA):
        require_schedule_of(PRIYA, member)
    require_schedule_of(DANA, DANA)
    for actor, member in ((DANA, colleague), (DANA, INES), (DANA, PRIYA), (INES, INES)):
        with pytest.raises(NotPermitted):
            require_schedule_of(actor, member)
