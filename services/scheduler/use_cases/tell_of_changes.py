"""Tell an open page what changes: as long as its reader is admitted, and whatever the store does.

Who may see what is decided by the feed, for each change; that somebody is on the staff at all is
asked again every minute.
"""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from services.scheduler.domain.refusals import ActorNotStaff
from services.scheduler.live.feed import Feed
from services.scheduler.live.subscription import Quiet, Reset, Subscription
from services.scheduler.mongo.changes import Change
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.admit_staff import admit_staff
from shared.auth.actors import StaffActor
from shared.mongo import PyMongoError, is_outage


@dataclass(frozen=True, slots=True)
class Pace:
    """How often, in seconds, a quiet page hears that we are here, and its reader is admitted."""

    quiet: float = 10.0
    admission: float = 60.0


PACE: Final = Pace()


async def tell_of_changes(
    store: Store,
    actor: StaffActor,
    feed: Feed,
    subscription: Subscription,
    *,
    pace: Pace = PACE,
) -> AsyncIterator[Change | Reset | Quiet]:
    """Yield what the page is to hear; ends when the actor's token or place does, or the feed."""
    newest = subscription.heard or ""
    ask_again_at = min(time.time() + pace.admission, actor.expires_at)
    while True:
        told = await subscription.next(min(pace.quiet, ask_again_at - time.time()))
        if told is None and subscription.is_over:
            return
        if told is None:
            told = Quiet(feed.mark)  # read at once: nothing waits, so all up to there was told
        if time.time() >= ask_again_at:
            if not await _is_admitted(store, actor, time.time()):
                return
            ask_again_at = min(time.time() + pace.admission, actor.expires_at)
        if not isinstance(told, Change) and (told.position or "") <= newest:
            told = type(told)(None)  # a page's position never goes back
        newest = max(newest, told.position or "")
        yield told


async def _is_admitted(store: Store, actor: StaffActor, now: float) -> bool:
    if now >= actor.expires_at:
        return False
    try:
        await admit_staff(store, actor)
    except ActorNotStaff:
        return False
    except PyMongoError as error:
        if not is_outage(error):
            raise
    return True
