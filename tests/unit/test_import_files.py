"""A file as a whole: what is a CSV file of ours, and what is refused before anything is written."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduler.domain.people import Practice
from services.scheduler.importing import appointment_rows, client_rows, csv_file
from services.scheduler.importing.appointment_rows import AppointmentReader, AppointmentRow
from services.scheduler.importing.cells import CellRefused
from services.scheduler.importing.client_rows import ClientRow, read_client
from services.scheduler.importing.csv_file import (
    CsvRow,
    FileFault,
    FileRefused,
    in_batches,
    read_rows,
    survey,
)
from services.scheduler.importing.directories import ServiceDirectory, StaffDirectory
from services.scheduler.importing.findings import Code
from services.scheduler.importing.local_time import start_in
from tests.unit.builders import DANA, INES, INTAKE, NOW, PRACTICE_ID, SESSION

HEADER: Final = ("id", "name")
HEAD: Final = b"id,name\n"
DOCUMENTATION: Final = (Path(__file__).parents[2] / "docs/importing.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (HEAD, []),
        (HEAD + b"1,Ada\n2,Bo", [(2, ("1", "Ada")), (3, ("2", "Bo"))]),
        (b"\xef\xbb\xbf" + HEAD + "1,Zoë\n".encode(), [(2, ("1", "Zoë"))]),
        (b'"id","name"\r\n1,Ada\r\n', [(2, ("1", "Ada"))]),
        (HEAD + b'1,"A, ""B""\nC"\n2,D\n', [(2, ("1", 'A, "B"\nC')), (3, ("2", "D"))]),
        (HEAD + b"\n1,Ada\n,\n , \n2,Bo\n\n", [(3, ("1", "Ada")), (6, ("2", "Bo"))]),
        (HEAD + b"1\n1,2,3\n", [(2, ("1",)), (3, ("1", "2", "3"))]),
    ],
)
def test_rows_are_numbered_as_in_a_spreadsheet(
    content: bytes, expected: list[tuple[int, tuple[str, ...]]]
) -> None:
    """The header is row 1; empty rows count and are left out; a cell may have several lines."""
    file = io.BytesIO(content)
    assert survey(file, HEADER) == len(expected)
    assert [(row.number, row.cells) for row in read_rows(file, HEADER)] == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (HEAD + b"1,Ada\n2\n", [("1", "Ada", ""), ("2", "")]),
        (b"id,name,language\n1,Ada,de\n2,Bo\n", [("1", "Ada", "de"), ("2", "Bo")]),
    ],
)
def test_a_column_that_may_be_left_out_is_empty_then(
    content: bytes, expected: list[tuple[str, ...]]
) -> None:
    """A row that is a cell short is one short with it and without."""
    rows = read_rows(io.BytesIO(content), HEADER, ("language",))
    assert [row.cells for row in rows] == expected


@pytest.mark.parametrize("header", [b"id,name,lang\n", b"id,language,name\n", b"id\n"])
def test_only_that_column_may_follow(header: bytes) -> None:
    """At its place, under its name."""
    with pytest.raises(FileRefused) as refused:
        survey(io.BytesIO(header), HEADER, ("language",))
    assert refused.value.fault is FileFault.WRONG_HEADER


@pytest.mark.parametrize(
    ("content", "fault", "line"),
    [
        (b"", FileFault.EMPTY, None),
        (b"\xef\xbb\xbf", FileFault.EMPTY, None),
        (b"\n" + HEAD, FileFault.WRONG_HEADER, 1),
        (b"name,id\n", FileFault.WRONG_HEADER, 1),
        (b"id;name\n", FileFault.WRONG_HEADER, 1),
        (b"id,name,\n", FileFault.WRONG_HEADER, 1),
        (b"1,Amara\n2,Bo\n", FileFault.WRONG_HEADER, 1),
        (HEAD + b"1,A\n2,Zo\xeb\n", FileFault.NOT_UTF8, 3),
        ("id,name\n".encode("utf-16"), FileFault.NUL_BYTE, 1),
        (b"PK\x03\x04\xff\xfe\x80\n", FileFault.NOT_UTF8, 1),
        (HEAD + b"1,\xed\xa0\x80\n", FileFault.NOT_UTF8, 2),
        (HEAD + b"1,A\0B\n", FileFault.NUL_BYTE, 2),
        (HEAD + b'1,"A\n2,B\n', FileFault.NOT_CSV, 3),
        (HEAD + b'1,"A"B\n', FileFault.NOT_CSV, 2),
        (HEAD + b"1,A\rB\n", FileFault.NOT_CSV, 2),
        (HEAD + b"1," + b"x" * 140_000 + b"\n", FileFault.NOT_CSV, 2),
        (HEAD + b'1,"' + b"x\n" * 70_000 + b'"\n', FileFault.NOT_CSV, 65_538),
        (b"x" * 140_000, FileFault.NOT_CSV, 1),
    ],
)
def test_what_is_no_such_file_is_refused_with_its_line(
    content: bytes, fault: FileFault, line: int | None
) -> None:
    """By the survey, so before anything is imported; the message repeats nothing of the file."""
    with pytest.raises(FileRefused) as refused:
        survey(io.BytesIO(content), HEADER)
    assert (refused.value.fault, refused.value.line) == (fault, line)
    assert str(refused.value).startswith(f"{fault.value}: ")
    for private in ("Amara", "Zo", "1,A"):
        assert private not in str(refused.value)


def test_a_file_too_large_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its bytes, and by its rows."""
    monkeypatch.setattr(csv_file, "MOST_BYTES", 20)
    monkeypatch.setattr(csv_file, "MOST_ROWS", 2)
    assert survey(io.BytesIO(HEAD + b"1,A\n2,B\n"), HEADER) == 2
    for content, fault in (
        (HEAD + b"1,A\n2,B\n3,C\n", FileFault.TOO_MANY_ROWS),
        (HEAD + b"\xff" * 13, FileFault.TOO_LARGE),
    ):
        with pytest.raises(FileRefused) as refused:
            survey(io.BytesIO(content), HEADER)
        assert refused.value.fault is fault


@given(st.binary(max_size=60) | st.text(alphabet='1,";\n\r\t\0é', max_size=60).map(str.encode))
def test_any_bytes_are_rows_or_refused(content: bytes) -> None:
    """Nothing else is raised, whatever follows the header."""
    file = io.BytesIO(HEAD + content)
    try:
        count = survey(file, HEADER)
    except FileRefused:
        return
    assert [len(row.cells) > 0 for row in read_rows(file, HEADER)] == [True] * count


def test_batches_hold_every_row_once() -> None:
    """The last one may be smaller."""
    rows = [CsvRow(number, ()) for number in range(2, 9)]
    assert list(in_batches(rows, 3)) == [rows[:3], rows[3:6], rows[6:]]


ZONES: Final = ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]


@pytest.mark.parametrize(
    ("zone", "skipped", "doubled"),
    [
        ("America/New_York", "2027-03-14 02:00", "2027-11-07 01:59"),
        ("Europe/London", "2027-03-28 01:00", "2027-10-31 01:00"),
        ("Australia/Lord_Howe", "2027-10-03 02:29", "2027-04-04 01:45"),
    ],
)
def test_a_local_time_that_is_not_or_comes_twice_needs_an_offset(
    zone: str, skipped: str, doubled: str
) -> None:
    """In both directions; with the offset it is an instant like any other."""
    read = start_in(ZoneInfo(zone))
    for cell, code in ((skipped, Code.START_SKIPPED), (doubled, Code.START_DOUBLED)):
        with pytest.raises(CellRefused) as refused:
            read(cell)
        assert refused.value.code is code
        assert read(f"{cell}+00:00").strftime("%Y-%m-%d %H:%M") == cell


def test_the_first_and_the_last_day_there_is_are_refused_in_every_zone() -> None:
    """Where the clocks are ahead of UTC, the first midnight is before all time."""
    for zone in ZONES:
        read = start_in(ZoneInfo(zone))
        for cell, code in (
            ("0001-01-01 00:00", Code.START_TOO_EARLY),
            ("9999-12-31 23:59", Code.START_TOO_FAR),
        ):
            with pytest.raises(CellRefused) as refused:
                read(cell)
            assert refused.value.code is code


@given(
    st.datetimes(datetime(1970, 1, 3), datetime(2100, 1, 1)),  # noqa: DTZ001  instants below
    st.sampled_from(ZONES),
)
def test_a_local_time_is_the_instant_that_a_clock_there_shows(moment: datetime, zone: str) -> None:
    """What is read back shows the same wall time, and an instant as it is written is itself."""
    local = ZoneInfo(zone)
    instant = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    wall = instant.astimezone(local)
    read = start_in(local)
    assert read(instant.strftime("%Y-%m-%dT%H:%MZ")) == instant
    cell = wall.strftime("%Y-%m-%d %H:%M")
    if wall.replace(fold=0).utcoffset() == wall.replace(fold=1).utcoffset():
        assert read(cell) == instant
        return
    with pytest.raises(CellRefused) as refused:
        read(cell)
    assert refused.value.code is Code.START_DOUBLED


def test_the_documented_examples_can_be_read() -> None:
    """Both files of docs/importing.md, header and all, by a practice with such staff."""
    clients, appointments = re.findall(r"```csv\n(.*?)```", DOCUMENTATION, re.DOTALL)
    staff = StaffDirectory([DANA, INES])
    practice = Practice(PRACTICE_ID, "a", "A", "America/New_York", None, None)
    reader = AppointmentReader(practice, staff, ServiceDirectory([SESSION, INTAKE]))

    read = [
        read_client(row, PRACTICE_ID, staff, today=NOW.date())
        for row in read_rows(
            io.BytesIO(clients.encode()), client_rows.COLUMNS, client_rows.MAY_FOLLOW
        )
    ]
    assert len(read) == 2
    known = {row.client.id for row in read if isinstance(row, ClientRow)}
    assert len(known) == 2
    booked = [
        reader.read(row)
        for row in read_rows(io.BytesIO(appointments.encode()), appointment_rows.COLUMNS)
    ]
    assert len(booked) == 3
    for row in booked:
        assert isinstance(row, AppointmentRow), row
        assert row.client_id in known


def test_every_code_is_documented() -> None:
    """The first column of the tables lists the codes of files and of rows, and no others."""
    tables = DOCUMENTATION.split("## A file that is refused")[1].split("## Speed")[0]
    first_cells = re.findall(r"^\| (`[^|]*) \|", tables, re.MULTILINE)
    documented = {code for cell in first_cells for code in re.findall(r"`([^`]+)`", cell)}
    assert documented == {code.value for code in (*Code, *FileFault)}
