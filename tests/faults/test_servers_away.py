"""What each service answers while a server it needs is away, blocked or silent, and afterwards."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import httpx
import pytest

from deploy.local.ports import free_port
from deploy.local.process import ChildProcess
from deploy.local.stack import MAIL_CATCHER
from tests.harness.polling import eventually
from tests.harness.system import FreeHours, System


@asynccontextmanager
async def during(begin: Callable[[], None], end: Callable[[], None]) -> AsyncIterator[None]:
    """Run the body between the two, neither of which may block the loop."""
    await asyncio.to_thread(begin)
    try:
        yield
    finally:
        await asyncio.to_thread(end)


async def refused_in_time(system: System, free_hours: FreeHours) -> str:
    """Submit; return the problem's code after checking that 503 came within five seconds."""
    began = time.monotonic()
    answer = await system.submit("amara", free_hours.take())
    took = time.monotonic() - began
    assert answer.status_code == 503, answer.text
    assert took < 5.5
    assert int(answer.headers["Retry-After"]) > 0
    return str(answer.json()["type"]).rpartition(":")[2]


async def works_again(system: System, free_hours: FreeHours) -> None:
    """Wait until a request is accepted and seen by staff."""

    async def accepted() -> bool:
        return (await system.submit("amara", free_hours.take())).status_code == 202

    await eventually(accepted, "requests are accepted again", limit=60)
    await system.ask("amara", free_hours.take())
    await system.wait_until_ready()


async def test_with_rabbitmq_down_the_portal_is_told_to_retry(
    system: System, free_hours: FreeHours
) -> None:
    """503, not ready, still alive; then it works again without a restart."""
    broker = system.servers.rabbitmq
    async with during(broker.kill, broker.start):
        assert await refused_in_time(system, free_hours) in ("not-accepted", "acceptance-unknown")
        assert await refused_in_time(system, free_hours) == "not-accepted"
        assert (await system.intake.get("/health/live")).status_code == 200
        assert (await system.intake.get("/health/ready")).status_code == 503

    await works_again(system, free_hours)


async def test_with_rabbitmq_silent_the_outcome_is_unknown(
    system: System, free_hours: FreeHours
) -> None:
    """No confirm comes: the portal is told to repeat with the same key."""
    broker = system.servers.rabbitmq
    async with during(broker.pause, broker.resume):
        assert await refused_in_time(system, free_hours) == "acceptance-unknown"
        assert (await system.intake.get("/health/ready")).status_code == 503

    await works_again(system, free_hours)


async def test_with_rabbitmq_blocking_publishers_the_portal_is_told_to_retry(
    system: System, free_hours: FreeHours
) -> None:
    """A memory alarm stops the broker reading from who publishes."""
    broker = system.servers.rabbitmq
    async with during(
        lambda: broker.set_memory_alarm(True), lambda: broker.set_memory_alarm(False)
    ):
        assert await refused_in_time(system, free_hours) == "acceptance-unknown"
        assert (await system.intake.get("/health/live")).status_code == 200

    await works_again(system, free_hours)


async def test_decisions_are_taken_while_rabbitmq_is_away(
    system: System, free_hours: FreeHours
) -> None:
    """The e-mail leaves when it is back: the outbox has kept it."""
    request = await system.ask("amara", free_hours.take())
    broker = system.servers.rabbitmq
    async with during(broker.kill, broker.start):
        assert (await system.decide(request, "approve")).status_code == 200
        assert (await system.scheduler.get("/health/ready")).status_code == 200

    async def arrived() -> bool:
        return len(system.emails("amara", request)) == 1

    await eventually(arrived, "the e-mail arrives afterwards", limit=60)


async def test_with_mongodb_away_requests_are_held_and_staff_are_told(
    system: System, free_hours: FreeHours
) -> None:
    """The portal accepts; the scheduler answers 503, is alive and not ready; nothing is lost."""
    store = system.servers.mongodb
    async with during(store.kill, store.start):
        accepted = await system.submit("amara", free_hours.take())
        assert accepted.status_code == 202
        request = UUID(accepted.json()["id"])
        refused = await system.review(request)
        assert refused.status_code == 503
        assert refused.json()["type"] == "urn:openchair:problem:store-unavailable"
        assert (await system.scheduler.get("/health/live")).status_code == 200
        assert (await system.scheduler.get("/health/ready")).status_code == 503

    async def seen() -> bool:
        return (await system.review(request)).status_code == 200

    await eventually(seen, "the held request appears", limit=60)
    await system.wait_until_ready()


async def test_with_mongodb_silent_staff_are_told_in_time(
    system: System, free_hours: FreeHours
) -> None:
    """Its connections stay open and nothing answers: 503 within eleven seconds, then as before."""
    request = await system.ask("amara", free_hours.take())
    store = system.servers.mongodb
    async with during(store.pause, store.resume):
        began = time.monotonic()
        answers = await asyncio.gather(*(system.decide(request, "approve") for _ in range(12)))
        took = time.monotonic() - began
        assert {answer.status_code for answer in answers} == {503}
        assert took < 11

    async def approved() -> bool:
        return (await system.decide(request, "approve")).status_code == 200

    await eventually(approved, "it can be approved again", limit=60)
    await system.email("amara", request)
    await system.wait_until_ready()


async def test_with_the_mail_server_down_the_email_waits_for_it(
    system: System, free_hours: FreeHours
) -> None:
    """Refused connections are retried up the ladder; one e-mail arrives when it is back."""
    request = await system.ask("amara", free_hours.take())
    async with during(
        lambda: system.processes[MAIL_CATCHER].stop(10),
        lambda: system.start_process(MAIL_CATCHER),
    ):
        assert (await system.decide(request, "approve")).status_code == 200

        async def was_tried() -> bool:
            log = system.processes["notifier"].log.read_text(encoding="utf-8")
            lines = [line for line in log.splitlines() if str(request) in line]
            return any('"outcome": "retry"' in line for line in lines)

        await eventually(was_tried, "a first attempt has failed")

    await system.email("amara", request)


async def test_intake_serves_http_before_rabbitmq_is_there(system: System) -> None:
    """Started with nothing at the broker's address: alive, not ready, and 503 to requests."""
    port, nobody = free_port(), free_port()
    environment = {
        **system.stack.environment("request_intake"),
        "HTTP_PORT": str(port),
        "RABBITMQ_URL": f"amqp://nobody:nothing@127.0.0.1:{nobody}/",
    }
    command = next(p for p in system.stack.processes() if p.name == "request_intake").command
    early = ChildProcess("early_intake", system.logs)
    early.start(command, environment)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:

            async def alive() -> bool:
                try:
                    return (await client.get("/health/live")).is_success
                except httpx.TransportError:
                    return False

            await eventually(alive, "HTTP is up")
            assert (await client.get("/health/ready")).status_code == 503
            answer = await client.post(
                "/v1/appointment-requests",
                json={"service_id": str(UUID(int=1)), "start": "2027-06-01T10:00Z"},
                headers=system.headers("amara"),
            )
            assert answer.status_code == 503
            assert answer.json()["type"] == "urn:openchair:problem:not-accepted"
    finally:
        early.stop(15)


@pytest.mark.parametrize("service", ["request_intake", "scheduler", "notifier"])
async def test_a_service_told_to_stop_ends_in_time(system: System, service: str) -> None:
    """SIGTERM with nothing in hand: gone within ten seconds, and back again."""
    began = time.monotonic()
    await asyncio.to_thread(system.processes[service].stop, 30)
    assert time.monotonic() - began < 10
    system.start_process(service)
    await system.wait_until_ready()
