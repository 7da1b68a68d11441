"""Fixtures of all tests that need real servers."""

from collections.abc import AsyncIterator, Iterator

import pytest

from services.scheduler.mongo.store import Store
from tests.harness.servers import Servers, start_servers
from tests.harness.stores import empty_store
from tests.harness.system import FreeHours, System

_used: list[str] = []


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """RabbitMQ and MongoDB for the whole run."""
    running = start_servers(tmp_path_factory.mktemp("servers"))
    _used.append(running.description)
    yield running
    running.stop()


@pytest.fixture(scope="session")
async def system(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[System]:
    """The three services on those servers, with the demo practice."""
    whole = System(tmp_path_factory.mktemp("system"), servers)
    try:
        await whole.start()
        yield whole
    finally:
        await whole.stop()


@pytest.fixture(scope="session")
def free_hours() -> FreeHours:
    """Hours that no other test of the run uses."""
    return FreeHours()


@pytest.fixture(scope="session")
def vhost_url(servers: Servers) -> str:
    """A virtual host of RabbitMQ apart from the whole system's."""
    return servers.rabbitmq.add_vhost("integration")


@pytest.fixture
async def store(servers: Servers) -> AsyncIterator[Store]:
    """An empty, migrated database of the scheduler."""
    async with empty_store(servers) as empty:
        yield empty


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the tests ran on."""
    for description in _used:
        terminalreporter.write_line(f"servers: {description}")
