"""List requests: without a filter, all that are pending of the past year (PRODUCT 3.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.scheduler.domain.appointment_request import AppointmentRequest, RequestStatus
from services.scheduler.mongo.requests import ListPosition
from services.scheduler.mongo.store import Store
from shared.auth.actors import StaffActor

PAST_YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Page:
    """Requests in the order of the time they are about; `end` is None on the last page."""

    requests: Sequence[AppointmentRequest]
    end: ListPosition | None


async def list_requests(
    store: Store,
    actor: StaffActor,
    *,
    status: RequestStatus,
    after: ListPosition | None,
    limit: int,
    now: datetime,
) -> Page:
    """Return a page of what the actor may see; a page stays where it is while rows change."""
    found = await store.requests.list_by_status(
        actor, status, made_since=now - PAST_YEAR, after=after, limit=limit + 1
    )
    requests = found[:limit]
    if len(found) <= limit:
        return Page(requests, None)
    last = requests[-1]
    return Page(requests, ListPosition(last.relevant_time, last.id))
