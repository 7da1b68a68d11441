"""From a row of CSV to a typed record, or to what is wrong with it, in words of our own."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduler.importing import appointment_rows, client_rows
from services.scheduler.importing.client_rows import ClientRow, client_id, read_client
from services.scheduler.importing.csv_file import CsvRow
from services.scheduler.importing.directories import StaffDirectory
from services.scheduler.importing.findings import WORDS, Code
from tests.unit.builders import (
    DANA,
    INES,
    PRACTICE_ID,
)
from tests.unit.import_cells import (
    CLIENT,
    READER,
    STAFF,
    TODAY,
    appointment_row,
    client_row,
    faults,
    read_client_row,
)


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
    ("language", "French", "language-unknown"),
    ("language", "EN", "language-unknown"),
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


@pytest.mark.parametrize("count", [1, 7, 9])
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


TRICKY: Final = ["2027-03-14 02:30", "0001-01-01 00:00+14:00", "9" * 5000, "45", "Session", "90834"]
ANYTHING: Final = st.text(max_size=40) | st.sampled_from(
    [*TRICKY, *(cell for _column, cell, _code in CLIENT_FAULTS)]
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
