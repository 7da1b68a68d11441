"""What portal settings must keep to; each rule is refused under a name of its own."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.scheduler.domain.portal_refusals import (
    HorizonOutsideRange,
    MostPendingOutsideRange,
    NoticeBeyondHorizon,
    NoticeOutsideRange,
    OfferedTwice,
)
from services.scheduler.domain.portal_rules import check_portal_settings
from services.scheduler.domain.portal_settings import (
    ClinicianOffer,
    PortalSettings,
    ServiceOffer,
)
from services.scheduler.domain.refusals import Refusal
from shared.portal.policy import Audience
from tests.unit.builders import DANA, INES, PRACTICE_ID, PRIYA, SESSION

NEVER_SET = PortalSettings(PRACTICE_ID)
SETTINGS = PortalSettings(
    PRACTICE_ID,
    services=(ServiceOffer(SESSION.id, Audience.BOTH),),
    clinicians=(
        ClinicianOffer(DANA.id, accepts_new_clients=True),
        ClinicianOffer(INES.id, accepts_new_clients=False),
    ),
)
SIXTY_DAYS = 60 * 24 * 60


def check(**changes: Any) -> None:
    """Check settings with some changes."""
    check_portal_settings(replace(SETTINGS, **changes), NEVER_SET, [SESSION], [DANA, INES, PRIYA])


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"scheduling_notice_minutes": 0},
        {"scheduling_notice_minutes": SIXTY_DAYS, "horizon_days": 61},
        {"rescheduling_notice_minutes": SIXTY_DAYS, "cancelling_notice_minutes": SIXTY_DAYS},
        {"horizon_days": 731},
        {"horizon_days": 1, "scheduling_notice_minutes": 24 * 60 - 1},
        {"most_pending": 1},
        {"most_pending": 50},
        {"services": (), "clinicians": (), "request_types": frozenset()},
    ],
    ids=str,
)
def test_what_a_practice_may_set(changes: dict[str, Any]) -> None:
    """The ends of each range, and nothing at all."""
    check(**changes)


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"scheduling_notice_minutes": -1}, NoticeOutsideRange, "scheduling_notice_minutes"),
        (
            {"scheduling_notice_minutes": SIXTY_DAYS + 1},
            NoticeOutsideRange,
            "scheduling_notice_minutes",
        ),
        (
            {"rescheduling_notice_minutes": SIXTY_DAYS + 1},
            NoticeOutsideRange,
            "rescheduling_notice_minutes",
        ),
        ({"cancelling_notice_minutes": -1}, NoticeOutsideRange, "cancelling_notice_minutes"),
        ({"horizon_days": 0}, HorizonOutsideRange, "horizon_days"),
        ({"horizon_days": 732}, HorizonOutsideRange, "horizon_days"),
        ({"most_pending": 0}, MostPendingOutsideRange, "most_pending"),
        ({"most_pending": 10**30}, MostPendingOutsideRange, "most_pending"),
    ],
    ids=str,
)
def test_numbers_that_are_slips(
    changes: dict[str, Any], refusal: type[Refusal], field: str
) -> None:
    """Which one it is and what it may be is told."""
    with pytest.raises(refusal) as caught:
        check(**changes)
    assert caught.value.members["field"] == field
    assert caught.value.members["least"] <= caught.value.members["most"]


def test_a_notice_as_long_as_the_horizon_leaves_nothing_to_ask_for() -> None:
    """Each time would be too soon or too far."""
    with pytest.raises(NoticeBeyondHorizon):
        check(horizon_days=1, scheduling_notice_minutes=24 * 60)


@pytest.mark.parametrize("field", ["services", "clinicians"])
def test_nothing_is_listed_twice(field: str) -> None:
    """It might mean two things."""
    offers = getattr(SETTINGS, field)
    with pytest.raises(OfferedTwice) as caught:
        check(**{field: (*offers, offers[0])})
    assert UUID(caught.value.members["id"]) in (SESSION.id, DANA.id)
