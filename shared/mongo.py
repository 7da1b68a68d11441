"""MongoDB: the client, transactions, and what counts as an outage.

All of Motor is imported here and nowhere else, so that the move to PyMongo's own asyncio client is
one file (ADR 0004).
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorClientSession,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
)
from pymongo import ReadPreference
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    NetworkTimeout,
    PyMongoError,
    ServerSelectionTimeoutError,
    WTimeoutError,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

__all__ = [
    "BulkWriteError",
    "Client",
    "Collection",
    "Database",
    "Document",
    "DuplicateKeyError",
    "PyMongoError",
    "Session",
    "close",
    "connect",
    "is_outage",
    "is_reachable",
    "run_transaction",
]

Document = dict[str, Any]
Client = AsyncIOMotorClient[Document]
Database = AsyncIOMotorDatabase[Document]
Collection = AsyncIOMotorCollection[Document]
Session = AsyncIOMotorClientSession

T = TypeVar("T")

_OUTAGES: Final = (
    AutoReconnect,
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    ServerSelectionTimeoutError,
    WTimeoutError,
)
_TRANSACTION_SECONDS: Final = 10.0
_LONGEST_PAUSE: Final = 0.25


def connect(url: str, *, operation_seconds: float | None = 8.0) -> Client:
    """Return a client that reads and writes with majority; nothing is contacted yet.

    Datetimes come back aware, in UTC; UUIDs are stored in the standard binary form. An operation
    may take `operation_seconds`; None is for those that take long, such as building an index.
    """
    return AsyncIOMotorClient(
        url,
        uuidRepresentation="standard",
        tz_aware=True,
        w="majority",
        journal=True,
        readConcernLevel="majority",
        serverSelectionTimeoutMS=3000,
        connectTimeoutMS=3000,
        socketTimeoutMS=None if operation_seconds is None else operation_seconds * 1000,
        waitQueueTimeoutMS=3000,
        appname="openchair",
    )


async def close(client: Client) -> None:
    """Close the client's connections."""
    client.close()  # PyMongo's own is a coroutine, hence this function


def is_outage(error: BaseException) -> bool:
    """Say whether the store is away or has no primary, so that trying again later makes sense."""
    if isinstance(error, _OUTAGES):
        return True
    return isinstance(error, PyMongoError) and (
        error.has_error_label("TransientTransactionError")
        or error.has_error_label("UnknownTransactionCommitResult")
        or error.has_error_label("RetryableWriteError")
    )


async def is_reachable(database: Database) -> bool:
    """Say whether a primary answers within a second."""
    try:
        async with asyncio.timeout(1.0):
            await database.client.admin.command("ping", read_preference=ReadPreference.PRIMARY)
    except (PyMongoError, TimeoutError):
        return False
    return True


async def run_transaction(client: Client, body: Callable[[Session], Awaitable[T]]) -> T:
    """Run `body` in one transaction (snapshot, majority) and return what it returned.

    `body` may run several times and must do nothing outside the session. Motor's own
    `with_transaction` raises a conflict at commit to its caller and never backs off (FACTS
    "MongoDB" 1); here the commit is repeated while its result is unknown, and the whole while the
    failure is transient, with jitter, for at most ten seconds.

    Raises:
        PyMongoError: the store is away, or conflicts did not end; `is_outage` tells.
        Exception: whatever `body` raised; nothing was written then.

    """
    give_up_at = time.monotonic() + _TRANSACTION_SECONDS
    pause = 0.005
    async with await client.start_session() as session:
        while True:
            session.start_transaction(
                read_concern=ReadConcern("snapshot"),
                write_concern=WriteConcern("majority", j=True),
                read_preference=ReadPreference.PRIMARY,
            )
            try:
                result = await body(session)
                await _commit(session, give_up_at)
            except BaseException as error:
                await _abort(session)
                if not _is_transient(error) or time.monotonic() > give_up_at:
                    raise
            else:
                return result
            await asyncio.sleep(random.uniform(0, pause))  # noqa: S311  jitter
            pause = min(pause * 2, _LONGEST_PAUSE)


async def _commit(session: Session, give_up_at: float) -> None:
    while True:
        try:
            return await session.commit_transaction()
        except PyMongoError as error:
            unknown = error.has_error_label("UnknownTransactionCommitResult")
            if not unknown or time.monotonic() > give_up_at:
                raise
        await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE))  # noqa: S311  jitter


async def _abort(session: Session) -> None:
    if session.in_transaction:  # type: ignore[truthy-function]  # a property; the stub is wrong
        try:
            await session.abort_transaction()
        except PyMongoError:
            return  # the server ends it by itself


def _is_transient(error: BaseException) -> bool:
    return isinstance(error, PyMongoError) and error.has_error_label("TransientTransactionError")
