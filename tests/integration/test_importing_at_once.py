"""An import beside other writers, and one that was cut off: everything once, nothing lost."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.scheduler.domain.appointment import Booking
from services.scheduler.importing.client_rows import client_id
from services.scheduler.importing.findings import RowResult
from services.scheduler.mongo.calendar_days import CalendarDays
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases import import_appointments as appointments_module
from services.scheduler.use_cases import import_clients as clients_module
from services.scheduler.use_cases.show_to_assigned import show_to_assigned
from shared import mongo
from shared.mongo import PyMongoError, Session
from tests.harness.importing import (
    appointment_line,
    appointments_of,
    client_line,
    documents,
    outcomes,
    run_appointments,
    run_clients,
    told,
)
from tests.harness.practice import (
    SmallPractice,
    booked_intervals,
    busy_intervals,
    open_practice,
)


@pytest.fixture
async def small(store: Store) -> SmallPractice:
    """A practice, with two clients imported beside its own."""
    practice = await open_practice(store)
    assert outcomes(await run_clients(practice, client_line("P-1"), client_line("P-2"))) == {
        "imported": 2
    }
    return practice


class Interrupted(Exception):
    """The power fails."""


async def test_an_interrupted_run_is_finished_by_the_next(
    small: SmallPractice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some are there, the rest are imported, each once."""
    monkeypatch.setattr(clients_module, "_BATCH", 10)
    monkeypatch.setattr(appointments_module, "_BATCH", 10)
    clients = [client_line(f"N-{number}") for number in range(35)]
    appointments = [
        appointment_line(f"V-{number}", f"N-{number}", f"2027-03-{number % 28 + 1:02d} 12:00")
        for number in range(28)
    ]
    batches: list[int] = []

    def fails_after_two(results: Sequence[RowResult]) -> None:
        batches.append(len(results))
        if len(batches) % 2 == 0:
            raise Interrupted

    with pytest.raises(Interrupted):
        await run_clients(small, *clients, told=fails_after_two)
    assert outcomes(await run_clients(small, *clients)) == {"there-already": 20, "imported": 15}
    with pytest.raises(Interrupted):
        await run_appointments(small, *appointments, told=fails_after_two)
    assert outcomes(await run_appointments(small, *appointments)) == {
        "there-already": 20,
        "imported": 8,
    }
    assert len(await documents(small.store, "history")) == 28
    assert await busy_intervals(small.store) == await booked_intervals(small.store)


async def test_two_runs_at_once_import_everything_once(small: SmallPractice) -> None:
    """Each row is imported by one of the two and there for the other."""
    clients = [client_line(f"N-{number}") for number in range(300)]
    both = await asyncio.gather(run_clients(small, *clients), run_clients(small, *clients))
    assert sum((outcomes(one) for one in both), start=outcomes([])) == {
        "imported": 300,
        "there-already": 300,
    }
    appointments = [
        appointment_line(f"V-{number}", f"N-{number}", f"2027-03-{day:02d} {hour:02d}:00")
        for number, (day, hour) in enumerate(
            (day, hour) for day in range(1, 11) for hour in range(9, 17)
        )
    ]
    both = await asyncio.gather(
        run_appointments(small, *appointments), run_appointments(small, *appointments)
    )
    assert sum((outcomes(one) for one in both), start=outcomes([])) == {
        "imported": 80,
        "there-already": 80,
    }
    assert len(await documents(small.store, "history")) == 80
    assert await busy_intervals(small.store) == await booked_intervals(small.store)
    assert len(await booked_intervals(small.store)) == 80


class CalendarOfAnother(CalendarDays):
    """A calendar to which somebody does something just before it is written to."""

    def __init__(self, small: SmallPractice, first: Any) -> None:
        super().__init__(small.store.database)
        self._first = first

    async def ensure(
        self, practice_id: UUID, booking: Booking, *, there: frozenset[str] | None = None
    ) -> None:
        """Let the other one be first, once."""
        first, self._first = self._first, None
        if first is not None:
            await first()
        await super().ensure(practice_id, booking, there=there)


async def test_a_slot_that_is_taken_meanwhile_is_refused(small: SmallPractice) -> None:
    """Somebody booked it between the check and the writing."""

    async def book() -> None:
        await run_appointments(small, appointment_line("X", "P-1", "2027-03-01 10:00"))

    small.store.calendar_days = CalendarOfAnother(small, book)
    results = await run_appointments(small, appointment_line("V", "P-2", "2027-03-01 10:30"))

    assert told(results) == [(2, "refused", "start", "slot-taken")]
    (booked,) = await appointments_of(small)
    assert results[0].findings[0].ids == (booked.id,)
    assert await busy_intervals(small.store) == await booked_intervals(small.store)


async def test_a_cancelled_one_that_another_run_imports_meanwhile_is_there(
    small: SmallPractice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes no time, so that only its id tells."""
    line = appointment_line("V", "P-1", "2027-03-01 10:00", status="cancelled")

    async def transaction(body: Callable[[Session], Awaitable[None]]) -> None:
        monkeypatch.undo()
        assert outcomes(await run_appointments(small, line)) == {"imported": 1}
        await small.store.transaction(body)

    monkeypatch.setattr(small.store, "transaction", transaction)
    assert outcomes(await run_appointments(small, line)) == {"there-already": 1}
    assert len(await appointments_of(small)) == 1


async def test_who_is_assigned_meanwhile_sees_what_is_imported(small: SmallPractice) -> None:
    """The client's record is read before the appointment is written."""
    record = await small.store.clients.get(small.practice.id, client_id(small.practice.id, "P-1"))
    assert record is not None
    changed = replace(record, assigned_staff_ids=(small.marcus.id,))

    async def assign() -> None:
        await small.store.clients.save(changed)
        await show_to_assigned(small.store, changed)

    small.store.calendar_days = CalendarOfAnother(small, assign)
    await run_appointments(small, appointment_line("V", "P-1", "2027-03-01 10:00"))

    (booked,) = await appointments_of(small)
    assert await small.store.appointments.get(small.marcus, booked.id) == booked


async def test_what_a_killed_run_left_open_holds_up_the_next_but_does_not_end_it(
    small: SmallPractice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its transaction is open until MongoDB ends it, longer than a transaction is tried for."""
    line = appointment_line("V", "P-1", "2027-03-01 10:00")
    await run_appointments(small, appointment_line("X", "P-1", "2027-03-01 12:00"))
    (other,) = await appointments_of(small)
    monkeypatch.setattr(mongo, "_TRANSACTION_SECONDS", 0.1)
    given_up: list[BaseException] = []

    async with await small.store.database.client.start_session() as killed:
        killed.start_transaction()
        await small.store.calendar_days.release(other, session=killed)

        async def transaction(body: Callable[[Session], Awaitable[None]]) -> None:
            try:
                await Store.transaction(small.store, body)
            except PyMongoError as error:
                given_up.append(error)
                if len(given_up) == 2:
                    await killed.abort_transaction()
                raise

        monkeypatch.setattr(small.store, "transaction", transaction)
        results = await run_appointments(small, line)

    assert outcomes(results) == {"imported": 1}
    assert len(given_up) == 2
    assert len(await appointments_of(small)) == 2
    assert await busy_intervals(small.store) == await booked_intervals(small.store)


async def test_a_database_that_goes_away_ends_the_run_with_its_own_error(
    small: SmallPractice,
) -> None:
    """Not with a group of errors, which the command would not know."""

    async def fail() -> None:
        raise PyMongoError

    small.store.calendar_days = CalendarOfAnother(small, fail)
    with pytest.raises(PyMongoError):
        await run_appointments(small, appointment_line("V", "P-1", "2027-03-01 10:00"))
    assert await appointments_of(small) == []
