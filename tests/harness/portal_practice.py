"""A small practice with its portal open, and clinicians who work."""

from dataclasses import replace
from datetime import time
from typing import Any

from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.portal_settings import (
    ClinicianOffer,
    PortalSettings,
    ServiceOffer,
)
from services.scheduler.domain.work_schedule import WeeklyHours, WorkSchedule
from shared.portal.policy import Audience
from tests.harness.practice import SmallPractice


async def open_portal_of(small: SmallPractice, **changes: Any) -> PortalSettings:
    """Let clients ask for the session with Dana and Marcus, who work from nine to five.

    `changes` are of the settings.
    """
    settings = replace(
        PortalSettings(
            small.practice.id,
            is_open=True,
            services=(ServiceOffer(small.session.id, Audience.BOTH),),
            clinicians=(
                ClinicianOffer(small.dana.id, accepts_new_clients=True),
                ClinicianOffer(small.marcus.id, accepts_new_clients=False),
            ),
            version=1,
        ),
        **changes,
    )
    await small.store.portal_settings.save(settings)
    for clinician in (small.dana, small.marcus):
        await small.store.work_schedules.save(hours_of(clinician))
    return settings


def hours_of(clinician: StaffMember, **changes: Any) -> WorkSchedule:
    """Return hours from nine to five on every day, in steps of a quarter of an hour."""
    weekly = tuple(WeeklyHours(day, time(9), time(17)) for day in range(7))
    return replace(WorkSchedule(clinician.id, clinician.practice_id, weekly=weekly), **changes)


WREN: dict[str, str] = {
    "name": "Wren Abernathy",
    "birth_date": "1991-05-06",
    "email": "wren@example.org",
    "phone": "+1 212 555 0199",
}
"""A new client."""
