"""A row of the appointments' file: its cells, the rules it is under, and where it differs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from services.scheduler.domain.appointment import AppointmentStatus, Booking
from services.scheduler.domain.booking_plan import HORIZON, NOTHING_CONFIRMED, Confirmed
from services.scheduler.importing.appointment_rows import AppointmentReader, AppointmentRow
from services.scheduler.importing.csv_file import CsvRow
from services.scheduler.importing.directories import ServiceDirectory
from services.scheduler.importing.taken_times import TakenTimes
from shared.schemas.vocabulary import Modality
from tests.unit.builders import (
    INES,
    INTAKE,
    NOW,
    ONLINE,
    SESSION,
    appointment,
    booking,
)
from tests.unit.import_cells import (
    APPOINTMENT,
    PRACTICE,
    STAFF,
    appointment_row,
    client_row,
    faults,
    read_appointment_row,
)


def test_an_appointment_is_read_whole() -> None:
    """A local time is the practice's; New York is five hours behind in winter."""
    row = appointment_row(
        minutes="50",
        modality="telehealth",
        location="Room 2",
        status="cancelled",
        alert="Bring the form.\nAnd a pen.",
    )

    assert row.client_id == client_row().client.id
    assert row.start == datetime(2027, 3, 1, 15, 0, tzinfo=UTC)
    assert row.status is AppointmentStatus.CANCELLED
    planned = row.plan(NOTHING_CONFIRMED, NOW)
    assert planned == booking(
        minutes=50,
        modality=Modality.TELEHEALTH,
        location="Room 2",
        alert="Bring the form.\nAnd a pen.",
    )


def test_empty_cells_are_what_the_service_usually_has() -> None:
    """As for any booking."""
    row = appointment_row()
    assert row.status is AppointmentStatus.BOOKED
    assert row.plan(NOTHING_CONFIRMED, NOW) == booking()


APPOINTMENT_FAULTS: Final = [
    ("id", "", "missing"),
    ("client_id", "", "missing"),
    ("client_id", "=1", "formula"),
    ("clinician", "", "missing"),
    ("clinician", "Dana", "email-invalid"),
    ("clinician", "dana@example.org;ines@example.org", "email-invalid"),
    ("clinician", "nobody@example.org", "staff-unknown"),
    ("service", "", "missing"),
    ("service", "90834", "service-ambiguous"),
    ("service", "90899", "service-unknown"),
    ("start", "", "missing"),
    ("start", "2027-03-01", "start-invalid"),
    ("start", "3/1/2027 15:00", "start-invalid"),
    ("start", "2027-02-30 15:00", "start-invalid"),
    ("start", "2027-03-01 25:00", "start-invalid"),
    ("start", "2027-03-01 15:00+99:00", "start-invalid"),
    ("start", "2027-03-01 15:00 America/New_York", "start-invalid"),
    ("start", "2027-03-01 15:00:30", "start-not-whole-minute"),
    ("start", "2027-03-01 15:00:30Z", "start-not-whole-minute"),
    ("start", "2027-03-14 02:30", "start-skipped"),
    ("start", "2027-11-07 01:30", "start-doubled"),
    ("start", "1969-12-31 15:00", "start-too-early"),
    ("start", "0001-01-01 00:00", "start-too-early"),
    ("start", "0001-01-01 00:00+14:00", "start-too-early"),
    ("start", "9999-12-31 23:59", "start-too-far"),
    ("minutes", "4", "minutes-invalid"),
    ("minutes", "721", "minutes-invalid"),
    ("minutes", "45.0", "minutes-invalid"),
    ("minutes", "-45", "formula"),
    ("minutes", "\u0664\u0665", "minutes-invalid"),
    ("minutes", "9" * 5000, "minutes-invalid"),
    ("modality", "phone", "modality-unknown"),
    ("modality", "In_Person", "modality-unknown"),
    ("location", "a\nb", "characters-refused"),
    ("location", "x" * 201, "too-long"),
    ("status", "pending", "status-unknown"),
    ("alert", "x" * 2001, "too-long"),
    ("alert", "+ form", "formula"),
]


@pytest.mark.parametrize(("column", "cell", "code"), APPOINTMENT_FAULTS)
def test_an_appointments_cell_is_refused_by_column_and_code(
    column: str, cell: str, code: str
) -> None:
    """One wrong cell, one finding."""
    assert faults(read_appointment_row(**{column: cell})) == [(column, code)]


def test_a_service_goes_by_code_or_label_and_an_active_one_goes_first() -> None:
    """A code that two share is no name, unless one of the two is not offered any more."""
    assert appointment_row(service="session ONLINE").service is ONLINE
    assert appointment_row(service="90791").service is INTAKE
    former = replace(SESSION, active=False)
    reader = AppointmentReader(PRACTICE, STAFF, ServiceDirectory([former, ONLINE]))
    row = reader.read(CsvRow(2, tuple({**APPOINTMENT, "service": "90834"}.values())))
    assert isinstance(row, AppointmentRow)
    assert row.service is ONLINE


@pytest.mark.parametrize(
    ("cells", "confirmed", "expected"),
    [
        ({"clinician": "gone@example.org"}, False, ("clinician", "staff-inactive")),
        ({"clinician": "priya@example.org"}, False, ("clinician", "staff-sees-no-clients")),
        ({"minutes": "37"}, False, ("minutes", "duration-unusual")),
        ({"minutes": "37"}, True, None),
        ({"minutes": "38"}, False, None),
        ({"start": (NOW + HORIZON).strftime("%Y-%m-%dT%H:%MZ")}, False, None),
        (
            {"start": (NOW + HORIZON + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%MZ")},
            False,
            ("start", "start-too-far"),
        ),
        ({"start": "1970-01-01 00:00Z"}, False, None),
        ({"start": NOW.strftime("%Y-%m-%dT%H:%MZ")}, False, None),
    ],
)
def test_the_rules_are_those_of_every_booking_except_that_it_may_be_over(
    cells: dict[str, str], confirmed: bool, expected: tuple[str, str] | None
) -> None:
    """Who, how long, and how far ahead."""
    planned = appointment_row(**cells).plan(Confirmed(duration=confirmed), NOW)
    if expected is None:
        assert isinstance(planned, Booking)
    else:
        assert faults(planned) == [expected]


def test_an_appointment_that_differs_is_told_by_column() -> None:
    """What staff changed since; an empty cell says nothing."""
    row = appointment_row()
    standing = replace(appointment(), id=row.id, client_id=row.client_id)
    assert row.differences(standing) == ()
    moved = booking(start=standing.booking.start + timedelta(hours=1), minutes=60, alert="New.")
    changed = replace(standing, booking=moved, status=AppointmentStatus.CANCELLED)
    assert faults(row.differences(changed)) == [("start", "differs"), ("status", "differs")]
    told = appointment_row(minutes="45", alert="Old.")
    assert faults(told.differences(changed)) == [
        ("start", "differs"),
        ("minutes", "differs"),
        ("status", "differs"),
        ("alert", "differs"),
    ]


def test_rows_of_a_file_take_their_time() -> None:
    """Another clinician, or the very next minute, is free; midnight UTC is no border."""
    taken = TakenTimes()
    late = booking(start=datetime(2027, 3, 1, 23, 30, tzinfo=UTC))
    assert taken.take(late, 2) == ()
    assert taken.take(replace(late, start=late.end), 3) == ()
    assert taken.take(replace(late, clinician_id=INES.id), 4) == ()
    between = replace(late, start=late.start + timedelta(minutes=40))
    assert taken.take(between, 5) == (2, 3)
    assert taken.take(replace(between, start=between.start + timedelta(minutes=30)), 6) == (3,)
    assert taken.take(replace(late, start=late.end + timedelta(minutes=45)), 7) == ()
