"""The query parameters of the list of requests (PRODUCT 3.2)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.scheduler.domain.appointment_request import RequestStatus
from services.scheduler.http_api import cursors
from services.scheduler.http_api.cursors import CursorParameter
from services.scheduler.http_api.dependencies import utc_now
from services.scheduler.mongo.request_queries import (
    ListPosition,
    Order,
    RequestFilter,
    SortKey,
)
from services.scheduler.use_cases.list_requests import PAST_YEAR
from shared.schemas.fields import ShortText, UtcDatetime
from shared.schemas.vocabulary import RequestType


class Sort(StrEnum):
    """By the time asked for, by when it was made, by the client's name; `-` is the other way."""

    REQUESTED = "requested"
    REQUESTED_LATEST = "-requested"
    MADE = "made"
    MADE_LATEST = "-made"
    CLIENT = "client"
    CLIENT_LAST = "-client"


@dataclass(frozen=True, slots=True)
class Listing:
    """What is to be listed, from where, as of `now` (UTC)."""

    filter: RequestFilter
    order: Order
    after: ListPosition | None
    now: datetime

    def cursor_of(self, end: ListPosition | None) -> str | None:
        """Return the cursor of the next page."""
        if end is None:
            return None
        return cursors.encode(_name(self.order), end.value, end.request_id)


async def listing(
    status: Annotated[
        list[RequestStatus] | None, Query(max_length=4, description="By default `pending`.")
    ] = None,
    type_: Annotated[list[RequestType] | None, Query(alias="type", max_length=3)] = None,
    clinician_id: Annotated[UUID | None, Query(description="Who was asked for.")] = None,
    client: Annotated[
        ShortText | None,
        Query(description="Beginnings of words of the client's name; no matter case and accents."),
    ] = None,
    is_new: Annotated[bool | None, Query(description="Clients without a record.")] = None,
    requested_from: UtcDatetime | None = None,
    requested_until: Annotated[UtcDatetime | None, Query(description="Not included.")] = None,
    made_from: Annotated[
        UtcDatetime | None, Query(description="By default a year ago; give an older one for more.")
    ] = None,
    made_until: Annotated[UtcDatetime | None, Query(description="Not included.")] = None,
    past_its_time: Annotated[
        bool, Query(description="Only those that wait although their time is over.")
    ] = False,
    sort: Sort = Sort.REQUESTED,
    cursor: CursorParameter = None,
) -> Listing:
    """Return what is to be listed."""
    now = utc_now()
    statuses = frozenset(status or [RequestStatus.PENDING])
    if past_its_time:
        statuses = frozenset({RequestStatus.PENDING})
    wanted = RequestFilter(
        statuses=statuses,
        types=frozenset(type_) if type_ else None,
        clinician_id=clinician_id,
        name=client,
        is_new=is_new,
        requested_from=requested_from,
        requested_until=requested_until,
        made_from=made_from or now - PAST_YEAR,
        made_until=made_until,
        past_its_time_at=now if past_its_time else None,
    )
    order = Order(SortKey(sort.value.removeprefix("-")), descending=sort.value.startswith("-"))
    return Listing(wanted, order, _position(cursor, order), now)


def _position(cursor: str | None, order: Order) -> ListPosition | None:
    decode = cursors.decode_text if order.key is SortKey.CLIENT else cursors.decode_instant
    position = decode(cursor, _name(order))
    return None if position is None else ListPosition(*position)


def _name(order: Order) -> str:
    return f"{'-' if order.descending else ''}{order.key.value}"
