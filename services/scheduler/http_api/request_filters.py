"""What the list of requests may be asked for (PRODUCT 3.2)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from services.scheduler.http_api import cursors
from services.scheduler.http_api.inputs import Input
from services.scheduler.mongo.request_queries import (
    ListPosition,
    Order,
    RequestFilter,
    SortKey,
)
from services.scheduler.use_cases.list_requests import PAST_YEAR
from shared.schemas.fields import ShortText, UtcDatetime
from shared.schemas.vocabulary import RequestStatus, RequestType


class Sort(StrEnum):
    """By the time asked for, by when it was made, by the client's name; `-` is the other way."""

    REQUESTED = "requested"
    REQUESTED_LATEST = "-requested"
    MADE = "made"
    MADE_LATEST = "-made"
    CLIENT = "client"
    CLIENT_LAST = "-client"


class ListInput(Input):
    """Which requests, in which order, and how many; all of it goes into a URL, so no name does."""

    status: Annotated[list[RequestStatus], Field(min_length=1, max_length=4)] = Field(
        default=[RequestStatus.PENDING]
    )
    type: Annotated[list[RequestType] | None, Field(max_length=3)] = None
    clinician_id: UUID | None = Field(default=None, description="Who was asked for.")
    is_new: bool | None = Field(default=None, description="Clients without a record.")
    requested_from: UtcDatetime | None = None
    requested_until: UtcDatetime | None = Field(default=None, description="Not included.")
    made_from: UtcDatetime | None = Field(
        default=None, description="By default a year ago; give an older one for more."
    )
    made_until: UtcDatetime | None = Field(default=None, description="Not included.")
    past_its_time: bool = Field(
        default=False, description="Only those that wait although their time is over."
    )
    sort: Sort = Sort.REQUESTED
    cursor: str | None = Field(
        default=None, max_length=400, description="`next_cursor` of the page before."
    )
    limit: int = Field(default=50, ge=1, le=200)


class SearchInput(ListInput):
    """The same with the name of a client: a body, since names do not belong into URLs."""

    client: ShortText = Field(
        description="Beginnings of words of the name; no matter case and accents."
    )


@dataclass(frozen=True, slots=True)
class Listing:
    """What is to be listed, from where, as of `now` (UTC)."""

    filter: RequestFilter
    order: Order
    after: ListPosition | None
    limit: int
    now: datetime

    @classmethod
    def of(cls, asked: ListInput, now: datetime) -> Self:
        """Return what is asked for; raises UnknownCursor."""
        statuses = frozenset(asked.status)
        wanted = RequestFilter(
            statuses=frozenset({RequestStatus.PENDING}) if asked.past_its_time else statuses,
            types=frozenset(asked.type) if asked.type else None,
            clinician_id=asked.clinician_id,
            name=asked.client if isinstance(asked, SearchInput) else None,
            is_new=asked.is_new,
            requested_from=asked.requested_from,
            requested_until=asked.requested_until,
            made_from=asked.made_from or now - PAST_YEAR,
            made_until=asked.made_until,
            past_its_time_at=now if asked.past_its_time else None,
        )
        descending = asked.sort.value.startswith("-")
        order = Order(SortKey(asked.sort.value.removeprefix("-")), descending=descending)
        return cls(wanted, order, _position(asked.cursor, order), asked.limit, now)

    def cursor_of(self, end: ListPosition | None) -> str | None:
        """Return the cursor of the next page."""
        if end is None:
            return None
        instant = end.value if isinstance(end.value, datetime) else None
        return cursors.encode(_name(self.order), instant, end.request_id)


def _position(cursor: str | None, order: Order) -> ListPosition | None:
    if order.key is SortKey.CLIENT:
        last = cursors.decode_id(cursor, _name(order))
        return None if last is None else ListPosition(None, last)
    position = cursors.decode_instant(cursor, _name(order))
    return None if position is None else ListPosition(*position)


def _name(order: Order) -> str:
    return f"{'-' if order.descending else ''}{order.key.value}"
