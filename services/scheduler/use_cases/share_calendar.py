"""Share a clinician's calendar under a secret, say whether it is shared, and stop sharing it."""

import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import CalendarNotFound, NotPermitted
from services.scheduler.mongo.calendar_feeds import CalendarFeed
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.list_staff import find_member

_SECRET_BYTES: Final = 32


async def share_calendar(
    store: Store, actor: StaffMember, clinician_id: UUID, *, now: datetime
) -> tuple[CalendarFeed, str]:
    """Return the feed and its secret, which nobody can read again; the one before ends.

    Raises:
        StaffNotFound, NotPermitted: only one's own, and a practice scheduler everybody's.
        CalendarNotFound: they cannot be booked.

    """
    clinician = await _may_share(store, actor, clinician_id)
    if not clinician.bookable:
        raise CalendarNotFound
    feed = CalendarFeed(clinician.id, clinician.practice_id, now)
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    await store.calendar_feeds.replace(feed, secret)
    return feed, secret


async def shared_calendar(
    store: Store, actor: StaffMember, clinician_id: UUID
) -> CalendarFeed | None:
    """Return the feed, if there is one; raises StaffNotFound, NotPermitted."""
    return await store.calendar_feeds.get(await _may_share(store, actor, clinician_id))


async def stop_sharing_calendar(store: Store, actor: StaffMember, clinician_id: UUID) -> bool:
    """End the feed; say whether there was one. Raises StaffNotFound, NotPermitted."""
    return await store.calendar_feeds.remove(await _may_share(store, actor, clinician_id))


async def _may_share(store: Store, actor: StaffMember, clinician_id: UUID) -> StaffMember:
    clinician = await find_member(store, actor, clinician_id)
    if clinician.id != actor.id and not actor.runs_the_practice:
        raise NotPermitted
    return clinician
