"""Files to import into the small practice, and what became of their rows."""

import io
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.booking_plan import Confirmed
from services.scheduler.importing import appointment_rows, client_rows
from services.scheduler.importing.csv_file import read_rows
from services.scheduler.importing.findings import RowResult
from services.scheduler.mongo.appointments import AppointmentFilter
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.import_appointments import import_appointments
from services.scheduler.use_cases.import_clients import import_clients
from tests.harness.practice import NOW, SmallPractice

CLIENTS_HEADER = ",".join(client_rows.COLUMNS)
APPOINTMENTS_HEADER = ",".join(appointment_rows.COLUMNS)

Told = Callable[[Sequence[RowResult]], None]


def client_line(reference: str, **cells: str) -> str:
    """Return a line of a clients' file, of a client of Dana's."""
    whole = {
        "name": f"Client {reference}",
        "email": f"{reference}@example.org".lower(),
        "phone": "+1 212 555 0111",
        "birth_date": "1990-05-17",
        "assigned": "dana@example.org",
        "time_zone": "",
    }
    return ",".join([reference, *{**whole, **cells}.values()])


def appointment_line(reference: str, client: str, start: str, **cells: str) -> str:
    """Return a line of an appointments' file, with Dana by default."""
    whole = {
        "clinician": "dana@example.org",
        "service": "Session",
        "start": start,
        "minutes": "",
        "modality": "",
        "location": "",
        "status": "",
        "alert": "",
    }
    return ",".join([reference, client, *{**whole, **cells}.values()])


async def run_clients(
    small: SmallPractice, *lines: str, dry_run: bool = False, told: Told | None = None
) -> list[RowResult]:
    """Import clients' lines and return what became of them."""
    results: list[RowResult] = []
    file = io.BytesIO("\n".join([CLIENTS_HEADER, *lines]).encode())
    rows = read_rows(file, client_rows.COLUMNS, client_rows.MAY_FOLLOW)
    tell = told or results.extend
    await import_clients(small.store, small.practice, rows, tell, dry_run=dry_run, now=NOW)
    return results


async def run_appointments(
    small: SmallPractice,
    *lines: str,
    dry_run: bool = False,
    confirmed: bool = False,
    told: Told | None = None,
) -> list[RowResult]:
    """Import appointments' lines and return what became of them."""
    results: list[RowResult] = []
    file = io.BytesIO("\n".join([APPOINTMENTS_HEADER, *lines]).encode())
    rows = read_rows(file, appointment_rows.COLUMNS)
    await import_appointments(
        small.store,
        small.practice,
        rows,
        told or results.extend,
        confirmed=Confirmed(duration=confirmed),
        dry_run=dry_run,
        now=NOW,
    )
    return results


def outcomes(results: Sequence[RowResult]) -> Counter[str]:
    """Count what became of rows."""
    return Counter(result.outcome.value for result in results)


def told(results: Sequence[RowResult]) -> list[tuple[int, str, str | None, str]]:
    """Return row, outcome, column and code of each finding."""
    return [
        (result.number, result.outcome.value, finding.column, finding.code.value)
        for result in results
        for finding in result.findings
    ]


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
