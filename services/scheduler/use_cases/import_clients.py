"""Import client records from a practice's file; again, it imports nothing twice.

A client who resembles another is imported all the same, since families share addresses, and is
told of: staff look. A record that is there stays as it is.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from services.scheduler.domain.people import Client, Practice
from services.scheduler.importing.client_rows import ClientRow, read_client
from services.scheduler.importing.csv_file import CsvRow, in_batches
from services.scheduler.importing.directories import StaffDirectory
from services.scheduler.importing.findings import (
    Code,
    Finding,
    Findings,
    Outcome,
    RowResult,
    Tell,
)
from services.scheduler.importing.known_rows import KnownRows
from services.scheduler.mongo.clients import Birth
from services.scheduler.mongo.search import sort_key
from services.scheduler.mongo.store import Store

T = TypeVar("T")

_BATCH: Final = 500


async def import_clients(
    store: Store,
    practice: Practice,
    rows: Iterable[CsvRow],
    tell: Tell,
    *,
    dry_run: bool,
    now: datetime,
) -> None:
    """Import the rows, some hundreds at once, and `tell` of each; a dry run writes nothing.

    Raises:
        FileRefused: the file cannot be read any further.
        PyMongoError: what was told of is imported, and perhaps some more.

    """
    staff = StaffDirectory(await store.staff.of_practice(practice.id))
    clients = _Clients(store, practice.id, dry_run=dry_run)
    for batch in in_batches(rows, _BATCH):
        read = [
            (row.number, read_client(row, practice.id, staff, today=now.date())) for row in batch
        ]
        tell(await clients.take(read))


class _Clients:
    """One import: what its rows have been so far."""

    def __init__(self, store: Store, practice_id: UUID, *, dry_run: bool) -> None:
        self._store = store
        self._practice_id = practice_id
        self._dry_run = dry_run
        self._rows = KnownRows()
        self._row_by_email: dict[str, int] = {}
        self._row_by_birth: dict[Birth, int] = {}

    async def take(self, read: Sequence[tuple[int, ClientRow | Findings]]) -> list[RowResult]:
        """Import a batch and return what became of each row."""
        results: list[RowResult] = []
        rows: list[ClientRow] = []
        for number, row in read:
            if not isinstance(row, ClientRow):
                results.append(RowResult(number, Outcome.REFUSED, row))
            elif repetition := self._rows.repeats(row.client.id, number):
                results.append(RowResult(number, Outcome.REFUSED, repetition))
            else:
                rows.append(row)
        standing = await self._store.clients.get_many(row.client.id for row in rows)
        there = [row for row in rows if row.client.id in standing]
        results += [_compared(row, standing[row.client.id]) for row in there]
        results += await self._add([row for row in rows if row.client.id not in standing])
        return sorted(results, key=lambda result: result.number)

    async def _add(self, rows: Sequence[ClientRow]) -> list[RowResult]:
        results = [
            RowResult(row.number, Outcome.REFUSED, row.obstacles) for row in rows if row.obstacles
        ]
        new = [row for row in rows if not row.obstacles]
        if not new:
            return results
        alike = await self._alike(new)
        quicker: set[UUID] = set()
        if not self._dry_run:
            quicker = await self._store.clients.add_many([row.client for row in new])
        there = await self._store.clients.get_many(quicker) if quicker else {}
        return results + [
            _compared(row, there.get(row.client.id))
            if row.client.id in quicker
            else RowResult(row.number, Outcome.IMPORTED, alike[row.number])
            for row in new
        ]

    async def _alike(self, rows: Sequence[ClientRow]) -> dict[int, Findings]:
        """Return by row what it has in common with earlier rows and with clients on record."""
        keys = {row.number: _keys(row.client) for row in rows}
        by_email = await self._store.clients.first_by_email(
            self._practice_id, {email for email, _birth in keys.values()}
        )
        by_birth = await self._store.clients.first_by_birth(
            self._practice_id, {birth for _email, birth in keys.values()}
        )
        return {
            number: (
                *self._resemblance("email", email, number, self._row_by_email, by_email),
                *self._resemblance("name", birth, number, self._row_by_birth, by_birth),
            )
            for number, (email, birth) in keys.items()
        }

    def _resemblance(
        self, column: str, key: T, number: int, rows: dict[T, int], records: dict[T, UUID]
    ) -> Findings:
        first = rows.setdefault(key, number)
        if first != number:
            return (Finding(Code.CLIENT_MAY_EXIST, column, rows=(first,)),)
        if (record := records.get(key)) is None:
            return ()
        return (self._rows.about(Code.CLIENT_MAY_EXIST, column, [record]),)


def _compared(row: ClientRow, standing: Client | None) -> RowResult:
    # None: another run has just written it, and not every member of the replica set has it yet.
    differences = () if standing is None else row.differences(standing)
    outcome = Outcome.DIFFERS if differences else Outcome.THERE_ALREADY
    return RowResult(row.number, outcome, differences)


def _keys(client: Client) -> tuple[str, Birth]:
    return client.email.casefold(), (client.birth_date, sort_key(client.name))
