"""Appointments from CSV into a real calendar."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.scheduler.domain.appointment import AppointmentStatus, Booking
from services.scheduler.importing.client_rows import client_id
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases import import_appointments as appointments_module
from tests.harness.importing import (
    appointment_line,
    appointments_of,
    client_line,
    documents,
    outcomes,
    run_appointments,
    run_clients,
    told,
    whole,
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
