"""Which row of the file a record comes from: an id may be there once."""

from typing import Final
from uuid import UUID

from services.scheduler.importing.findings import Code, Finding, Findings


class KnownRows:
    """The rows so far, by the id of the record that each becomes."""

    def __init__(self) -> None:
        self._rows: Final[dict[UUID, int]] = {}

    def repeats(self, record: UUID, number: int) -> Findings:
        """Remember a row; return what is wrong when an earlier one becomes the same record."""
        first = self._rows.setdefault(record, number)
        return () if first == number else (Finding(Code.ID_REPEATED, "id", rows=(first,)),)

    def about(self, code: Code, column: str, records: list[UUID]) -> Finding:
        """Return a finding that names records by their rows, where they come from this file."""
        rows = sorted(self._rows[one] for one in records if one in self._rows)
        ids = sorted(one for one in records if one not in self._rows)
        return Finding(code, column, rows=tuple(rows), ids=tuple(ids))
