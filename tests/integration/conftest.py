"""What most tests against the real store begin with."""

import pytest

from services.scheduler.mongo.store import Store
from tests.harness.practice import SmallPractice, open_practice


@pytest.fixture
async def small(store: Store) -> SmallPractice:
    """A practice in an empty database."""
    return await open_practice(store)
