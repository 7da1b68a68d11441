"""From a row of CSV to a typed record, or to what is wrong with it, in words of our own."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduler.domain.appointment import AppointmentStatus, Booking
from services.scheduler.domain.booking_plan import HORIZON, NOTHING_CONFIRMED, Confirmed
from services.scheduler.domain.people import Practice
from services.scheduler.importing import appointment_rows, client_rows
from services.scheduler.importing.appointment_rows import AppointmentReader, AppointmentRow
from services.scheduler.importing.client_rows import ClientRow, client_id, read_client
from services.scheduler.importing.csv_file import CsvRow
from services.scheduler.importing.directories import ServiceDirectory, StaffDirectory
from services.scheduler.importing.findings import WORDS, Code, Findings
from services.scheduler.importing.taken_times import TakenTimes
from shared.schemas.vocabulary import Modality
from tests.unit.builders import (
    DANA,
    INES,
    INTAKE,
    NOW,
    ONLINE,
    PRACTICE_ID,
    PRIYA,
    SESSION,
    appointment,
    booking,
)

TODAY: Final = NOW.date()
GONE: Final = replace(DANA, id=INTAKE.id, email="gone@example.org", active=False)
STAFF: Final = StaffDirectory([DANA, INES, PRIYA, GONE])
SERVICES: Final = ServiceDirectory(
    [replace(SESSION, fewest_minutes=38, most_minutes=52), ONLINE, INTAKE]
)
PRACTICE: Final = Practice(PRACTICE_ID, "a", "A", "America/New_York", None, None)
READER: Final = AppointmentReader(PRACTICE, STAFF, SERVICES)
CLIENT: Final = {
    "id": "P-1",
    "name": "S\u00f8ren Dahl",
    "email": "soren@example.org",
    "phone": "+1 212 555 0111",
    "birth_date": "1990-05-17",
    "assigned": "dana@example.org",
    "time_zone": "",
}
APPOINTMENT: Final = {
    "id": "V-1",
    "client_id": "P-1",
    "clinician": "dana@example.org",
    "service": "Session",
    "start": "2027-03-01 10:00",
    "minutes": "",
    "modality": "",
    "location": "",
    "status": "",
    "alert": "",
}


def read_client_row(**cells: str) -> ClientRow | Findings:
    """Read a client with some cells otherwise."""
    row = CsvRow(2, tuple({**CLIENT, **cells}.values()))
    return read_client(row, PRACTICE_ID, STAFF, today=TODAY)


def read_appointment_row(**cells: str) -> AppointmentRow | Findings:
    """Read an appointment with some cells otherwise."""
    return READER.read(CsvRow(2, tuple({**APPOINTMENT, **cells}.values())))


def client_row(**cells: str) -> ClientRow:
    """Return a client's row that can be read."""
    row = read_client_row(**cells)
    assert isinstance(row, ClientRow), row
    return row


def appointment_row(**cells: str) -> AppointmentRow:
    """Return an appointment's row that can be read."""
    row = read_appointment_row(**cells)
    assert isinstance(row, AppointmentRow), row
    return row


def faults(read: object) -> list[tuple[str | None, str]]:
    """Return column and code of each finding."""
    assert isinstance(read, tuple)
    return [(finding.column, finding.code.value) for finding in read]


def test_a_client_is_read_whole() -> None:
    """Spaces round a cell do not count; the same member of staff twice is one."""
    row = client_row(
        name="  S\u00f8ren Dahl ",
        assigned="Dana@example.org; ines@example.org;dana@EXAMPLE.org;",
        time_zone="America/Chicago",
    )

    assert row.client.id == client_id(PRACTICE_ID, "P-1")
    assert row.client.practice_id == PRACTICE_ID
    assert row.client.name == "S\u00f8ren Dahl"
    assert row.client.email == "soren@example.org"
    assert row.client.phone == "+1 212 555 0111"
    assert row.client.birth_date == date(1990, 5, 17)
    assert row.client.assigned_staff_ids == (DANA.id, INES.id)
    assert row.client.time_zone == "America/Chicago"
    assert row.obstacles == ()
    assert row.differences(row.client) == ()


def test_ids_follow_practice_and_reference() -> None:
    """The same row is the same record; another practice's, or another case of letters, is not."""
    ids = {
        client_row().client.id,
        client_row(id=" P-1 ").client.id,
        client_row(id="p-1").client.id,
        client_id(DANA.id, "P-1"),
        appointment_row(id="P-1").id,
    }
    assert len(ids) == 4


CLIENT_FAULTS: Final = [
    ("id", "", "missing"),
    ("id", "x" * 101, "too-long"),
    ("name", " ", "missing"),
    ("name", "\u00a0", "missing"),
    ("name", "x" * 201, "too-long"),
    ("name", "a\u202eb", "characters-refused"),
    ("name", "Dahl\n", "characters-refused"),
    ("name", "=HYPERLINK(1)", "formula"),
    ("name", " =1", "formula"),
    ("name", "\u00a0@a", "formula"),
    ("name", "\uff1d1", "formula"),
    ("name", "\tDahl", "formula"),
    ("name", "\rDahl", "formula"),
    ("name", "-1", "formula"),
    ("name", "+1", "formula"),
    ("email", "", "missing"),
    ("email", "S\u00f8ren <soren@example.org>", "email-invalid"),
    ("email", "@example.org", "formula"),
    ("email", "a" * 255, "too-long"),
    ("phone", "", "missing"),
    ("phone", "12", "phone-invalid"),
    ("phone", "+", "phone-invalid"),
    ("phone", "++12125550111", "formula"),
    ("phone", "+=12125550111", "formula"),
    ("phone", "-12125550111", "formula"),
    ("birth_date", "", "missing"),
    ("birth_date", "1990-02-30", "date-invalid"),
    ("birth_date", "1990-2-3", "date-invalid"),
    ("birth_date", "05/17/1990", "date-invalid"),
    ("birth_date", "1899-12-31", "birth-date-too-early"),
    ("birth_date", (TODAY + timedelta(days=1)).isoformat(), "birth-date-in-future"),
    ("assigned", "", "missing"),
    ("assigned", " ; ", "missing"),
    ("assigned", "dana@example.org;nobody@example.org", "staff-unknown"),
    ("assigned", "dana@example.org,ines@example.org", "email-invalid"),
    ("assigned", "Dana", "email-invalid"),
    ("time_zone", "Mars", "zone-unknown"),
]


@pytest.mark.parametrize(("column", "cell", "code"), CLIENT_FAULTS)
def test_a_clients_cell_is_refused_by_column_and_code(column: str, cell: str, code: str) -> None:
    """One wrong cell, one finding."""
    assert faults(read_client_row(**{column: cell})) == [(column, code)]


def test_every_fault_of_a_row_is_told_at_once() -> None:
    """Nobody has to run it again for each cell."""
    read = read_client_row(email="no", birth_date="no", time_zone="no")
    assert faults(read) == [
        ("email", "email-invalid"),
        ("birth_date", "date-invalid"),
        ("time_zone", "zone-unknown"),
    ]


@pytest.mark.parametrize("count", [1, 6, 8])
def test_too_many_or_too_few_cells_refuse_a_row(count: int) -> None:
    """Which cell is whose is not known then."""
    read = read_client(CsvRow(2, ("x",) * count), PRACTICE_ID, STAFF, today=TODAY)
    assert faults(read) == [(None, "wrong-number-of-cells")]


def test_who_left_or_sees_no_clients_is_an_obstacle_to_new_records_alone() -> None:
    """A row whose record is there must not be refused because somebody has left since."""
    row = client_row(assigned="gone@example.org;priya@example.org;dana@example.org")
    assert faults(row.obstacles) == [
        ("assigned", "staff-inactive"),
        ("assigned", "staff-sees-no-clients"),
    ]


def test_staff_with_one_address_are_told_apart_only_if_one_is_active() -> None:
    """Two who are active are ambiguous."""
    twin = replace(INES, email=DANA.email)
    row = CsvRow(2, tuple(CLIENT.values()))
    for other, expected in ((replace(twin, active=False), DANA), (twin, None)):
        read = read_client(row, PRACTICE_ID, StaffDirectory([other, DANA]), today=TODAY)
        if expected:
            assert isinstance(read, ClientRow)
            assert read.assigned == (expected,)
        else:
            assert faults(read) == [("assigned", "staff-ambiguous")]


def test_a_record_that_differs_is_told_by_column() -> None:
    """An empty time zone says nothing; the order of staff means nothing."""
    row = client_row(assigned="dana@example.org;ines@example.org")
    standing = replace(
        row.client,
        name="Another",
        birth_date=date(1990, 5, 18),
        assigned_staff_ids=(INES.id, DANA.id),
        time_zone="America/Chicago",
    )
    assert faults(row.differences(standing)) == [("name", "differs"), ("birth_date", "differs")]
    fewer = replace(row.client, assigned_staff_ids=(INES.id,))
    assert faults(row.differences(fewer)) == [("assigned", "differs")]


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


ANYTHING: Final = st.text(max_size=40) | st.sampled_from(
    [cell for _column, cell, _code in (*CLIENT_FAULTS, *APPOINTMENT_FAULTS)]
)


@given(st.lists(ANYTHING, max_size=11), st.booleans())
def test_findings_are_words_of_ours_whatever_a_row_holds(cells: list[str], of_client: bool) -> None:
    """Reading never fails otherwise, and nothing of a cell gets into what is said of it."""
    row = CsvRow(2, tuple(cells))
    columns = client_rows.COLUMNS if of_client else appointment_rows.COLUMNS
    read = read_client(row, PRACTICE_ID, STAFF, today=TODAY) if of_client else READER.read(row)
    if isinstance(read, tuple):
        assert read
        for finding in read:
            assert finding.words == WORDS[finding.code]
            assert finding.column is None or finding.column in columns


@given(
    st.dictionaries(
        st.sampled_from(sorted(CLIENT)), st.sampled_from(["", "Amara", "1990-02-30", "=1"])
    )
)
def test_a_row_is_a_record_or_has_findings(cells: dict[str, str]) -> None:
    """Never neither, never both; a finding is of a cell that is otherwise."""
    read = read_client_row(**cells)
    if isinstance(read, ClientRow):
        assert set(cells) <= {"name", "time_zone", "id"}
    else:
        assert {finding.column for finding in read} <= set(cells)


def test_there_are_words_for_every_code() -> None:
    """Each says what to do."""
    assert set(WORDS) == set(Code)
