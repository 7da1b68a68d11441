"""A database of the scheduler for a test, or for several."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from services.scheduler.mongo.indexes import migrate
from services.scheduler.mongo.store import Store
from shared import mongo
from tests.harness.servers import Servers


@asynccontextmanager
async def empty_store(servers: Servers) -> AsyncIterator[Store]:
    """Yield an empty, migrated database, which is gone afterwards."""
    client = mongo.connect(servers.mongodb.url)
    empty = Store(client, f"test_{uuid4().hex}")
    try:
        await migrate(empty.database)
        yield empty
        await client.drop_database(empty.database.name)
    finally:
        await mongo.close(client)
