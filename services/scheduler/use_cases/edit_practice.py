"""Edit the practice: how it is reached, where it is, when it is closed, what it e-mails."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.scheduler.domain.email_settings import EmailSettings
from services.scheduler.domain.people import Closure, Practice, StaffMember
from services.scheduler.domain.permissions import Permission, require_permission
from services.scheduler.domain.refusals import StaleVersion
from services.scheduler.domain.schedule_rules import check_closures
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_appointment import find_practice
from services.scheduler.use_cases.decide import require_version


@dataclass(frozen=True, slots=True)
class PracticeDetails:
    """All of a practice that can be edited; see `Practice`."""

    name: str
    time_zone: str
    phone: str | None
    email: str | None
    locations: tuple[str, ...]
    closures: tuple[Closure, ...]
    emails: EmailSettings


async def edit_practice(
    store: Store,
    actor: StaffMember,
    wanted: PracticeDetails,
    *,
    expected_version: int,
    now: datetime,
) -> Practice:
    """Replace the details; when they are so already, the version stays.

    Raises:
        NotPermitted, StaleVersion, DaysReversed, DaysTooFar

    """
    require_permission(actor, Permission.EDIT_PRACTICE)
    before = await find_practice(store, actor)
    require_version(before.version, expected_version)
    check_closures(wanted.closures, now.date())
    after = replace(
        before,
        name=wanted.name,
        time_zone=wanted.time_zone,
        phone=wanted.phone,
        email=wanted.email,
        locations=wanted.locations,
        closures=wanted.closures,
        emails=wanted.emails,
    )
    if after == before:
        return before
    after = replace(after, version=before.version + 1)
    if not await store.practices.replace(before, after):
        raise StaleVersion
    return after
