"""Open pages hear of what happens, over HTTP, through the whole system (PRODUCT 8.6)."""

import time

from tests.harness.event_stream import listening
from tests.harness.system import FreeHours, System


async def test_x(system: System, free_hours: FreeHours) -> None:
    """Try."""
    async with (
        listening(system.scheduler, system.headers("priya")) as priya,
        listening(system.scheduler, system.headers("marcus")) as marcus,
    ):
        took = []
        for _ in range(10):
            t = time.monotonic()
            r = await system.submit("amara", free_hours.take())
            rid = r.json()["id"]
            await priya.until(lambda s: rid in s.ids(), "x")
            took.append(next(e for e in priya.events if e.data.get("id") == rid).at - t)
        print(took, priya.events, priya.last_event_id)
        print(marcus.events, marcus.comments, marcus.last_event_id)
