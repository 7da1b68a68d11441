"""A start as a file says it: in the practice's time zone, or with an offset from UTC."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from services.scheduler.importing.cells import CellRefused, typed
from services.scheduler.importing.findings import Code
from shared.schemas.fields import UtcMinute

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)

_LAST_YEAR: Final = 9998  # so that no time zone takes it past the end of time
_DATE_TIME: Final = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?"
_LOCAL: Final = re.compile(_DATE_TIME, re.ASCII)
_WITH_OFFSET: Final = re.compile(_DATE_TIME + r" ?(Z|[+\-]\d\d:\d\d)", re.ASCII)

_instant: Callable[[str], datetime] = typed(UtcMinute, Code.START_INVALID)


def start_in(zone: ZoneInfo) -> Callable[[str], datetime]:
    """Return a reader of starts, which gives UTC; without an offset they are in `zone`.

    A local time that the clocks skip or go through twice is refused: only who wrote it knows what
    is meant.
    """

    def read(cell: str) -> datetime:
        if _WITH_OFFSET.fullmatch(cell):
            start = _instant(cell.replace(" Z", "Z").replace(" +", "+").replace(" -", "-"))
        elif _LOCAL.fullmatch(cell):
            start = _from_local(cell, zone)
        else:
            raise CellRefused(Code.START_INVALID)
        if start < EARLIEST:
            raise CellRefused(Code.START_TOO_EARLY)
        return start

    return read


def _from_local(cell: str, zone: ZoneInfo) -> datetime:
    try:
        wall = datetime.fromisoformat(cell)
    except ValueError:
        raise CellRefused(Code.START_INVALID) from None
    if wall.second:
        raise CellRefused(Code.START_NOT_WHOLE_MINUTE)
    if wall.year < EARLIEST.year - 1:
        raise CellRefused(Code.START_TOO_EARLY)
    if wall.year > _LAST_YEAR:
        raise CellRefused(Code.START_TOO_FAR)
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    comes_twice = first.astimezone(zone).replace(tzinfo=None) == wall
    raise CellRefused(Code.START_DOUBLED if comes_twice else Code.START_SKIPPED)
