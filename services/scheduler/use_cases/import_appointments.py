"""Import appointments from a practice's file; again, it imports nothing twice.

They are written as any appointment is, each in a transaction of its own. Nobody is e-mailed: the
clients know of them. Past ones may be imported, cancelled ones too.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.booking_plan import Confirmed
from services.scheduler.domain.people import Client, Practice
from services.scheduler.importing.appointment_rows import AppointmentReader, AppointmentRow
from services.scheduler.importing.csv_file import CsvRow, in_batches
from services.scheduler.importing.directories import ServiceDirectory, StaffDirectory
from services.scheduler.importing.findings import (
    Code,
    Finding,
    Findings,
    Outcome,
    RowResult,
    Tell,
)
from services.scheduler.importing.known_rows import KnownRows
from services.scheduler.importing.taken_times import TakenTimes
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.write_imported import Planned, compared, taken_by, write_imported

_BATCH: Final = 200


async def import_appointments(
    store: Store,
    practice: Practice,
    rows: Iterable[CsvRow],
    tell: Tell,
    *,
    confirmed: Confirmed,
    dry_run: bool,
    now: datetime,
) -> None:
    """Import the rows, some hundreds at once, and `tell` of each; a dry run writes nothing.

    Raises:
        FileRefused: the file cannot be read any further.
        PyMongoError: what was told of is imported, and perhaps some more.

    """
    staff = StaffDirectory(await store.staff.of_practice(practice.id))
    services = ServiceDirectory(await store.services.of_practice(practice.id))
    reader = AppointmentReader(practice, staff, services)
    appointments = _Appointments(store, practice, confirmed, dry_run=dry_run, now=now)
    for batch in in_batches(rows, _BATCH):
        tell(await appointments.take([(row.number, reader.read(row)) for row in batch]))


class _Appointments:
    """One import: what its rows have been so far."""

    def __init__(
        self,
        store: Store,
        practice: Practice,
        confirmed: Confirmed,
        *,
        dry_run: bool,
        now: datetime,
    ) -> None:
        self._store = store
        self._practice = practice
        self._confirmed = confirmed
        self._dry_run = dry_run
        self._now = now
        self._rows = KnownRows()
        self._taken = TakenTimes()

    async def take(self, read: Sequence[tuple[int, AppointmentRow | Findings]]) -> list[RowResult]:
        """Import a batch and return what became of each row."""
        results: list[RowResult] = []
        rows: list[AppointmentRow] = []
        for number, row in read:
            if not isinstance(row, AppointmentRow):
                results.append(RowResult(number, Outcome.REFUSED, row))
            elif repetition := self._rows.repeats(row.id, number):
                results.append(RowResult(number, Outcome.REFUSED, repetition))
            else:
                rows.append(row)
        standing = await self._store.appointments.get_many(row.id for row in rows)
        results += [compared(row, standing[row.id]) for row in rows if row.id in standing]
        planned: list[Planned] = []
        new = [row for row in rows if row.id not in standing]
        clients = await self._store.clients.get_many({row.client_id for row in new})
        for row in new:
            plan = self._plan(row, clients)
            if isinstance(plan, Planned):
                planned.append(plan)
            else:
                results.append(RowResult(row.number, Outcome.REFUSED, plan))
        free, clashing = await self._without_clashes(planned)
        results += clashing
        if self._dry_run:
            results += [RowResult(one.row.number, Outcome.IMPORTED) for one in free]
        else:
            results += await write_imported(self._store, self._practice, free, self._rows)
        return sorted(results, key=lambda result: result.number)

    def _plan(self, row: AppointmentRow, clients: dict[UUID, Client]) -> Planned | Findings:
        client = clients.get(row.client_id)
        if client is None:
            return (Finding(Code.CLIENT_UNKNOWN, "client_id"),)
        booking = row.plan(self._confirmed, self._now)
        if isinstance(booking, tuple):
            return booking
        appointment = Appointment(
            id=row.id,
            practice_id=self._practice.id,
            client_id=client.id,
            client_name=client.name,
            booking=booking,
            changed_at=self._now,
            status=row.status,
        )
        return Planned(row, client, appointment)

    async def _without_clashes(
        self, planned: Sequence[Planned]
    ) -> tuple[list[Planned], list[RowResult]]:
        """Return what is free on record and among the rows before, and what is not.

        What is written later at once would otherwise be a race between rows of the file.
        """
        busy = await self._store.calendar_days.busy_on(
            self._practice.id, [one.appointment.booking for one in planned]
        )
        free: list[Planned] = []
        clashing: list[RowResult] = []
        for one in planned:
            booking, number = one.appointment.booking, one.row.number
            if not one.appointment.is_booked:
                free.append(one)
                continue
            records = {
                record
                for day in booking.utc_days
                for interval, record in busy.get((booking.clinician_id, day), ())
                if interval.overlaps(booking.interval) and record != one.row.id
            }
            if records:
                clashing.append(taken_by(self._rows, number, records))
            elif rows := self._taken.take(booking, number):
                finding = Finding(Code.SLOT_TAKEN, "start", rows=rows)
                clashing.append(RowResult(number, Outcome.REFUSED, (finding,)))
            else:
                free.append(one)
        return free, clashing
