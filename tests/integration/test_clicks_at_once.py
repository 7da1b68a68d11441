"""The same click eight times at once: one decision, and the same answer to all (PRODUCT 8.1)."""

import asyncio
from typing import Any

import pytest

from services.scheduler.mongo.store import Store
from shared.schemas.vocabulary import RequestType
from tests.harness.direct_changes import book
from tests.harness.practice import (
    SmallPractice,
    approve,
    booked_intervals,
    busy_intervals,
    decline,
    later,
    open_practice,
)

ROUNDS = 20
CLICKS = 8


@pytest.fixture
async def small(store: Store) -> SmallPractice:
    """A practice in an empty database."""
    return await open_practice(store)


async def asked(small: SmallPractice, kind: str, turn: int) -> dict[str, Any]:
    """Return what is asked for; nothing that an approval does is in the way of another round."""
    start = later(days=turn)
    if kind == "something new":
        return {"start": start}
    if kind == "a new client":
        who = {
            "name": f"Wren {turn}",
            "birth_date": "1991-05-06",
            "email": f"wren{turn}@example.org",
            "phone": "+1 212 555 0199",
        }
        return {"start": start, "client_id": None, "prospective_client": who}
    original = (await book(small, start)).appointment
    about = {"appointment_id": original.id, "request_type": RequestType(kind)}
    return {**about, "start": later(days=turn, hours=2) if kind == "reschedule" else None}


@pytest.mark.parametrize("kind", ["something new", "a new client", "reschedule", "cancellation"])
async def test_eight_who_approve_get_one_answer(small: SmallPractice, kind: str) -> None:
    """What the first has booked, moved or cancelled is in nobody's way."""
    for turn in range(ROUNDS):
        request = await small.receive(**await asked(small, kind, turn))

        decided = await asyncio.gather(*(approve(small, request) for _ in range(CLICKS)))

        assert sorted(one.repeated for one in decided) == [False] + [True] * (CLICKS - 1)
        assert len({one.appointment for one in decided}) == 1
        assert len({one.request.decision for one in decided}) == 1
    approved = await small.store.database["outbox"].count_documents(
        {"routing_key": "request.approved"}
    )
    assert approved == ROUNDS
    assert await busy_intervals(small.store) == await booked_intervals(small.store)


async def test_eight_who_decline_get_one_answer(small: SmallPractice) -> None:
    """And the client is to be contacted once."""
    for turn in range(ROUNDS):
        request = await small.receive(start=later(hours=turn))

        decided = await asyncio.gather(*(decline(small, request) for _ in range(CLICKS)))

        assert sorted(one.repeated for one in decided) == [False] + [True] * (CLICKS - 1)
        assert len({one.request for one in decided}) == 1
    assert len(await small.store.requests.to_follow_up(small.priya, limit=100)) == ROUNDS
