"""The list of requests holds what was looked for, in order, page by page (PRODUCT 3.2)."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from services.scheduler.domain.appointment_request import AppointmentRequest
from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo.indexes import migrate
from services.scheduler.mongo.request_queries import (
    ListPosition,
    Order,
    RequestFilter,
    SortKey,
)
from services.scheduler.mongo.search import search_words, sort_key
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.list_requests import COUNTED, Total, list_requests
from shared import mongo
from shared.schemas.vocabulary import RequestStatus, RequestType
from tests.harness.large_practice import CLINICIANS, DANA, PRIYA, fill_with_requests
from tests.harness.practice import NOW, SmallPractice, approve, later
from tests.harness.servers import Servers

ROWS: Final = 1500
PENDING, APPROVED = RequestStatus.PENDING, RequestStatus.APPROVED
EVERYTHING: Final = RequestFilter(statuses=frozenset(RequestStatus))
ORDERS: Final = [Order(key, down) for key in SortKey for down in (False, True)]
HALF: Final = NOW - timedelta(days=500)

Says = Callable[[AppointmentRequest], bool]


def begins(word: str) -> Says:
    """Say whether a word of the client's name begins so."""
    return lambda one: any(w.startswith(word) for w in search_words(one.requester.name))


FILTERS: Final[dict[str, tuple[dict[str, Any], Says]]] = {
    "everything": ({}, lambda _: True),
    "statuses": (
        {"statuses": frozenset({PENDING, APPROVED})},
        lambda one: one.status in (PENDING, APPROVED),
    ),
    "types": (
        {"types": frozenset({RequestType.RESCHEDULE, RequestType.CANCELLATION})},
        lambda one: one.type is not RequestType.NEW,
    ),
    "clinician": (
        {"clinician_id": CLINICIANS[1]},
        lambda one: one.asked.clinician_id == CLINICIANS[1],
    ),
    "new clients": ({"is_new": True}, lambda one: one.requester.is_new),
    "known clients": ({"is_new": False}, lambda one: not one.requester.is_new),
    "name": ({"name": "Mar"}, begins("mar")),
    "two names": (
        {"name": "smith m"},
        lambda one: begins("smith")(one) and begins("m")(one),
    ),
    "requested": (
        {"requested_from": HALF, "requested_until": HALF + timedelta(days=60)},
        lambda one: HALF <= one.relevant_time < HALF + timedelta(days=60),
    ),
    "made": (
        {"made_from": HALF, "made_until": HALF + timedelta(days=60)},
        lambda one: HALF <= one.submitted_at < HALF + timedelta(days=60),
    ),
    "past its time": (
        {"statuses": frozenset({PENDING}), "past_its_time_at": HALF},
        lambda one: one.is_past_its_time(HALF),
    ),
    "all of it": (
        {
            "statuses": frozenset({APPROVED}),
            "clinician_id": DANA.id,
            "name": "m",
            "made_from": HALF,
            "is_new": False,
        },
        lambda one: (
            one.status is APPROVED
            and one.asked.clinician_id == DANA.id
            and begins("m")(one)
            and one.submitted_at >= HALF
            and not one.requester.is_new
        ),
    ),
}


@pytest.fixture(scope="module")
async def full(servers: Servers) -> AsyncIterator[Store]:
    """A practice with the requests of three years."""
    client = mongo.connect(servers.mongodb.url)
    store = Store(client, f"test_{uuid4().hex}")
    await migrate(store.database)
    await fill_with_requests(store, ROWS)
    yield store
    await client.drop_database(store.database.name)
    await mongo.close(client)


def name_of(value: object) -> str | None:
    """Name a case."""
    if isinstance(value, Order):
        return f"{'-' if value.descending else ''}{value.key.value}"
    return value.name if isinstance(value, StaffMember) else None


async def pages(
    store: Store, actor: StaffMember, wanted: RequestFilter, order: Order, *, limit: int
) -> list[AppointmentRequest]:
    """Return all of a list, page by page."""
    found: list[AppointmentRequest] = []
    after: ListPosition | None = None
    while True:
        page = await list_requests(store, actor, wanted, order, after=after, limit=limit)
        assert (page.total is None) is (after is not None)
        found += page.requests
        if page.end is None:
            return found
        assert len(page.requests) == limit
        after = page.end


def in_order(requests: Iterable[AppointmentRequest], order: Order) -> list[UUID]:
    """Return the ids in the order of a list."""
    values: dict[SortKey, Callable[[AppointmentRequest], Any]] = {
        SortKey.REQUESTED: lambda one: one.relevant_time,
        SortKey.MADE: lambda one: one.submitted_at,
        SortKey.CLIENT: lambda one: sort_key(one.requester.name),
    }
    by = values[order.key]
    ranked = sorted(requests, key=lambda one: (by(one), one.id), reverse=order.descending)
    return [one.id for one in ranked]


@pytest.mark.parametrize("order", ORDERS, ids=name_of)
@pytest.mark.parametrize("what", FILTERS)
@pytest.mark.parametrize("actor", [PRIYA, DANA], ids=name_of)
async def test_pages_hold_what_was_looked_for_in_order(
    full: Store, actor: StaffMember, what: str, order: Order
) -> None:
    """Exactly that, each once, and the total says how many."""
    known = await full.requests.find(PRIYA, EVERYTHING, Order(), after=None, limit=ROWS)
    assert len(known) == ROWS
    fields, says = FILTERS[what]
    wanted = replace(EVERYTHING, **fields)
    expected = [one for one in known if says(one) and actor in (PRIYA, one_who_sees(one))]

    found = await pages(full, actor, wanted, order, limit=200 if len(expected) > 300 else 17)

    assert [one.id for one in found] == in_order(expected, order)
    assert actor is DANA or len(expected) > 17 or what == "all of it"
    first = await list_requests(full, actor, wanted, order, after=None, limit=1)
    assert first.total == Total(min(len(expected), COUNTED), len(expected) > COUNTED)


def one_who_sees(request: AppointmentRequest) -> StaffMember | None:
    """Return Dana where the request is of her client."""
    return DANA if request.asked.clinician_id == DANA.id else None


async def test_a_page_stays_where_it_is_while_rows_change(small: SmallPractice) -> None:
    """What is decided or arrives between two pages neither repeats nor hides another request."""
    requests = [await small.receive(start=later(days=day)) for day in range(6)]
    wanted = RequestFilter(statuses=frozenset({PENDING}))
    first = await list_requests(small.store, small.priya, wanted, Order(), after=None, limit=3)
    assert [one.id for one in first.requests] == requests[:3]

    await approve(small, requests[0])
    await approve(small, requests[2])  # which the cursor names
    early = await small.receive(start=later(minutes=15))
    second = await list_requests(
        small.store, small.priya, wanted, Order(), after=first.end, limit=10
    )

    assert [one.id for one in second.requests] == requests[3:]
    again = await list_requests(small.store, small.priya, wanted, Order(), after=None, limit=10)
    assert [one.id for one in again.requests] == [early, requests[1], *requests[3:]]


async def test_what_is_alike_in_the_order_is_paged_by_id(small: SmallPractice) -> None:
    """Many for the same hour, made at the same moment, by the same client."""
    requests = sorted([await small.receive() for _ in range(7)])
    wanted = RequestFilter(statuses=frozenset({PENDING}))
    for order in ORDERS:
        found = await pages(small.store, small.priya, wanted, order, limit=2)
        expected = requests[::-1] if order.descending else requests
        assert [one.id for one in found] == expected


async def test_a_list_of_nothing_is_empty(small: SmallPractice) -> None:
    """No end to go on from, and a total of none."""
    wanted = RequestFilter(statuses=frozenset({PENDING}), name="nobody")
    page = await list_requests(small.store, small.priya, wanted, Order(), after=None, limit=5)
    assert (page.requests, page.end, page.total) == ([], None, Total(0, is_more=False))
