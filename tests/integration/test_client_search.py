"""Clients by name: search, pages, who sees whom, and which index answers it."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.mongo.clients import ClientFilter, to_document
from services.scheduler.mongo.search import sort_key
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.list_clients import list_clients
from services.scheduler.use_cases.list_requests import COUNTED, Total
from tests.harness.practice import SmallPractice, open_practice
from tests.harness.query_plans import readings_of

NAMES = (
    "\u00c9lodie Dupont",
    "Elena Petrova",
    "elias O'Connell",
    "S\u00f8ren Dahl",
    "Dahlia Elm",
    "Bartholomew-James Christophersen",
)


@pytest.fixture
async def small(store: Store) -> SmallPractice:
    """A practice of eight clients; Dana has two of the names, and Amara."""
    opened = await open_practice(store)
    other = await open_practice(store)
    for number, name in enumerate(NAMES):
        of_dana = (opened.dana.id,) if number < 2 else ()
        one = replace(opened.amara, id=uuid4(), name=name, assigned_staff_ids=of_dana)
        await store.clients.add(one)
    await store.clients.add(replace(other.amara, id=uuid4(), name="Elena Elsewhere"))
    return opened


async def found(small: SmallPractice, actor: StaffMember, **wanted: object) -> list[str]:
    """Return the names that somebody finds, in order."""
    page = await list_clients(
        small.store,
        actor,
        ClientFilter(**wanted),  # type: ignore[arg-type]
        after=None,
        limit=100,
    )
    assert page.end is None
    assert page.total == Total(len(page.clients), is_more=False)
    return [client.name for client in page.clients]


async def test_clients_are_listed_by_name(small: SmallPractice) -> None:
    """As people sort names: no matter case and accents."""
    assert await found(small, small.priya) == [
        "Amara",
        "Bartholomew-James Christophersen",
        "Dahlia Elm",
        "Elena Petrova",
        "elias O'Connell",
        "\u00c9lodie Dupont",
        "Keisha",
        "S\u00f8ren Dahl",
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("el", ["Dahlia Elm", "Elena Petrova", "elias O'Connell", "\u00c9lodie Dupont"]),
        ("\u00c9L D", ["Dahlia Elm", "\u00c9lodie Dupont"]),
        ("soren", ["S\u00f8ren Dahl"]),
        ("dahl s\u00d8", ["S\u00f8ren Dahl"]),
        ("oconn", ["elias O'Connell"]),
        ("christophersen james", ["Bartholomew-James Christophersen"]),
        ("christophersex", []),
        ("lodie", []),
        ("-", []),
        ("Elsewhere", []),
    ],
)
async def test_a_search_is_by_beginnings_of_words(
    small: SmallPractice, text: str, names: list[str]
) -> None:
    """In any order of the words; another practice's clients are not there."""
    assert await found(small, small.priya, name=text) == names


async def test_each_sees_the_clients_assigned_to_them(small: SmallPractice) -> None:
    """In the list, in a search, and whoever they ask for."""
    of_dana = ["Amara", "Elena Petrova", "\u00c9lodie Dupont"]
    assert await found(small, small.dana) == of_dana
    assert await found(small, small.dana, name="el") == of_dana[1:]
    assert await found(small, small.dana, assigned_to=small.dana.id) == of_dana
    assert await found(small, small.dana, assigned_to=small.marcus.id) == []
    assert await found(small, small.marcus) == ["Keisha"]
    assert await found(small, small.priya, assigned_to=small.dana.id) == of_dana
    assert await found(small, small.priya, assigned_to=small.dana.id, name="elo") == of_dana[2:]


async def test_pages_follow_each_other(small: SmallPractice) -> None:
    """Each once and in order, namesakes included; the number is told with the first page."""
    for _ in range(3):
        await small.store.clients.add(replace(small.amara, id=uuid4()))
    everybody = ClientFilter()
    ids: list[UUID] = []
    totals: list[Total | None] = []
    after = None
    for _ in range(6):
        page = await list_clients(small.store, small.priya, everybody, after=after, limit=2)
        ids += [client.id for client in page.clients]
        totals.append(page.total)
        after = page.end
        # Somebody comes in before the place where the page ended: nobody is told twice.
        await small.store.clients.add(replace(small.amara, id=uuid4(), name="Aa"))
    assert after is None
    assert len(ids) == len(set(ids)) == 11
    assert totals == [Total(11, is_more=False), *[None] * 5]


async def test_a_list_reads_its_page_from_an_index(store: Store) -> None:
    """Whoever asks for what, wherever the page begins; nothing is sorted, and counting is short."""
    small = await open_practice(store)
    rows = [_client(small, number) for number in range(3 * COUNTED)]
    await store.database["clients"].insert_many([to_document(client) for client in rows])
    last = next(row for row in rows if sort_key(row.name) == "elias 2500")
    names = ClientFilter(name="el")
    for actor, wanted in (
        (small.priya, ClientFilter()),
        (small.priya, names),
        (small.priya, ClientFilter(assigned_to=small.dana.id)),
        (small.dana, ClientFilter()),
        (small.dana, names),
    ):
        for after in (None, last.id):
            readings, page = await readings_of(
                store.database,
                "clients",
                list_clients(store, actor, wanted, after=after, limit=20),
            )
            assert len(page.clients) == 20
            assert len(readings) == 2  # the count, or the place where the page before ended
            for reading in readings:
                assert reading.from_index
                assert not reading.sorted_in_memory
                assert reading.keys <= COUNTED + 25
            assert min(reading.keys for reading in readings) <= 25
            if after is None:
                assert page.total == Total(COUNTED, is_more=True)


def _client(small: SmallPractice, number: int) -> Client:
    name = f"Elias {number:04}"
    return replace(small.amara, id=uuid4(), name=name, assigned_staff_ids=(small.dana.id, uuid4()))
