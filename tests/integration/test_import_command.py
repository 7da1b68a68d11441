"""`openchair import` at the terminal: what it prints, reports, ends with, and never says."""

import asyncio
import csv
import os
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from cli.importing import REPORT_COLUMNS
from cli.main import main
from services.scheduler.mongo.store import Store
from tests.harness.importing import (
    APPOINTMENTS_HEADER,
    CLIENTS_HEADER,
    appointment_line,
    client_line,
)
from tests.harness.practice import SmallPractice, open_practice
from tests.harness.servers import Servers

Command = Callable[..., Awaitable[int]]


@pytest.fixture
async def small(store: Store) -> SmallPractice:
    """A practice."""
    return await open_practice(store)


@pytest.fixture
def run(small: SmallPractice, servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command on the practice's database; returns its exit code."""
    monkeypatch.setenv("MONGODB_URL", servers.mongodb.url)

    async def call(kind: str, file: Path, *more: str, practice: str | None = None) -> int:
        database = ["--database", small.store.database.name]
        slug = ["--practice", practice or small.practice.slug]
        return await asyncio.to_thread(main, ["import", kind, str(file), *slug, *database, *more])

    return call


def write(path: Path, header: str, *lines: str) -> Path:
    """Write a file and return where it is."""
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return path


async def count(small: SmallPractice, collection: str) -> int:
    """Return how many documents the practice has in a collection."""
    return await small.store.database[collection].count_documents(
        {"practice_id": small.practice.id}
    )


async def test_a_good_file_ends_with_zero_and_a_summary(
    run: Command, small: SmallPractice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A dry run first, then the real one, then once more; the progress is on standard error."""
    file = write(tmp_path / "clients.csv", CLIENTS_HEADER, client_line("1"), client_line("2"))
    for more, summary in (
        (["--dry-run"], "would be imported: 2\n"),
        ([], "imported: 2\n"),
        ([], "imported: 0\nof these, to be looked at: 0\nthere already: 2\n"),
    ):
        assert await run("clients", file, *more) == 0
        out, err = capsys.readouterr()
        assert out.startswith(summary)
        assert out.endswith("there already, but differs: 0\nrefused: 0\n")
        assert err.startswith("2 of 2 rows, ")
    assert await count(small, "clients") == 4  # two were there before


async def test_refused_rows_are_reported_and_end_with_one(
    run: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As CSV with --report, over an earlier one; otherwise on standard error."""
    clients = write(
        tmp_path / "clients.csv", CLIENTS_HEADER, client_line("1"), client_line("2", phone="1")
    )
    assert await run("clients", clients) == 1
    assert (
        "row 3: refused, phone-invalid: phone is no telephone number: correct it\n"
        in capsys.readouterr().err
    )
    file = write(
        tmp_path / "appointments.csv",
        APPOINTMENTS_HEADER,
        appointment_line("1", "1", "2016-03-01 10:00"),
        appointment_line("2", "1", "2016-03-01 10:00"),
        appointment_line("3", "2", "2016-03-01 12:00", status="late"),
        "4",
    )
    report = tmp_path / "report.csv"
    report.write_text("an earlier one\n" * 99, encoding="utf-8")
    assert await run("appointments", file, "--report", str(report)) == 1
    out, err = capsys.readouterr()
    assert "refused: 3\n" in out
    assert "row " not in err
    with report.open(encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    assert tuple(header) == REPORT_COLUMNS
    assert [row[:4] for row in rows] == [
        ["3", "refused", "start", "slot-taken"],
        ["4", "refused", "status", "status-unknown"],
        ["5", "refused", "", "wrong-number-of-cells"],
    ]
    assert rows[0][4].endswith("see row 2")


async def test_lengths_can_be_confirmed(run: Command, small: SmallPractice, tmp_path: Path) -> None:
    """For the whole file."""
    await small.store.database["services"].update_one({}, {"$set": {"most_minutes": 52}})
    await run("clients", write(tmp_path / "c.csv", CLIENTS_HEADER, client_line("1")))
    file = write(
        tmp_path / "a.csv",
        APPOINTMENTS_HEADER,
        appointment_line("1", "1", "2016-03-01 10:00", minutes="90"),
    )
    assert await run("appointments", file) == 1
    assert await count(small, "appointments") == 0
    assert await run("appointments", file, "--confirm-durations") == 0
    assert await count(small, "appointments") == 1


async def test_nothing_that_a_file_says_is_said_again(
    run: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether cells are right, wrong or in the wrong place: neither on a stream nor reported."""
    secret = "Zarathustra"
    right = {"name": secret, "email": f"{secret}@example.org", "birth_date": "1911-11-11"}
    clients = [
        client_line(f"{secret}-1", **right),
        client_line(f"{secret}-2", **right),
        client_line(f"{secret}-2", **right),
        client_line(f"{secret}-1", **{**right, "phone": "+1 911 911 9119"}),
        *(
            client_line(f"{secret}-9", **{**right, column: f"={secret}{value}"})
            for column, value in right.items()
        ),
        *(client_line(f"{secret}-9", **{column: secret}) for column in ("phone", "time_zone")),
        client_line(f"{secret}-9", assigned=f"{secret}@example.org"),
        ",".join([secret] * 9),
    ]
    appointments = [
        appointment_line(f"{secret}-1", f"{secret}-1", "1911-11-11 09:11"),
        appointment_line(f"{secret}-2", f"{secret}-1", "2011-11-11 09:11", alert=secret),
        appointment_line(f"{secret}-3", f"{secret}-2", "2011-11-11 09:11", alert=secret),
        *(
            appointment_line(f"{secret}-9", f"{secret}-1", "2011-11-11 10:11", **{column: secret})
            for column in ("clinician", "service", "minutes", "modality", "status")
        ),
        appointment_line(f"{secret}-9", secret, "2011-11-11 10:11"),
    ]
    report = tmp_path / "report.csv"
    written = []
    first = write(tmp_path / "c.csv", CLIENTS_HEADER, *clients)
    second = write(tmp_path / "a.csv", APPOINTMENTS_HEADER, *appointments)
    third = write(tmp_path / "x.csv", CLIENTS_HEADER, f'"{secret}')
    fourth = write(tmp_path / "y.csv", ",".join(clients))
    for kind, file in (
        ("clients", first),
        ("appointments", second),
        ("clients", third),
        ("clients", fourth),
    ):
        assert await run(kind, file, "--report", str(report)) == 1
        written.append(report.read_text(encoding="utf-8"))
        assert await run(kind, file) == 1

    everything = "".join([*written, *capsys.readouterr()])
    for code in ("client-may-exist", "id-repeated", "slot-taken", "not-csv", "wrong-header"):
        assert code in everything
    for private in (secret, secret.lower(), "1911", "911 911", "09:11", "example.org"):
        assert private not in everything


async def test_a_file_refused_as_a_whole_imports_nothing(
    run: Command, small: SmallPractice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Though its fault is at the very end."""
    file = tmp_path / "clients.csv"
    good = "\n".join([CLIENTS_HEADER, *(client_line(str(number)) for number in range(2000)), ""])
    for fault, said in (
        (b"1,\xff\n", "not-utf-8: line 2002: "),
        (b'1,"\n', "not-csv: line 2002: "),
    ):
        file.write_bytes(good.encode() + fault)
        assert await run("clients", file) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith(f"openchair: {said}")
        assert await count(small, "clients") == 2


async def test_what_is_missing_is_said_in_words(
    run: Command,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A file, a directory in its place, a practice, a report that would be the file, MongoDB."""
    good = write(tmp_path / "clients.csv", CLIENTS_HEADER, client_line("1"))
    content = good.read_bytes()
    assert await run("clients", tmp_path / "none.csv") == 1
    assert "the file cannot be read: No such file" in capsys.readouterr().err
    assert await run("clients", tmp_path) == 1
    assert "the file cannot be read: Is a directory" in capsys.readouterr().err
    assert await run("clients", good, practice="nowhere") == 1
    assert "there is no practice of that short name" in capsys.readouterr().err
    assert await run("clients", good, "--report", str(good)) == 1
    assert "the report would overwrite the file" in capsys.readouterr().err
    assert good.read_bytes() == content
    assert await run("clients", good, "--report", str(tmp_path / "no" / "report.csv")) == 1
    assert "the report cannot be written: No such file" in capsys.readouterr().err
    monkeypatch.setenv("MONGODB_URL", "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=300")
    assert await run("clients", good) == 1
    assert "is held up (ServerSelectionTimeoutError) after 0 rows" in capsys.readouterr().err
    monkeypatch.setenv("MONGODB_URL", "mongo:nonsense")
    assert await run("clients", good) == 1
    assert "MONGODB_URL is no address of a MongoDB" in capsys.readouterr().err
    monkeypatch.delenv("MONGODB_URL")
    monkeypatch.chdir(tmp_path)
    assert await run("clients", good) == 1
    assert "set MONGODB_URL" in capsys.readouterr().err


async def test_a_pipe_is_as_good_as_a_file(
    run: Command, small: SmallPractice, tmp_path: Path
) -> None:
    """It cannot be read twice, so it is held."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=write, args=(pipe, CLIENTS_HEADER, client_line("1")))
    writer.start()
    assert await run("clients", pipe) == 0
    writer.join()
    assert await count(small, "clients") == 3
