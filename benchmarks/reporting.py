"""The table for the terminal, and the JSON file."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.counting import CommandCount
from benchmarks.measuring import Measurement, Unit
from deploy.local.stack import ROOT

_COLUMNS: Final = ("", "baseline", "subject", "ratio", "of pairs", "target", "")


def table(measurements: Sequence[Measurement]) -> str:
    """Return the measurements as lines, a group after the other."""
    rows: list[tuple[str, ...]] = [_COLUMNS]
    group = None
    for one in measurements:
        if one.group != group:
            group = one.group
            rows.append((group,))
        rows.append(_row(one))
    widths = [max(len(row[n]) for row in rows if len(row) > 1) for n in range(len(_COLUMNS))]
    return "\n".join(_line(row, widths) for row in rows)


def met_of(measurements: Sequence[Measurement]) -> str:
    """Return in words how many targets are met, and which are not."""
    missed = [f"{one.group}: {one.name}" for one in measurements if one.is_met is False]
    with_target = sum(one.target is not None for one in measurements)
    told = f"{with_target - len(missed)} of {with_target} targets met"
    return f"{told}; not met: {'; '.join(missed)}" if missed else told


def command_table(commands: Mapping[str, Sequence[CommandCount]]) -> str:
    """Return the ways to MongoDB and back of each kind of work, as lines."""
    lines = []
    for work, counts in commands.items():
        total = sum(one.times for one in counts)
        lines.append(f"commands of one {work}: {total:.2f}")
        lines += [
            f"  {one.times:5.2f} x {one.milliseconds:.2f} ms  {one.command}" for one in counts
        ]
    return "\n".join(lines)


def write_json(
    path: Path, measurements: Sequence[Measurement], parameters: Mapping[str, Any]
) -> None:
    """Write everything that was measured, with where and of what."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "finished_at": datetime.now(UTC).isoformat(),
        "commit": _commit(),
        "machine": {
            "system": platform.platform(),
            "python": platform.python_version(),
            "processors": os.cpu_count(),
            "load_at_end": os.getloadavg()[0],
        },
        "parameters": dict(parameters),
        "measurements": [one.as_members() for one in measurements],
    }
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _row(one: Measurement) -> tuple[str, ...]:
    met = {True: "met", False: "not met", None: ""}[one.is_met]
    lowest, highest = one.spread
    return (
        f"  {one.name}",
        _figure(median(one.baseline), one.unit),
        _figure(median(one.subject), one.unit),
        f"{one.ratio:.2f}",
        f"{lowest:.2f}-{highest:.2f}",
        str(one.target or ""),
        met,
    )


def _figure(value: float, unit: Unit) -> str:
    return f"{value:.0f} {unit}" if unit is Unit.PER_SECOND else f"{value:.1f} {unit}"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    if len(row) == 1:
        return row[0]
    first, *others = row
    aligned = [text.rjust(width) for text, width in zip(others, widths[1:], strict=True)]
    return "  ".join([first.ljust(widths[0]), *aligned]).rstrip()


def _commit() -> str | None:
    try:
        told = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return told.stdout.strip()
