"""Lists are read from an index, in order, however many rows there are."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo.access import visible_to
from services.scheduler.mongo.indexes import migrate
from services.scheduler.mongo.store import Store
from shared.auth.actors import Role
from tests.harness.practice import NOW

ROWS = 20_000
STAFF = [uuid4() for _ in range(20)]
PRACTICES = [uuid4() for _ in range(4)]


@pytest.fixture
async def full(store: Store) -> Store:
    """Many requests of four practices and twenty clinicians."""
    rows = [
        {
            "_id": uuid4(),
            "practice_id": PRACTICES[n % 4],
            "visible_to": [STAFF[n % 20]],
            "status": ("pending", "approved", "declined")[n % 3],
            "relevant_time": NOW + timedelta(minutes=n),
            "submitted_at": NOW - timedelta(minutes=n % 1000),
        }
        for n in range(ROWS)
    ]
    await store.database["requests"].insert_many(rows, ordered=False)
    return store


def stages(plan: dict[str, Any]) -> list[str]:
    """Return the names of a plan's stages, outermost first."""
    inner = plan.get("inputStage")
    return [plan["stage"], *(stages(inner) if inner else [])]


@pytest.mark.parametrize("role", [Role.PRACTICE_SCHEDULER, Role.CLINICIAN])
async def test_the_default_list_is_an_index_scan_without_a_sort(full: Store, role: Role) -> None:
    """A page of fifty reads about fifty keys, for every role."""
    actor = StaffMember(STAFF[0], PRACTICES[0], "x", "x@example.org", role)
    query = {
        **visible_to(actor),
        "status": "pending",
        "submitted_at": {"$gte": NOW - timedelta(days=365)},
    }
    cursor = full.database["requests"].find(query).sort([("relevant_time", 1), ("_id", 1)])

    plan = await cursor.limit(51).explain()

    told = stages(plan["queryPlanner"]["winningPlan"])
    assert "IXSCAN" in told
    assert "SORT" not in told
    assert "COLLSCAN" not in told
    assert plan["executionStats"]["nReturned"] == 51
    assert plan["executionStats"]["totalKeysExamined"] < 100


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
