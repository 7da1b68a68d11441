"""Read and set what the practice's portal lets clients do (PRODUCT 2)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from services.scheduler.domain.people import Service, StaffMember
from services.scheduler.domain.permissions import Permission, require_permission
from services.scheduler.domain.portal_rules import check_portal_settings
from services.scheduler.domain.portal_settings import PortalSettings, never_set
from services.scheduler.domain.refusals import StaleVersion
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.decide import require_version


class NotRequestableReason(StrEnum):
    """Why clients cannot ask for a clinician who is on the portal."""

    NO_WORK_SCHEDULE = "no-work-schedule"
    NOT_ACTIVE = "not-active"


@dataclass(frozen=True, slots=True)
class NotRequestable:
    """A clinician on the portal for whom there is nothing to ask (PRODUCT 1.1)."""

    staff_id: UUID
    reason: NotRequestableReason


@dataclass(frozen=True, slots=True)
class ShownSettings:
    """The settings, and who of the clinicians on the portal cannot be asked for all the same."""

    settings: PortalSettings
    not_requestable: tuple[NotRequestable, ...]


@dataclass(frozen=True, slots=True)
class _Held:
    """The settings that hold, and the practice's records that they are about."""

    settings: PortalSettings
    services: Sequence[Service]
    staff: Sequence[StaffMember]
    working: frozenset[UUID]

    def shown(self, settings: PortalSettings) -> ShownSettings:
        bookable = {member.id for member in self.staff if member.bookable}
        return ShownSettings(
            settings,
            tuple(
                NotRequestable(
                    offer.staff_id,
                    NotRequestableReason.NO_WORK_SCHEDULE
                    if offer.staff_id in bookable
                    else NotRequestableReason.NOT_ACTIVE,
                )
                for offer in settings.clinicians
                if offer.staff_id not in bookable or offer.staff_id not in self.working
            ),
        )


async def read_portal_settings(store: Store, actor: StaffMember) -> ShownSettings:
    """Return what holds in the actor's practice; of version 0 while nothing was ever set."""
    held = await _held(store, actor.practice_id)
    return held.shown(held.settings)


async def edit_portal_settings(
    store: Store, actor: StaffMember, wanted: PortalSettings
) -> ShownSettings:
    """Replace the settings that have the version of `wanted`; without a change they stay.

    Raises:
        NotPermitted, StaleVersion, and what `check_portal_settings` raises

    """
    require_permission(actor, Permission.EDIT_PORTAL_SETTINGS)
    held = await _held(store, actor.practice_id)
    before = held.settings
    require_version(before.version, wanted.version)
    check_portal_settings(wanted, before, held.services, held.staff)
    if wanted == before and before.was_set:
        return held.shown(before)
    after = replace(wanted, version=before.version + 1)
    if not await store.portal_settings.replace(before, after):
        raise StaleVersion
    return held.shown(after)


async def _held(store: Store, practice_id: UUID) -> _Held:
    settings, services, staff, working = await asyncio.gather(
        store.portal_settings.get(practice_id),
        store.services.of_practice(practice_id),
        store.staff.of_practice(practice_id),
        store.work_schedules.working_in(practice_id),
    )
    if not settings.was_set:
        settings = never_set(practice_id, services, staff)
    return _Held(settings, services, staff, working)
