"""From what somebody looks for to a query, its order, and the index that answers it.

Which index is said, not left to the planner: it would choose by a trial on today's data, and the
next search would keep its choice.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo.access import visible_to
from services.scheduler.mongo.search import name_begins
from shared.mongo import Document
from shared.schemas.vocabulary import RequestStatus, RequestType


class SortKey(StrEnum):
    """By the time a request is about, by when it was made, or by the client's name."""

    REQUESTED = "requested"
    MADE = "made"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted; requests that are alike there are sorted by id."""

    key: SortKey = SortKey.REQUESTED
    descending: bool = False

    @property
    def field(self) -> str:
        """The document's field."""
        return _FIELDS[self.key]


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """Which requests; None leaves it open. Instants in UTC, from (included) until (not included).

    `past_its_time_at` takes those whose time was over then. `asked_from` and `asked_until` are of
    the time asked for alone; of what was made only after that time, some may be left out.
    """

    statuses: frozenset[RequestStatus]
    types: frozenset[RequestType] | None = None
    clinician_id: UUID | None = None
    name: str | None = None
    is_new: bool | None = None
    requested_from: datetime | None = None
    requested_until: datetime | None = None
    made_from: datetime | None = None
    made_until: datetime | None = None
    past_its_time_at: datetime | None = None
    client_id: UUID | None = None
    asked_from: datetime | None = None
    asked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListPosition:
    """Where a page ended: the value it is sorted by (an instant or a name), and the id.

    None is a name that a cursor does not hold and that is read again.
    """

    value: datetime | str | None
    request_id: UUID


_FIELDS: Final = {
    SortKey.REQUESTED: "relevant_time",
    SortKey.MADE: "submitted_at",
    SortKey.CLIENT: "client.search.sort",
}


def to_query(actor: StaffMember, wanted: RequestFilter) -> Document:
    """Return the query for what the actor may see of it."""
    query = visible_to(actor)
    query["status"] = {"$in": sorted(status.value for status in wanted.statuses)}
    if wanted.types is not None:
        query["type"] = {"$in": sorted(kind.value for kind in wanted.types)}
    if wanted.clinician_id is not None:
        query["asked.clinician_id"] = wanted.clinician_id
    if wanted.is_new is not None:
        query["client.is_new"] = wanted.is_new
    if wanted.client_id is not None:
        query["client.client_id"] = wanted.client_id
    conditions = [
        _range("relevant_time", wanted.requested_from, wanted.requested_until),
        _range("submitted_at", wanted.made_from, wanted.made_until),
        # A request is about no time before it was made: so the index need not be read from its
        # beginning for the requests of a year.
        _range("relevant_time", wanted.made_from, None),
        _range("asked.start", wanted.asked_from, wanted.asked_until),
        _range("relevant_time", wanted.asked_from, wanted.asked_until),
    ]
    if wanted.past_its_time_at is not None:
        conditions.append(_range("relevant_time", None, wanted.past_its_time_at))
        conditions.append(
            {"$or": [{"asked.start": {"$ne": None}}, {"asked.original_start": {"$ne": None}}]}
        )
    if wanted.name is not None:
        conditions.append(name_begins("client.search", wanted.name))
    found = [condition for condition in conditions if condition]
    return {**query, "$and": found} if found else query


def after(position: ListPosition, order: Order) -> Document:
    """Return the condition for what comes after a position.

    With one range, at which the index is entered: an `$or` could be answered by reading all that
    is left and sorting it.
    """
    beyond, not_beyond = ("$lte", "$gte") if order.descending else ("$gte", "$lte")
    return {
        order.field: {beyond: position.value},
        "$nor": [{order.field: position.value, "_id": {not_beyond: position.request_id}}],
    }


def to_sort(order: Order) -> list[tuple[str, int]]:
    """Return the order as MongoDB takes it."""
    direction = -1 if order.descending else 1
    return [(order.field, direction), ("_id", direction)]


def index_for(actor: StaffMember, wanted: RequestFilter, order: Order) -> str:
    """Return the name of the index to read (`mongo.indexes`).

    Who sees only some requests reads those in order, whatever they look for: they are few enough.
    A name leads to the requests of that name, which are sorted then if need be: an index of names
    for each order would double what it takes to write a request.
    """
    if not actor.runs_the_practice:
        return f"visible_by_{order.key.value}"
    if wanted.client_id is not None:
        return "of_client"
    if wanted.name is not None:
        return "by_name"
    if wanted.clinician_id is not None and order.key is SortKey.REQUESTED:
        return "by_clinician"
    return f"by_{order.key.value}"


def _range(field: str, first: datetime | None, until: datetime | None) -> Document:
    bounds: Document = {}
    if first is not None:
        bounds["$gte"] = first
    if until is not None:
        bounds["$lt"] = until
    return {field: bounds} if bounds else {}
