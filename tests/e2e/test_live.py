"""Open pages hear of what happens, over HTTP, through the whole system (PRODUCT 8.6)."""

import time
from functools import partial
from uuid import UUID

import httpx
import pytest

from tests.harness.event_stream import EventStream, listening
from tests.harness.polling import eventually
from tests.harness.system import FreeHours, System

PROMISED_SECONDS = 1.0


async def test_a_request_appears_on_open_pages_within_a_second(
    system: System, free_hours: FreeHours
) -> None:
    """From the portal's call to Priya's page, through RabbitMQ and MongoDB; the best of five."""
    took = []
    async with listening(system.scheduler, system.headers("priya")) as page:
        for _ in range(5):
            began = time.monotonic()
            answer = await system.submit("amara", free_hours.take())
            request = answer.json()["id"]
            await page.until(partial(_has_heard, request), "it arrives")
            arrived = next(event.at for event in page.events if event.data["id"] == request)
            took.append(arrived - began)
            review = await system.review(UUID(request))
            assert review.json()["version"] == page.named("request")[-1]["version"]
    assert min(took) < PROMISED_SECONDS


def _has_heard(request: str, page: EventStream) -> bool:
    return request in page.ids()


async def test_the_right_people_hear_of_a_day_at_the_practice(
    system: System, free_hours: FreeHours
) -> None:
    """A request of Dana's client and its approval; nobody else hears, and no page but theirs."""
    people = ("priya", "dana", "marcus", "olga")
    first = free_hours.take()
    async with (
        listening(system.scheduler, system.headers("priya")) as priya,
        listening(system.scheduler, system.headers("dana")) as dana,
        listening(system.scheduler, system.headers("marcus")) as marcus,
        listening(system.scheduler, system.headers("olga")) as olga,
    ):
        pages = dict(zip(people, (priya, dana, marcus, olga), strict=True))
        request = str(await system.ask("amara", first))
        decided = await system.decide(UUID(request), "approve")
        booked = decided.json()["appointment"]["id"]
        for page in (priya, dana):
            await page.until(lambda one: len(one.ids()) >= 2, "the request and its approval")
            await page.until(lambda one: booked in one.ids("appointment"), "the appointment")
        elsewhere = str(await system.ask("liam", free_hours.take()))
        await marcus.until(lambda one: elsewhere in one.ids(), "what is theirs")

    told = {name: {*page.ids(), *page.ids("appointment")} for name, page in pages.items()}
    assert told["dana"] >= {request, booked}
    assert told["priya"] >= {request, booked, elsewhere}
    assert not told["marcus"] & {request, booked}
    assert told["olga"] == set()
    assert [data["status"] for data in dana.named("request")][:2] == ["pending", "approved"]


async def test_a_page_comes_back_to_where_it_was(system: System, free_hours: FreeHours) -> None:
    """Twenty requests while it was away: each once, in order, and no reading again."""
    async with listening(system.scheduler, system.headers("dana")) as page:
        before = str(await system.ask("amara", free_hours.take()))
        await page.until(lambda one: before in one.ids(), "the page is live")
    missed = [str(await system.ask("amara", free_hours.take())) for _ in range(20)]

    async with listening(
        system.scheduler, system.headers("dana"), after=page.last_event_id
    ) as back:
        await back.until(lambda one: missed[-1] in one.ids(), "what was missed arrives")

    assert [told for told in back.ids() if told in missed] == missed
    assert before not in back.ids()
    assert back.named("reset") == []


async def test_open_streams_are_counted_and_their_source_is_reported(system: System) -> None:
    """`/metrics` has the number; `/health/ready` says whether the change stream is connected."""

    async def count() -> float:
        text = (await system.scheduler.get("/metrics")).text
        line = next(one for one in text.splitlines() if one.startswith("openchair_live_streams "))
        return float(line.split()[1])

    before = await count()
    async with (
        listening(system.scheduler, system.headers("priya")),
        listening(system.scheduler, system.headers("priya")),
    ):
        assert await count() == before + 2
        checks = (await system.scheduler.get("/health/ready")).json()["checks"]
        assert checks["live"] is True

    async def gone() -> bool:
        return await count() == before

    await eventually(gone, "closed pages are not counted")


@pytest.mark.parametrize(("person", "status"), [(None, 401), ("amara", 403)])
async def test_streams_are_for_staff(system: System, person: str | None, status: int) -> None:
    """A client's token opens none, and neither does none."""
    headers = {} if person is None else system.headers(person)
    answer = await system.scheduler.get("/v1/live", headers=headers, timeout=httpx.Timeout(10))
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
