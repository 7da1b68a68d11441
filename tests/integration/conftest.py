"""What most tests against the real store begin with."""

from collections.abc import AsyncIterator

import pytest

from services.scheduler.mongo.store import Store
from tests.harness.live_practice import LivePractice, watched
from tests.harness.practice import SmallPractice, open_practice


@pytest.fixture
async def small(store: Store) -> SmallPractice:
    """A practice in an empty database."""
    return await open_practice(store)


@pytest.fixture
async def live(store: Store) -> AsyncIterator[LivePractice]:
    """Two practices, watched."""
    async with watched(store) as practices:
        yield practices
