"""Rows of files to import, whole and right, so that a test names only the cell it is about."""

from dataclasses import replace
from typing import Final

from services.scheduler.domain.people import Practice
from services.scheduler.importing.appointment_rows import AppointmentReader, AppointmentRow
from services.scheduler.importing.client_rows import ClientRow, read_client
from services.scheduler.importing.csv_file import CsvRow
from services.scheduler.importing.directories import ServiceDirectory, StaffDirectory
from services.scheduler.importing.findings import Findings
from tests.unit.builders import (
    DANA,
    INES,
    INTAKE,
    NOW,
    ONLINE,
    PRACTICE_ID,
    PRIYA,
    SESSION,
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
    "language": "",
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
