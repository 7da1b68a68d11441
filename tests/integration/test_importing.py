"""Clients and appointments from CSV into a real database."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.scheduler.domain.appointment import Appointment, AppointmentStatus, Booking
from services.scheduler.importing.client_rows import client_id
from services.scheduler.importing.findings import RowResult
from services.scheduler.mongo.appointments import AppointmentFilter
from services.scheduler.mongo.calendar_days import CalendarDays
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases import import_appointments as appointments_module
from services.scheduler.use_cases import import_clients as clients_module
from services.scheduler.use_cases.show_to_assigned import show_to_assigned
from shared.mongo import PyMongoError
from tests.harness.importing import (
    appointment_line,
    client_line,
    outcomes,
    run_appointments,
    run_clients,
    told,
)
from tests.harness.practice import (
    NOW,
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


async def documents(store: Store, collection: str) -> list[dict[str, Any]]:
    """Return all that a collection holds."""
    return [row async for row in store.database[collection].find({}).sort("_id", 1)]


async def whole(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Return the whole database."""
    names = await store.database.list_collection_names()
    return {name: await documents(store, name) for name in names}


async def appointments_of(small: SmallPractice) -> list[Appointment]:
    """Return all appointments, by start."""
    return await small.store.appointments.find(small.priya, AppointmentFilter(), limit=1000)


async def test_a_client_becomes_a_record_that_their_staff_see(small: SmallPractice) -> None:
    """With all that the row says; Marcus, who is not assigned, does not see it."""
    line = client_line(
        "P-9",
        name='"Dahl, S\u00f8ren"',
        birth_date="1984-02-29",
        time_zone="Europe/Oslo",
        assigned="dana@example.org;priya@example.org".replace("priya", "marcus"),
    )
    assert outcomes(await run_clients(small, line)) == {"imported": 1}

    identifier = client_id(small.practice.id, "P-9")
    record = await small.store.clients.get_visible(small.marcus, identifier)
    assert record is not None
    assert (record.name, record.email, record.phone) == (
        "Dahl, S\u00f8ren",
        "p-9@example.org",
        "+1 212 555 0111",
    )
    assert (record.birth_date, record.time_zone) == (date(1984, 2, 29), "Europe/Oslo")
    assert record.assigned_staff_ids == (small.dana.id, small.marcus.id)
    other = client_id(small.practice.id, "P-1")
    assert await small.store.clients.get_visible(small.marcus, other) is None


async def test_importing_clients_again_changes_nothing(small: SmallPractice) -> None:
    """What is there stays, and where it differs is told."""
    before = await documents(small.store, "clients")
    results = await run_clients(
        small,
        client_line("P-1"),
        client_line("P-2", name="Another", phone="+1 212 555 0199"),
        client_line("P-1", name="Third"),
    )
    assert outcomes(results) == {"there-already": 1, "differs": 1, "refused": 1}
    assert told(results) == [
        (3, "differs", "name", "differs"),
        (3, "differs", "phone", "differs"),
        (4, "refused", "id", "id-repeated"),
    ]
    assert results[2].findings[0].rows == (2,)
    assert await documents(small.store, "clients") == before


async def test_a_row_is_there_although_its_clinician_left(small: SmallPractice) -> None:
    """A new one with them is refused."""
    await small.store.staff.save(replace(small.dana, active=False))
    results = await run_clients(small, client_line("P-1"), client_line("P-3"))
    assert outcomes(results) == {"there-already": 1, "refused": 1}
    assert told(results) == [(3, "refused", "assigned", "staff-inactive")]


async def test_a_client_like_another_is_imported_and_told_of(
    small: SmallPractice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By address in any case, or by name without accents and birth date; by row or by record."""
    monkeypatch.setattr(clients_module, "_BATCH", 2)
    lines = [
        client_line("P-3", email="AMARA@example.org"),
        client_line("P-4", email="p-3b@example.org", name="P\u00e9ter Kov\u00e1cs"),
        client_line("P-5", email="p-5@example.org", name="Peter KOVACS"),
        client_line("P-6", email="P-5@example.org", birth_date="1991-01-01"),
        client_line("P-7", name="Peter Kovacs", birth_date="1990-05-18"),
    ]
    for dry_run in (True, False):
        results = await run_clients(small, *lines, dry_run=dry_run)
        assert outcomes(results) == {"imported": 5}
        assert told(results) == [
            (2, "imported", "email", "client-may-exist"),
            (4, "imported", "name", "client-may-exist"),
            (5, "imported", "email", "client-may-exist"),
        ]
        findings = [finding for result in results for finding in result.findings]
        assert findings[0].ids == (small.amara.id,)
        assert [finding.rows for finding in findings] == [(), (3,), (4,)]


async def test_an_appointment_is_booked_as_any_other_without_an_email(
    small: SmallPractice,
) -> None:
    """Calendar day, history by "the import", who may see it; no event, nothing to be notified."""
    results = await run_appointments(
        small, appointment_line("V-1", "P-1", "2027-03-01 18:50", alert="Bring it.")
    )

    assert outcomes(results) == {"imported": 1}
    (appointment,) = await appointments_of(small)
    assert appointment.booking == Booking(
        start=datetime(2027, 3, 1, 23, 50, tzinfo=UTC),
        minutes=45,
        clinician_id=small.dana.id,
        clinician_name=small.dana.name,
        service_id=small.session.id,
        service_code=small.session.code,
        service_label=small.session.label,
        appointment_type=small.session.appointment_type,
        modality=small.session.modality,
        location=small.session.location,
        alert="Bring it.",
    )
    assert (appointment.client_id, appointment.client_name) == (
        client_id(small.practice.id, "P-1"),
        "Client P-1",
    )
    assert (appointment.sequence, appointment.version, appointment.notification) == (0, 1, None)
    days = await documents(small.store, "calendar_days")
    assert [len(day["busy"]) for day in days] == [1, 1]
    (entry,) = await small.store.history.of_appointment(small.practice.id, appointment.id)
    assert (entry.action, entry.by_name, entry.by_staff_id, entry.at) == (
        "imported",
        "the import",
        None,
        NOW,
    )
    assert entry.after["status"] == "booked"
    assert entry.after["appointment"]["minutes"] == 45
    assert await documents(small.store, "outbox") == []
    assert await small.store.appointments.get(small.dana, appointment.id) == appointment
    assert await small.store.appointments.get(small.marcus, appointment.id) is None


async def test_past_and_cancelled_ones_are_imported_and_the_cancelled_take_no_time(
    small: SmallPractice,
) -> None:
    """Two cancelled and one booked share an hour of ten years ago."""
    start = "2016-03-01 15:00"
    results = await run_appointments(
        small,
        appointment_line("V-1", "P-1", start, status="cancelled"),
        appointment_line("V-2", "P-1", start),
        appointment_line("V-3", "P-2", start, status="cancelled"),
    )
    assert outcomes(results) == {"imported": 3}
    assert [one.status for one in await appointments_of(small)].count(
        AppointmentStatus.CANCELLED
    ) == 2
    assert len(await busy_intervals(small.store)) == 1
    assert await busy_intervals(small.store) == await booked_intervals(small.store)


async def test_what_overlaps_is_refused_and_says_with_what(small: SmallPractice) -> None:
    """By the row when it comes from this file, otherwise by the record's id; names nobody."""
    standing = [
        appointment_line("OLD-1", "P-1", "2027-03-01 10:00"),
        appointment_line("OLD-2", "P-1", "2027-03-01 19:30"),
    ]
    await run_appointments(small, *standing)
    old = {one.booking.start.hour: one.id for one in await appointments_of(small)}

    lines = [
        appointment_line("V-1", "P-2", "2027-03-01 10:30"),
        standing[1],
        appointment_line("V-2", "P-2", "2027-03-01 19:00"),
        appointment_line("V-3", "P-2", "2027-03-01 12:00"),
        appointment_line("V-4", "P-1", "2027-03-01 12:44"),
        appointment_line("V-5", "P-1", "2027-03-01 12:45"),
        appointment_line("V-6", "P-1", "2027-03-01 12:00", clinician="marcus@example.org"),
    ]
    for dry_run in (True, False):
        results = await run_appointments(small, *lines, dry_run=dry_run)
        assert outcomes(results) == {"refused": 3, "imported": 3, "there-already": 1}
        findings = {one.number: one.findings[0] for one in results if one.findings}
        assert findings[2].ids == (old[15],)
        assert (findings[4].rows, findings[4].ids) == ((3,), ())
        assert findings[6].rows == (5,)
        assert {one.code.value for one in findings.values()} == {"slot-taken"}
    assert await busy_intervals(small.store) == await booked_intervals(small.store)
    assert len(await booked_intervals(small.store)) == 5


MIXED = [
    appointment_line("V-1", "P-1", "2027-03-01 10:00"),
    appointment_line("V-2", "P-1", "2027-03-01 10:15"),
    appointment_line("V-3", "P-404", "2027-03-02 10:00"),
    appointment_line("V-4", "P-1", "2027-03-03 10:00", minutes="600"),
    appointment_line("V-5", "P-1", "2029-03-03 10:00"),
    appointment_line("V-6", "P-1", "2027-03-14 02:30"),
    appointment_line("V-7", "P-1", "2027-03-04 10:00", clinician="priya@example.org"),
    appointment_line("V-8", "P-2", "2027-03-05 10:00"),
    appointment_line("V-8", "P-2", "2027-03-06 10:00"),
    "V-9,too few",
    appointment_line("V-10", "P-2", "2027-03-05 10:44"),
]


@pytest.mark.parametrize("batch", [1, 3, 200])
async def test_a_dry_run_finds_what_the_import_finds_and_writes_nothing(
    small: SmallPractice, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """However rows fall into batches; a third run finds the imported ones there."""
    monkeypatch.setattr(appointments_module, "_BATCH", batch)
    await small.store.services.save(replace(small.session, most_minutes=60))
    before = await whole(small.store)

    dry = await run_appointments(small, *MIXED, dry_run=True)
    assert await whole(small.store) == before
    wet = await run_appointments(small, *MIXED)

    assert dry == wet
    assert told(wet) == [
        (3, "refused", "start", "slot-taken"),
        (4, "refused", "client_id", "client-unknown"),
        (5, "refused", "minutes", "duration-unusual"),
        (6, "refused", "start", "start-too-far"),
        (7, "refused", "start", "start-skipped"),
        (8, "refused", "clinician", "staff-sees-no-clients"),
        (10, "refused", "id", "id-repeated"),
        (11, "refused", None, "wrong-number-of-cells"),
        (12, "refused", "start", "slot-taken"),
    ]
    assert outcomes(wet) == {"imported": 2, "refused": 9}
    written = await whole(small.store)
    again = await run_appointments(small, *MIXED)
    assert outcomes(again) == {"there-already": 2, "refused": 9}
    assert told(again) == told(wet)
    assert await whole(small.store) == written
    confirmed = await run_appointments(small, *MIXED, confirmed=True)
    assert outcomes(confirmed) == {"there-already": 2, "imported": 1, "refused": 8}


async def test_a_dry_run_of_clients_writes_nothing(small: SmallPractice) -> None:
    """And finds what the import finds."""
    lines = [client_line("P-3"), client_line("P-3"), client_line("P-4", phone="1")]
    before = await whole(small.store)
    dry = await run_clients(small, *lines, dry_run=True)
    assert await whole(small.store) == before
    assert dry == await run_clients(small, *lines)
    assert outcomes(dry) == {"imported": 1, "refused": 2}


async def test_an_appointment_that_staff_moved_stays_where_it_is(small: SmallPractice) -> None:
    """The row differs; what was moved is not moved back, and its old time is free again."""
    line = appointment_line("V-1", "P-1", "2027-03-01 10:00")
    await run_appointments(small, line)
    (before,) = await appointments_of(small)
    booking = replace(before.booking, start=before.booking.start + timedelta(days=1))
    await small.store.database["appointments"].update_one(
        {"_id": before.id}, {"$set": {"start": booking.start, "end": booking.end}}
    )
    results = await run_appointments(small, line)
    assert told(results) == [(2, "differs", "start", "differs")]
    (after,) = await appointments_of(small)
    assert after.booking == booking


async def test_clients_of_another_practice_are_unknown(small: SmallPractice) -> None:
    """The same reference there is another record, and its staff are nobody here."""
    other = await open_practice(small.store)
    await run_clients(other, client_line("P-77"))
    results = await run_appointments(small, appointment_line("V-1", "P-77", "2027-03-01 10:00"))
    assert told(results) == [(2, "refused", "client_id", "client-unknown")]
    assert (await run_clients(other, client_line("P-1")))[0].outcome.value == "imported"


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

    async def ensure(self, practice_id: UUID, booking: Booking) -> None:
        """Let the other one be first, once."""
        first, self._first = self._first, None
        if first is not None:
            await first()
        await super().ensure(practice_id, booking)


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
