"""From what somebody looks for to the query, its order and its index."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo.indexes import INDEXES
from services.scheduler.mongo.request_queries import (
    ListPosition,
    Order,
    RequestFilter,
    SortKey,
    after,
    index_for,
    to_query,
    to_sort,
)
from shared.schemas.vocabulary import RequestStatus, RequestType
from tests.unit.builders import DANA, INES, NOW, PRACTICE_ID, PRIYA

PENDING = RequestFilter(statuses=frozenset({RequestStatus.PENDING}))
REQUESTED, MADE, CLIENT = Order(), Order(SortKey.MADE), Order(SortKey.CLIENT)
MONTH = timedelta(days=30)


@pytest.mark.parametrize("actor", [DANA, INES], ids=lambda actor: actor.role.value)
def test_who_sees_only_some_asks_for_those(actor: StaffMember) -> None:
    """Of the practice, and what names them: in every query."""
    query = to_query(actor, PENDING)
    assert query["practice_id"] == PRACTICE_ID
    assert query["visible_to"] == actor.id


def test_a_practice_scheduler_asks_for_the_whole_practice() -> None:
    """And for nothing else than was looked for."""
    assert to_query(PRIYA, PENDING) == {
        "practice_id": PRACTICE_ID,
        "status": {"$in": ["pending"]},
    }


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (
            {"statuses": frozenset({RequestStatus.DECLINED, RequestStatus.APPROVED})},
            {"status": {"$in": ["approved", "declined"]}},
        ),
        (
            {"types": frozenset({RequestType.RESCHEDULE, RequestType.CANCELLATION})},
            {"type": {"$in": ["cancellation", "reschedule"]}},
        ),
        ({"clinician_id": DANA.id}, {"asked.clinician_id": DANA.id}),
        ({"is_new": True}, {"client.is_new": True}),
        ({"is_new": False}, {"client.is_new": False}),
        (
            {"requested_from": NOW},
            {"$and": [{"relevant_time": {"$gte": NOW}}]},
        ),
        (
            {"requested_from": NOW, "requested_until": NOW + MONTH},
            {"$and": [{"relevant_time": {"$gte": NOW, "$lt": NOW + MONTH}}]},
        ),
        (
            {"made_until": NOW},
            {"$and": [{"submitted_at": {"$lt": NOW}}]},
        ),
        (
            {"made_from": NOW},
            {"$and": [{"submitted_at": {"$gte": NOW}}, {"relevant_time": {"$gte": NOW}}]},
        ),
        (
            {"name": "oka"},
            {"$and": [{"client.search.beginnings": "oka"}]},
        ),
    ],
    ids=str,
)
def test_what_is_looked_for_is_in_the_query(
    wanted: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Each by itself: from is included, until is not."""
    whole = {"practice_id": PRACTICE_ID, "status": {"$in": ["pending"]}, **expected}
    assert to_query(PRIYA, replace(PENDING, **wanted)) == whole


def test_past_its_time_leaves_out_what_is_about_no_time() -> None:
    """A cancellation of an appointment nobody knows is not late: there is no time to be past."""
    query = to_query(PRIYA, replace(PENDING, past_its_time_at=NOW))
    assert {"relevant_time": {"$lt": NOW}} in query["$and"]
    assert {
        "$or": [{"asked.start": {"$ne": None}}, {"asked.original_start": {"$ne": None}}]
    } in query["$and"]


def test_a_name_without_words_finds_nobody() -> None:
    """Not everybody."""
    query = to_query(PRIYA, replace(PENDING, name=" - "))
    assert query["$and"] == [{"client.search.beginnings": {"$in": []}}]


@pytest.mark.parametrize(
    ("wanted", "order", "index"),
    [
        (PENDING, REQUESTED, "by_requested"),
        (PENDING, replace(REQUESTED, descending=True), "by_requested"),
        (PENDING, MADE, "by_made"),
        (PENDING, CLIENT, "by_client"),
        (replace(PENDING, clinician_id=DANA.id), REQUESTED, "by_clinician"),
        (replace(PENDING, clinician_id=DANA.id), MADE, "by_made"),
        (replace(PENDING, clinician_id=DANA.id), CLIENT, "by_client"),
        (replace(PENDING, name="a"), REQUESTED, "by_name"),
        (replace(PENDING, name="a"), MADE, "by_name"),
        (replace(PENDING, name="a", clinician_id=DANA.id), CLIENT, "by_name"),
    ],
)
def test_each_list_of_a_practice_scheduler_has_its_index(
    wanted: RequestFilter, order: Order, index: str
) -> None:
    """By what is looked for first, then by the order."""
    assert index_for(PRIYA, wanted, order) == index


@pytest.mark.parametrize("key", SortKey)
def test_who_sees_only_some_reads_those_in_order(key: SortKey) -> None:
    """Whatever they look for."""
    for wanted in (PENDING, replace(PENDING, name="a", clinician_id=DANA.id)):
        assert index_for(DANA, wanted, Order(key)) == f"visible_by_{key.value}"


@pytest.mark.parametrize("actor", [PRIYA, DANA])
@pytest.mark.parametrize("key", SortKey)
def test_every_index_that_is_named_exists(actor: StaffMember, key: SortKey) -> None:
    """A hint of an index that is not there is an error of MongoDB's."""
    there = {index.document["name"] for index in INDEXES["requests"]}
    for wanted in (PENDING, replace(PENDING, name="a"), replace(PENDING, clinician_id=DANA.id)):
        assert index_for(actor, wanted, Order(key)) in there


@pytest.mark.parametrize(
    ("key", "field"),
    [
        (SortKey.REQUESTED, "relevant_time"),
        (SortKey.MADE, "submitted_at"),
        (SortKey.CLIENT, "client.search.sort"),
    ],
)
def test_what_is_alike_is_sorted_by_id(key: SortKey, field: str) -> None:
    """So that a page ends at one request, in either direction."""
    assert to_sort(Order(key)) == [(field, 1), ("_id", 1)]
    assert to_sort(Order(key, descending=True)) == [(field, -1), ("_id", -1)]


def test_after_a_position_come_those_beyond_it() -> None:
    """Of those at the same instant, the ones whose id is beyond."""
    instant, identifier = datetime(2027, 3, 1, tzinfo=UTC), UUID(int=7)
    position = ListPosition(instant, identifier)
    assert after(position, REQUESTED) == {
        "relevant_time": {"$gte": instant},
        "$nor": [{"relevant_time": instant, "_id": {"$lte": identifier}}],
    }
    assert after(position, Order(SortKey.MADE, descending=True)) == {
        "submitted_at": {"$lte": instant},
        "$nor": [{"submitted_at": instant, "_id": {"$gte": identifier}}],
    }
