"""The cells of a row, each read as what its column holds; what is wrong is gathered."""

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from services.scheduler.importing.csv_file import CsvRow
from services.scheduler.importing.findings import Code, Finding
from shared.schemas.fields import (
    BirthDate,
    EmailAddress,
    NoteText,
    PersonName,
    PhoneNumber,
    ShortText,
    ZoneName,
)

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

Reference = Annotated[ShortText, Field(max_length=100)]
"""The practice's own id of a client or an appointment; upper and lower case are different."""

FEWEST_MINUTES: Final = 5
MOST_MINUTES: Final = 720

_PHONE: Final = "phone"
# As ASCII and as the full-width signs that some spreadsheets take for the same.
_FORMULA_SIGNS: Final = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
_FORMULA_BLANKS: Final = ("\t", "\r", "\n")
_DIGITS: Final = frozenset("0123456789")
_CODES: Final = {
    "too_short": Code.MISSING,
    "too_long": Code.TOO_LONG,
    "string_too_long": Code.TOO_LONG,
    "characters_refused": Code.CHARACTERS_REFUSED,
    "date_range": Code.BIRTH_DATE_TOO_EARLY,
    "datetime_range": Code.START_TOO_EARLY,
    "whole_minute": Code.START_NOT_WHOLE_MINUTE,
}


class CellRefused(Exception):
    """A cell is not what its column holds."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.value)
        self.code = code


class Cells:
    """One row by column, and the `findings` so far."""

    def __init__(self, row: CsvRow, columns: tuple[str, ...]) -> None:
        self.findings: list[Finding] = []
        self._cells = dict(zip(columns, row.cells, strict=False))
        if len(row.cells) != len(columns):
            self.findings.append(Finding(Code.WRONG_NUMBER_OF_CELLS))
            self._cells = {}

    def take(self, column: str, read: Callable[[str], T], *, needed: bool = True) -> T | None:
        """Return what a cell says; None when it is empty or was refused, with a finding why."""
        if column not in self._cells:
            return None  # the row has been refused as a whole
        cell = self._cells[column].strip(" ")
        if not cell and not needed:
            return None
        try:
            _refuse_unwanted(column, cell)
            return read(cell)
        except CellRefused as error:
            self.findings.append(Finding(error.code, column))
            return None


def typed(kind: Any, otherwise: Code) -> Callable[[str], Any]:
    """Return a reader of a field type; `otherwise` is what is wrong when nothing says it closer."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def read(cell: str) -> Any:
        try:
            return adapter.validate_python(cell)
        except ValidationError as error:
            fault = error.errors(include_input=False, include_url=False, include_context=False)[0]
            raise CellRefused(_CODES.get(fault["type"], otherwise)) from None

    return read


reference: Callable[[str], str] = typed(Reference, Code.CHARACTERS_REFUSED)
person_name: Callable[[str], str] = typed(PersonName, Code.CHARACTERS_REFUSED)
short_text: Callable[[str], str] = typed(ShortText, Code.CHARACTERS_REFUSED)
note_text: Callable[[str], str] = typed(NoteText, Code.CHARACTERS_REFUSED)
email_address: Callable[[str], str] = typed(EmailAddress, Code.EMAIL_INVALID)
phone_number: Callable[[str], str] = typed(PhoneNumber, Code.PHONE_INVALID)
zone_name: Callable[[str], str] = typed(ZoneName, Code.ZONE_UNKNOWN)
_date: Callable[[str], date] = typed(BirthDate, Code.DATE_INVALID)


def email_addresses(cell: str) -> tuple[str, ...]:
    """Return the addresses of a cell, which are separated by semicolons, each once."""
    parts = [part.strip() for part in cell.split(";")]
    return tuple(dict.fromkeys(email_address(part) for part in parts if part))


def birth_date(today: date) -> Callable[[str], date]:
    """Return a reader of birth dates, none of which is after `today`."""

    def read(cell: str) -> date:
        born = _date(cell)
        if born > today:
            raise CellRefused(Code.BIRTH_DATE_IN_FUTURE)
        return born

    return read


def whole_minutes(cell: str) -> int:
    """Return a length in minutes."""
    if not _DIGITS.issuperset(cell) or len(cell) > len(str(MOST_MINUTES)):
        raise CellRefused(Code.MINUTES_INVALID)
    minutes = int(cell)
    if not FEWEST_MINUTES <= minutes <= MOST_MINUTES:
        raise CellRefused(Code.MINUTES_INVALID)
    return minutes


def one_of(kind: type[E], otherwise: Code) -> Callable[[str], E]:
    """Return a reader of an enumeration's values."""

    def read(cell: str) -> E:
        try:
            return kind(cell)
        except ValueError:
            raise CellRefused(otherwise) from None

    return read


def _refuse_unwanted(column: str, cell: str) -> None:
    if not cell:
        raise CellRefused(Code.MISSING)
    text = cell.removeprefix("+") if column == _PHONE else cell
    if text.startswith(_FORMULA_BLANKS) or text.lstrip().startswith(_FORMULA_SIGNS):
        raise CellRefused(Code.FORMULA)
