"""`make bench`, or `python -m benchmarks`; see `--help`."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import uvloop
from pymongo import monitoring

from benchmarks.approving import count_commands, measure_approving
from benchmarks.availability import measure_availability
from benchmarks.composing import measure_composing
from benchmarks.counting import CommandCount, CommandCounter
from benchmarks.loading import load
from benchmarks.measuring import Measurement
from benchmarks.over_http import measure_over_http
from benchmarks.reading import cases, measure_reading
from benchmarks.reporting import command_table, met_of, table, write_json
from benchmarks.sending import measure_sending
from benchmarks.submitting import measure_submitting
from deploy.local.errors import LocalServerError
from deploy.local.mongodb import MongoDBServer
from deploy.local.stack import ROOT
from shared import mongo
from shared.observability.logging import configure_logging

DIRECTORY: Final = ROOT / ".local" / "bench"
SMALL: Final = 10_000
LARGE: Final = 1_000_000
FEWEST_PAIRS: Final = 5
_APPROVE, _SUBMIT, _OPEN_TIMES = "approve", "submit", "open-times"
_COMPOSE, _SEND, _READ = "compose", "send", "read"
_PARTS: Final = (_APPROVE, _SUBMIT, _OPEN_TIMES, _COMPOSE, _SEND, _READ)


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure: `size` requests against SMALL, `pairs` times; results go to `file`."""

    size: int
    pairs: int
    parts: frozenset[str]
    file: Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and tell; the exit code is 0 whatever the figures are, 1 when something broke."""
    options = _parse(arguments)
    began = time.monotonic()
    try:
        DIRECTORY.mkdir(parents=True, exist_ok=True)
        configure_logging("benchmarks", "WARNING")
        with MongoDBServer(DIRECTORY / "mongodb") as server:
            measurements, commands = uvloop.run(_measure(server.url, options))
    except LocalServerError as error:
        sys.stderr.write(f"openchair: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 1
    parameters: dict[str, Any] = {
        "size": options.size,
        "against": SMALL,
        "pairs": options.pairs,
        "seconds": round(time.monotonic() - began),
        "commands": {work: [asdict(one) for one in counts] for work, counts in commands.items()},
    }
    write_json(options.file, measurements, parameters)
    _say("")
    _say(table(measurements))
    _say("")
    if commands:
        _say(command_table(commands))
        _say("")
    _say(f"{met_of(measurements)}. Every figure: {options.file}")
    return 0


async def _measure(
    url: str, options: Options
) -> tuple[list[Measurement], dict[str, list[CommandCount]]]:
    client = mongo.connect(url, operation_seconds=None)
    measurements: list[Measurement] = []
    commands: dict[str, list[CommandCount]] = {}
    if _APPROVE in options.parts:
        _say("approving ...")
        measurements += await measure_approving(client, pairs=options.pairs)
        commands = await _count(url)
    if _SUBMIT in options.parts:
        _say("asking for appointments ...")
        measurements += await measure_submitting(url, DIRECTORY, pairs=options.pairs)
    if _OPEN_TIMES in options.parts:
        _say("finding open times ...")
        measurements += await measure_availability(client, pairs=options.pairs)
    if _COMPOSE in options.parts:
        _say("composing ...")
        measurements += await measure_composing(pairs=options.pairs)
    if _SEND in options.parts:
        _say("sending e-mails ...")
        measurements += await measure_sending(client, DIRECTORY, pairs=options.pairs)
    if _READ in options.parts:
        baseline, subject = [await load(client, size, _say) for size in (SMALL, options.size)]
        for case in cases():
            _say(f"{case.group}: {case.name} ...")
            measurements.append(
                await measure_reading(case, baseline=baseline, subject=subject, pairs=options.pairs)
            )
        _say("over HTTP ...")
        measurements += await measure_over_http(
            url, DIRECTORY, baseline=baseline, subject=subject, pairs=options.pairs
        )
    await mongo.close(client)
    return measurements, commands


async def _count(url: str) -> dict[str, list[CommandCount]]:
    """Count with a client of its own: listening would slow down what is timed."""
    counter = CommandCounter()
    monitoring.register(counter)
    client = mongo.connect(url)
    commands = await count_commands(client, counter)
    await mongo.close(client)
    return commands


def _parse(arguments: Sequence[str] | None) -> Options:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--size",
        type=int,
        default=int(os.environ.get("BENCH_SIZE") or LARGE),
        help=f"requests and appointments; {LARGE} if neither this nor BENCH_SIZE is given",
    )
    parser.add_argument("--pairs", type=int, default=7, help=f"at least {FEWEST_PAIRS}")
    parser.add_argument("--only", choices=_PARTS, help="one part alone")
    parser.add_argument("--file", type=Path, default=DIRECTORY / "results.json")
    given = parser.parse_args(arguments)
    if given.pairs < FEWEST_PAIRS or given.size < SMALL:
        parser.error(f"at least {FEWEST_PAIRS} pairs, and a size of at least {SMALL}")
    parts = frozenset({given.only} if given.only else _PARTS)
    return Options(given.size, given.pairs, parts, given.file)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
