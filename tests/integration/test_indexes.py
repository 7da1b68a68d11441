"""Lists are read from an index, in order, however many rows there are.

What is asked here are the store's own calls; how they were answered is what MongoDB's profiler says
of them.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import uuid4

import pytest

from services.scheduler.domain.appointment_request import AppointmentRequest
from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo.indexes import migrate
from services.scheduler.mongo.request_queries import Order, RequestFilter, SortKey
from services.scheduler.mongo.requests import position_of
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.list_requests import COUNTED, PAST_YEAR
from shared import mongo
from shared.schemas.vocabulary import RequestStatus, RequestType
from tests.harness.large_practice import CLINICIANS, DANA, PRIYA, fill_with_requests
from tests.harness.practice import NOW
from tests.harness.query_plans import Reading, reading_of
from tests.harness.servers import Servers

ROWS: Final = 24_000
OF_DANA: Final = ROWS // len(CLINICIANS)
PAGE: Final = 51
SLACK: Final = 8
"""Keys beyond those of a page: one or two for each status and each end of a range."""

ORDERS: Final = [Order(key, down) for key in SortKey for down in (False, True)]
PENDING: Final = RequestFilter(
    statuses=frozenset({RequestStatus.PENDING}), made_from=NOW - PAST_YEAR
)
ALL_EVER: Final = RequestFilter(statuses=frozenset(RequestStatus))
A_YEAR_AGO: Final = {
    "from": NOW - timedelta(days=430),
    "until": NOW - timedelta(days=400),
}
LOOKED_FOR: Final = {
    "a type": replace(ALL_EVER, types=frozenset({RequestType.RESCHEDULE})),
    "a clinician": replace(ALL_EVER, clinician_id=DANA.id),
    "a clinician's pending": replace(PENDING, clinician_id=DANA.id),
    "new clients": replace(ALL_EVER, is_new=True),
    "made in a month": replace(
        ALL_EVER, made_from=A_YEAR_AGO["from"], made_until=A_YEAR_AGO["until"]
    ),
    "requested in a month": replace(
        ALL_EVER, requested_from=A_YEAR_AGO["from"], requested_until=A_YEAR_AGO["until"]
    ),
    "past its time": replace(PENDING, past_its_time_at=NOW),
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


async def page_of(
    store: Store, actor: StaffMember, wanted: RequestFilter, order: Order, *, skipped: int = 0
) -> tuple[Reading, list[AppointmentRequest]]:
    """Return how a page was read that begins after so many requests, and the page."""
    whole = await store.requests.find(actor, wanted, order, after=None, limit=skipped + PAGE)
    after = position_of(whole[skipped - 1], order) if skipped else None
    call = store.requests.find(actor, wanted, order, after=after, limit=PAGE)
    reading, page = await reading_of(store.database, "requests", call)
    assert page == whole[skipped:]
    return reading, page


async def count_of(
    store: Store, actor: StaffMember, wanted: RequestFilter, order: Order
) -> tuple[Reading, int]:
    """Return how the total was counted, and the total."""
    call = store.requests.count(actor, wanted, order, at_most=COUNTED + 1)
    return await reading_of(store.database, "requests", call)


@pytest.mark.parametrize("actor", [PRIYA, DANA], ids=name_of)
@pytest.mark.parametrize("order", ORDERS, ids=name_of)
@pytest.mark.parametrize("wanted", [PENDING, ALL_EVER], ids=["pending", "all ever"])
async def test_a_page_reads_little_more_than_itself(
    full: Store, actor: StaffMember, order: Order, wanted: RequestFilter
) -> None:
    """In every order, the first page and a later one alike."""
    # By name, the requests of other years are passed over, on the keys alone.
    most = 6 * PAGE if order.key is SortKey.CLIENT else 4 * PAGE
    for skipped in (0, 5 * PAGE if wanted is ALL_EVER or actor is PRIYA else 3 * PAGE):
        reading, page = await page_of(full, actor, wanted, order, skipped=skipped)

        assert len(page) == PAGE
        assert reading.from_index
        assert not reading.sorted_in_memory
        assert reading.documents <= PAGE + SLACK
        assert reading.keys <= (PAGE + SLACK if wanted is ALL_EVER else most), reading


@pytest.mark.parametrize("actor", [PRIYA, DANA], ids=name_of)
@pytest.mark.parametrize("order", ORDERS, ids=name_of)
@pytest.mark.parametrize("what", LOOKED_FOR)
async def test_what_is_looked_for_is_found_on_the_keys(
    full: Store, actor: StaffMember, order: Order, what: str
) -> None:
    """In every order: only the page's own documents are read, and no more than the actor's keys."""
    for skipped in (0, 25):
        reading, page = await page_of(full, actor, LOOKED_FOR[what], order, skipped=skipped)

        assert len(page) == PAGE
        assert reading.from_index
        assert not reading.sorted_in_memory
        assert reading.documents <= PAGE + SLACK
        assert reading.keys <= (ROWS if actor is PRIYA else OF_DANA) + SLACK


async def test_a_clinicians_requests_have_an_index_of_their_own(full: Store) -> None:
    """Priya looks at Dana's: others' keys are not read."""
    for wanted in (LOOKED_FOR["a clinician"], LOOKED_FOR["a clinician's pending"]):
        for descending in (False, True):
            order = Order(SortKey.REQUESTED, descending)
            reading, page = await page_of(full, PRIYA, wanted, order, skipped=2 * PAGE)
            assert len(page) == PAGE
            assert reading.keys <= PAGE + SLACK


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("name", ["m", "mar", "MAREK", "garc\u00eda", "o\u2019con"])
async def test_a_name_is_found_in_the_order_of_the_list(
    full: Store, name: str, descending: bool
) -> None:
    """However many there are of that name: a page reads little more than itself."""
    order = Order(SortKey.REQUESTED, descending)
    for skipped in (0, 2 * PAGE):
        reading, page = await page_of(
            full, PRIYA, replace(ALL_EVER, name=name), order, skipped=skipped
        )
        assert len(page) == PAGE
        assert not reading.sorted_in_memory
        assert reading.documents <= PAGE + SLACK
        assert reading.keys <= PAGE + SLACK


@pytest.mark.parametrize("order", [one for one in ORDERS if one.key is not SortKey.REQUESTED])
async def test_a_name_in_another_order_reads_those_of_that_name(full: Store, order: Order) -> None:
    """They are sorted then; requests of other names are not read."""
    wanted = replace(PENDING, name="mar")
    count = len(await full.requests.find(PRIYA, wanted, order, after=None, limit=ROWS))

    reading, page = await page_of(full, PRIYA, wanted, order, skipped=PAGE)

    assert len(page) == PAGE
    assert reading.from_index
    assert reading.keys <= 1.2 * count
    assert reading.documents <= count
    assert count < ROWS / 20


@pytest.mark.parametrize("order", ORDERS, ids=name_of)
@pytest.mark.parametrize("name", ["mar", "ma sm", "nobody of that name"])
async def test_a_clinician_finds_names_among_their_own(
    full: Store, order: Order, name: str
) -> None:
    """Their own requests are read in order until the page is full."""
    reading, _ = await page_of(full, DANA, replace(ALL_EVER, name=name), order)

    assert reading.from_index
    assert not reading.sorted_in_memory
    assert reading.keys <= OF_DANA + SLACK


async def test_a_name_of_two_words_reads_those_of_one(full: Store) -> None:
    """The longer beginning leads, the other is looked for among its requests."""
    wanted = replace(ALL_EVER, name="m garcia")
    garcias = await full.requests.count(
        PRIYA, replace(ALL_EVER, name="garcia"), Order(), at_most=ROWS
    )

    reading, page = await page_of(full, PRIYA, replace(wanted, name="m garcia x"), Order())
    assert page == []
    assert reading.keys <= garcias + SLACK
    reading, page = await page_of(full, PRIYA, wanted, Order())
    assert len(page) == PAGE
    assert reading.keys <= 10 * PAGE


@pytest.mark.parametrize("actor", [PRIYA, DANA], ids=name_of)
@pytest.mark.parametrize("order", ORDERS, ids=name_of)
@pytest.mark.parametrize("what", ["pending", "all ever", *LOOKED_FOR])
async def test_totals_are_counted_on_the_keys(
    full: Store, actor: StaffMember, order: Order, what: str
) -> None:
    """No document is read, and counting ends soon after a thousand."""
    wanted = {"pending": PENDING, "all ever": ALL_EVER, **LOOKED_FOR}[what]

    reading, total = await count_of(full, actor, wanted, order)

    assert total == len(await full.requests.find(actor, wanted, order, after=None, limit=1001))
    assert reading.from_index
    if what != "past its time":  # whether there is a time at all is not in the index
        assert reading.documents == 0
    if what == "all ever":
        assert reading.keys <= COUNTED + SLACK
    if what == "pending" and order.key is not SortKey.CLIENT:
        assert reading.keys <= 1.5 * COUNTED


async def test_a_name_is_counted_on_the_keys(full: Store) -> None:
    """The total beside a search costs no documents either."""
    reading, total = await count_of(full, PRIYA, replace(PENDING, name="mar"), Order())

    assert total > PAGE
    assert reading.documents == 0
    assert reading.keys <= 1.2 * total


async def test_migrating_again_changes_nothing(store: Store) -> None:
    """It may run at every deployment."""
    before = {
        name: await store.database[name].index_information()
        for name in await store.database.list_collection_names()
    }

    await migrate(store.database)

    after = {
        name: await store.database[name].index_information()
        for name in await store.database.list_collection_names()
    }
    assert before == after
    assert set(after) >= {"requests", "appointments", "calendar_days", "history", "outbox"}
