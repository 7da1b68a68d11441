"""What a practice's portal is told, put together from its settings and records."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.scheduler.domain.people import Practice, Service, StaffMember
from services.scheduler.domain.portal_settings import PortalSettings, never_set, to_policy
from services.scheduler.domain.refusals import PracticeNotFound
from services.scheduler.mongo.store import Store
from shared.auth.actors import PortalActor
from shared.portal.policy import PortalPolicy


@dataclass(frozen=True, slots=True)
class Portal:
    """A practice and its policy."""

    practice: Practice
    policy: PortalPolicy


async def open_portal(store: Store, actor: PortalActor, slug: str | None = None) -> Portal:
    """Return the portal of the actor's own practice.

    Raises:
        PracticeNotFound: it has another slug, or is gone; another practice's looks the same.

    """
    practice = await store.practices.get(actor.practice_id)
    if practice is None or slug not in (None, practice.slug):
        raise PracticeNotFound
    return Portal(practice, await policy_of(store, practice))


async def open_portal_for(
    store: Store,
    actor: PortalActor,
    slug: str,
    *,
    service_id: UUID | None,
    clinician_id: UUID | None,
) -> Portal:
    """Return the same with one service alone, and one clinician where one is named.

    So that what is open with one takes no longer in a practice of two hundred.

    Raises:
        PracticeNotFound: it has another slug, or is gone; another practice's looks the same.

    """
    practice = await store.practices.get(actor.practice_id)
    if practice is None or slug != practice.slug:
        raise PracticeNotFound
    services = store.services.get_many(set() if service_id is None else {service_id})
    staff = (
        store.staff.of_practice(practice.id)
        if clinician_id is None
        else _one_of(store, practice.id, clinician_id)
    )
    settings, found, members = await asyncio.gather(
        store.portal_settings.get(practice.id), services, staff
    )
    own = [service for service in found.values() if service.practice_id == practice.id]
    # Who has no hours has no open times either: nobody need look that up before.
    working = frozenset(member.id for member in members)
    return Portal(practice, _policy(practice, settings, own, members, working))


async def _one_of(store: Store, practice_id: UUID, staff_id: UUID) -> list[StaffMember]:
    member = await store.staff.get(practice_id, staff_id)
    return [] if member is None else [member]


async def policy_of(store: Store, practice: Practice) -> PortalPolicy:
    """Return a practice's policy."""
    settings, services, staff, working = await asyncio.gather(
        store.portal_settings.get(practice.id),
        store.services.of_practice(practice.id),
        store.staff.of_practice(practice.id),
        store.work_schedules.working_in(practice.id),
    )
    return _policy(practice, settings, services, staff, working)


def _policy(
    practice: Practice,
    settings: PortalSettings,
    services: Sequence[Service],
    staff: Sequence[StaffMember],
    working: Collection[UUID],
) -> PortalPolicy:
    if not settings.was_set:
        settings = never_set(practice.id, services, staff)
    return to_policy(practice, settings, services, staff, working)


async def portals_ever_set(store: Store, practice_ids: set[UUID]) -> dict[UUID, Portal]:
    """Return the portals of those practices that ever set theirs; for taking requests in."""
    ever_set = await store.portal_settings.get_many(practice_ids)
    practices = await asyncio.gather(*(store.practices.get(one) for one in ever_set))
    found = [practice for practice in practices if practice is not None]
    policies = await asyncio.gather(*(policy_of(store, practice) for practice in found))
    return {
        practice.id: Portal(practice, policy)
        for practice, policy in zip(found, policies, strict=True)
    }
