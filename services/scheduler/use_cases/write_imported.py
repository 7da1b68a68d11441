"""Write appointments that an import has planned: each in a transaction, nobody is e-mailed."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.people import Client, Practice, StaffMember
from services.scheduler.domain.refusals import SlotTaken
from services.scheduler.importing.appointment_rows import AppointmentRow
from services.scheduler.importing.findings import Code, Outcome, RowResult
from services.scheduler.importing.known_rows import KnownRows
from services.scheduler.mongo import bookings
from services.scheduler.mongo.history import HistoryEntry
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_calendar import CalendarChange, write_calendar_change
from services.scheduler.use_cases.show_to_assigned import recheck
from shared.auth.actors import Role
from shared.mongo import DuplicateKeyError, PyMongoError, Session, is_outage

BY_NAME: Final = "the import"
"""Who the history says it was."""

IMPORTED: Final = "imported"
"""What the history says was done."""

_AT_ONCE: Final = 16
_PATIENCE_SECONDS: Final = 90
"""MongoDB ends the transactions of a run that was killed after a minute; a failover is shorter."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A row and the appointment to be written for it."""

    row: AppointmentRow
    client: Client
    appointment: Appointment

    @property
    def day(self) -> tuple[UUID, date]:
        """The day document that it begins in: rows of one wait for each other."""
        booking = self.appointment.booking
        return booking.clinician_id, booking.utc_days[0]


async def write_imported(
    store: Store, practice: Practice, planned: Sequence[Planned], rows: KnownRows
) -> list[RowResult]:
    """Write them, several at once; return what became of each.

    Raises:
        PyMongoError: some may have been written; an outage has gone on for a minute and a half.

    """
    writer = _Writer(store, practice, rows)
    days: dict[tuple[UUID, date], list[Planned]] = defaultdict(list)
    for one in planned:
        days[one.day].append(one)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(writer.write_day(day)) for day in days.values()]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    finally:
        await recheck(store, [one.client for one in planned])
    return [result for task in tasks for result in task.result()]


def compared(row: AppointmentRow, standing: Appointment | None) -> RowResult:
    """Return what becomes of a row whose record is there.

    It is None when another run has just written it and not all of the replica set has it yet.
    """
    differences = () if standing is None else row.differences(standing)
    outcome = Outcome.DIFFERS if differences else Outcome.THERE_ALREADY
    return RowResult(row.number, outcome, differences)


def taken_by(rows: KnownRows, number: int, records: Iterable[UUID]) -> RowResult:
    """Return what becomes of a row whose time those appointments take."""
    finding = rows.about(Code.SLOT_TAKEN, "start", list(records))
    return RowResult(number, Outcome.REFUSED, (finding,))


class _Writer:
    def __init__(self, store: Store, practice: Practice, rows: KnownRows) -> None:
        self._store = store
        self._practice = practice
        self._rows = rows
        self._places = asyncio.Semaphore(_AT_ONCE)
        # It sees all of the practice, as whoever may run the command does.
        self._actor = StaffMember(
            uuid5(practice.id, IMPORTED), practice.id, BY_NAME, "", Role.PRACTICE_SCHEDULER
        )

    async def write_day(self, day: Sequence[Planned]) -> list[RowResult]:
        async with self._places:
            return [await self._write_patiently(one) for one in day]

    async def _write_patiently(self, one: Planned) -> RowResult:
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return await self._write(one)
            except PyMongoError as error:
                if not is_outage(error) or time.monotonic() > give_up_at:
                    raise

    async def _write(self, one: Planned) -> RowResult:
        appointment = one.appointment
        if appointment.is_booked:
            await self._store.calendar_days.ensure(self._practice.id, appointment.booking)

        async def body(session: Session) -> None:
            change = CalendarChange(one.client, None, appointment)
            await write_calendar_change(self._store, self._actor, change, session)
            await self._store.history.add(_history_entry(appointment), session=session)

        try:
            await self._store.transaction(body)
        except DuplicateKeyError:  # another run was quicker
            found = await self._store.appointments.get_many([one.row.id])
            return compared(one.row, found.get(one.row.id))
        except SlotTaken as taken:
            records = [clash.appointment_id for clash in taken.clashes if clash.appointment_id]
            return taken_by(self._rows, one.row.number, records)
        return RowResult(one.row.number, Outcome.IMPORTED)


def _history_entry(appointment: Appointment) -> HistoryEntry:
    return HistoryEntry(
        id=f"{appointment.id}:{appointment.version}",
        practice_id=appointment.practice_id,
        request_id=None,
        appointment_id=appointment.id,
        action=IMPORTED,
        by_staff_id=None,
        by_name=BY_NAME,
        at=appointment.changed_at,
        before={},
        after={
            "status": appointment.status.value,
            "appointment": bookings.to_document(appointment.booking),
        },
    )
