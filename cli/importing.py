"""Import clients and appointments: the file, the progress, the report; the scheduler does the work.

Nothing printed or written here holds anything that the file says: rows, columns, codes, our words.
"""

import argparse
import asyncio
import csv
import io
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from cli.progress import Progress
from services.scheduler.domain.booking_plan import Confirmed
from services.scheduler.importing import appointment_rows, client_rows
from services.scheduler.importing.csv_file import MOST_BYTES, FileRefused, read_rows, survey
from services.scheduler.importing.findings import Finding, Outcome, RowResult
from services.scheduler.mongo.store import DATABASE, Store
from services.scheduler.use_cases.import_appointments import import_appointments
from services.scheduler.use_cases.import_clients import import_clients
from shared import mongo

KINDS: Final = {
    "clients": (client_rows.COLUMNS, client_rows.MAY_FOLLOW),
    "appointments": (appointment_rows.COLUMNS, ()),
}
REPORT_COLUMNS: Final = ("row", "outcome", "column", "code", "what_to_do")

_STANDARD_INPUT: Final = Path("-")
_AGAIN: Final = "what is imported is there; run the same command again to go on"


class ImportStopped(Exception):
    """Why nothing, or not all, was imported, in words for the person at the terminal."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    command.add_argument("kind", choices=sorted(KINDS), help="what the file holds")
    command.add_argument("file", type=Path, help="CSV in UTF-8, or - for standard input")
    command.add_argument("--practice", required=True, metavar="SLUG", help="its short name")
    command.add_argument("--dry-run", action="store_true", help="check all and write nothing")
    command.add_argument("--report", type=Path, help="write what is to be looked at as CSV")
    command.add_argument(
        "--confirm-durations",
        action="store_true",
        help="lengths that a service does not allow are meant (appointments)",
    )
    command.add_argument("--database", default=DATABASE, help="the scheduler's (%(default)s)")


def run_import(arguments: argparse.Namespace, mongodb_url: str) -> int:
    """Import a file; the exit code is 0 when no row was refused.

    Raises:
        ImportStopped: the file, the report, the practice or MongoDB stands against it.

    """
    with _source(arguments.file) as file, _report(arguments.report, arguments.file) as report:
        try:
            tally = _Tally(Progress(survey(file, *KINDS[arguments.kind]), sys.stderr), report)
            _import_all(arguments, mongodb_url, file, tally)
        except FileRefused as error:
            raise ImportStopped(str(error)) from None
    sys.stdout.write(tally.summary(dry_run=arguments.dry_run))
    return 1 if tally.outcomes[Outcome.REFUSED] else 0


def _import_all(
    arguments: argparse.Namespace, mongodb_url: str, file: BinaryIO, tally: "_Tally"
) -> None:
    try:
        asyncio.run(_import(arguments, mongodb_url, file, tally))
    except mongo.PyMongoError as error:
        failed = "cannot be reached or is held up" if mongo.is_outage(error) else "refused"
        why = f"MongoDB {failed} ({type(error).__name__})"  # its text may quote a record
        raise ImportStopped(f"{why} after {tally.rows:,} rows; {_AGAIN}") from None
    except KeyboardInterrupt:
        raise ImportStopped(f"interrupted after {tally.rows:,} rows; {_AGAIN}") from None
    finally:
        tally.finish()


async def _import(
    arguments: argparse.Namespace, mongodb_url: str, file: BinaryIO, tally: "_Tally"
) -> None:
    try:
        client = mongo.connect(mongodb_url)
    except (ValueError, mongo.PyMongoError):
        raise ImportStopped("MONGODB_URL is no address of a MongoDB") from None
    store = Store(client, arguments.database)
    try:
        practice = await store.practices.get_by_slug(arguments.practice)
        if practice is None:
            raise ImportStopped("there is no practice of that short name in this database")
        rows = read_rows(file, *KINDS[arguments.kind])
        dry_run, now = arguments.dry_run, datetime.now(UTC)
        if arguments.kind == "clients":
            await import_clients(store, practice, rows, tally.add, dry_run=dry_run, now=now)
        else:
            confirmed = Confirmed(duration=arguments.confirm_durations)
            await import_appointments(
                store, practice, rows, tally.add, confirmed=confirmed, dry_run=dry_run, now=now
            )
    finally:
        await mongo.close(client)


class _Tally:
    """Counts, and tells what is to be looked at."""

    def __init__(self, progress: Progress, report: TextIO | None) -> None:
        self.outcomes: Counter[Outcome] = Counter()
        self.warned = 0
        self._progress = progress
        self._report = None if report is None else csv.writer(report, lineterminator="\n")
        if self._report is not None:
            self._report.writerow(REPORT_COLUMNS)

    @property
    def rows(self) -> int:
        return self.outcomes.total()

    def add(self, results: Sequence[RowResult]) -> None:
        for result in results:
            self.outcomes[result.outcome] += 1
            self.warned += result.outcome is Outcome.IMPORTED and bool(result.findings)
            for finding in result.findings:
                self._tell(result, finding)
        self._progress.advance(len(results))

    def finish(self) -> None:
        if self.rows:
            self._progress.finish()

    def _tell(self, result: RowResult, finding: Finding) -> None:
        column = finding.column or ""
        if self._report is None:
            what = f"{column} {finding.words}".lstrip()
            self._progress.say(
                f"row {result.number}: {result.outcome.value}, {finding.code.value}: {what}"
            )
        else:
            self._report.writerow(
                (result.number, result.outcome.value, column, finding.code.value, finding.words)
            )

    def summary(self, *, dry_run: bool) -> str:
        imported = "would be imported" if dry_run else "imported"
        lines = [
            (imported, self.outcomes[Outcome.IMPORTED]),
            ("of these, to be looked at", self.warned),
            ("there already", self.outcomes[Outcome.THERE_ALREADY]),
            ("there already, but differs", self.outcomes[Outcome.DIFFERS]),
            ("refused", self.outcomes[Outcome.REFUSED]),
        ]
        return "".join(f"{what}: {count}\n" for what, count in lines)


@contextmanager
def _source(path: Path) -> Iterator[BinaryIO]:
    try:
        with sys.stdin.buffer if path == _STANDARD_INPUT else path.open("rb") as file:
            # It is read twice; what cannot be, such as a pipe, is small enough to be held.
            yield file if file.seekable() else io.BytesIO(file.read(MOST_BYTES + 1))
    except OSError as error:
        raise ImportStopped(f"the file cannot be read: {error.strerror}") from None


@contextmanager
def _report(path: Path | None, source: Path) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    try:
        if path.exists() and source.exists() and path.samefile(source):
            raise ImportStopped("the report would overwrite the file: give it another name")
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:
        raise ImportStopped(f"the report cannot be written: {error.strerror}") from None
