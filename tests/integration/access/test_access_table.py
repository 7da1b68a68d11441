"""Every endpoint as everybody: status, and nothing of what is somebody else's (PRODUCT 7)."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import SecretStr

from services.scheduler.main import build_app
from services.scheduler.mongo.indexes import migrate
from services.scheduler.mongo.store import Store
from services.scheduler.settings import SchedulerSettings
from shared import mongo
from shared.auth.local_issuer import LocalIssuer
from shared.settings import AppEnv
from tests.harness.servers import Servers
from tests.integration.access.row import Row
from tests.integration.access.table import ROWS
from tests.integration.access.world import Who, World, make_world

_BASE = "http://scheduler.example.org"


class Api:
    """The scheduler's application on a database of its own, without its queues."""

    def __init__(self, servers: Servers, key_file: Path) -> None:
        LocalIssuer.create_key(key_file)
        self.key_file = key_file
        self.client = mongo.connect(servers.mongodb.url)
        self.store = Store(self.client, f"access_{uuid4().hex}")
        self.app: FastAPI = build_app(
            SchedulerSettings(
                app_env=AppEnv.DEV,
                local_issuer_key_file=key_file,
                mongodb_url=SecretStr(servers.mongodb.url),
                mongodb_database=self.store.database.name,
                rabbitmq_url=SecretStr("amqp://nobody@127.0.0.1:1/"),
            )
        )

    async def call(self, row: Row, world: World, who: Who) -> tuple[int, str]:
        """Return status and everything that was answered."""
        url = row.path.replace("{nothing:path}", "Nothing").format(**row.values(world))
        headers = {**row.headers, **world.headers[who]}
        if row.streams:
            return await self._begin(url, headers), ""
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transport, base_url=_BASE) as http:
            answer = await http.request(
                row.method,
                url,
                params=dict(row.query(world)),
                json=row.body(world),
                headers=headers,
            )
        return answer.status_code, f"{answer.headers}{answer.text}"

    async def _begin(self, url: str, headers: dict[str, str]) -> int:
        """Return the status of an answer that does not end."""
        begun: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        left = asyncio.Event()
        requested = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> dict[str, Any]:
            if requested:
                return requested.pop()
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                begun.set_result(message["status"])

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": url,
            "raw_path": url.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(name.lower().encode(), text.encode()) for name, text in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 2),
        }
        serving = asyncio.create_task(self.app(scope, receive, send))
        try:
            async with asyncio.timeout(10):
                return await begun
        finally:
            left.set()
            serving.cancel()
            await asyncio.wait([serving])


@pytest.fixture(scope="module")
async def api(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    """The application, for all rows."""
    made = Api(servers, tmp_path_factory.mktemp("access") / "key.json")
    await migrate(made.store.database)
    yield made
    await made.client.drop_database(made.store.database.name)
    await mongo.close(made.client)


def test_every_route_is_in_the_table(api: Api) -> None:
    """Whoever adds a route says who may use it; a row of a route that is gone goes, too."""
    routes = {
        (method, context.path)
        for context in iter_route_contexts(api.app.routes)
        for method in (context.methods or set()) - {"HEAD"}
    }
    assert routes == {(row.method, row.path) for row in ROWS}


@pytest.mark.parametrize("who", Who)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
async def test_each_gets_what_is_theirs(api: Api, row: Row, who: Who) -> None:
    """The status of the table, and of the client only what the caller may see."""
    world = await make_world(api.store, api.key_file)

    status, told = await api.call(row, world, who)

    assert status == row.expected(who), told
    shown = [marker for marker in world.markers if marker in told]
    if row.may_see(who) and row.shows:
        assert shown
    if not row.may_see(who):
        assert shown == []
