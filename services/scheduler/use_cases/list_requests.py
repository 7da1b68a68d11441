"""List requests: without a filter, all that are pending of the past year (PRODUCT 3.2)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from services.scheduler.domain.appointment_request import AppointmentRequest
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import UnknownCursor
from services.scheduler.mongo.request_queries import ListPosition, Order, RequestFilter
from services.scheduler.mongo.requests import position_of
from services.scheduler.mongo.store import Store

PAST_YEAR: Final = timedelta(days=365)
COUNTED: Final = 1000


@dataclass(frozen=True, slots=True)
class Total:
    """How many there are: `count`, or more than that when `is_more`."""

    count: int
    is_more: bool

    @classmethod
    def of(cls, counted: int) -> "Total":
        """Return the total from a count that stopped just after COUNTED."""
        return cls(min(counted, COUNTED), counted > COUNTED)


@dataclass(frozen=True, slots=True)
class Page:
    """Requests in the order asked for; `end` is None on the last page.

    `total` is told with the first page alone.
    """

    requests: Sequence[AppointmentRequest]
    end: ListPosition | None
    total: Total | None


async def list_requests(
    store: Store,
    actor: StaffMember,
    wanted: RequestFilter,
    order: Order,
    *,
    after: ListPosition | None,
    limit: int,
) -> Page:
    """Return a page of what the actor may see; a page stays where it is while rows change.

    Raises:
        UnknownCursor: the position is of a request that the actor may not see any more.

    """
    if after is not None and after.value is None:
        last = await store.requests.get(actor, after.request_id)
        if last is None:
            raise UnknownCursor
        after = position_of(last, order)
    found, total = await asyncio.gather(
        store.requests.find(actor, wanted, order, after=after, limit=limit + 1),
        _total(store, actor, wanted, order, after),
    )
    requests = found[:limit]
    end = position_of(requests[-1], order) if len(found) > limit else None
    return Page(requests, end, total)


async def _total(
    store: Store,
    actor: StaffMember,
    wanted: RequestFilter,
    order: Order,
    after: ListPosition | None,
) -> Total | None:
    if after is not None:
        return None
    counted = await store.requests.count(actor, wanted, order, at_most=COUNTED + 1)
    return Total.of(counted)
