"""A CSV file as rows of cells, read as it goes: UTF-8, commas, one fixed header.

What is wrong with the file as a whole refuses it; `survey` finds that before anything is imported.
"""

import codecs
import csv
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import BinaryIO, Final

MOST_BYTES: Final = 64 * 1024 * 1024
MOST_ROWS: Final = 500_000
_LONGEST_LINE: Final = 128 * 1024


class FileFault(StrEnum):
    """Why a file is refused as a whole; `docs/importing.md` lists them all."""

    EMPTY = "empty-file"
    TOO_LARGE = "file-too-large"
    TOO_MANY_ROWS = "too-many-rows"
    NOT_UTF8 = "not-utf-8"
    NUL_BYTE = "nul-byte"
    NOT_CSV = "not-csv"
    WRONG_HEADER = "wrong-header"


FILE_WORDS: Final = {
    FileFault.EMPTY: "the file is empty: it needs at least its header",
    FileFault.TOO_LARGE: "the file is larger than 64 MiB: split it, with the header in each part",
    FileFault.TOO_MANY_ROWS: "the file has more than 500,000 rows: split it, with the header in"
    " each part",
    FileFault.NOT_UTF8: "this line is no text in UTF-8: save the file as CSV UTF-8",
    FileFault.NUL_BYTE: "this line has a NUL byte, so the file is no text: save it as CSV UTF-8",
    FileFault.NOT_CSV: "the file is no CSV from here on: look for a quotation mark that is not"
    " closed or not doubled, or a very long cell",
    FileFault.WRONG_HEADER: "the first line must be these words, with commas between:",
}


class FileRefused(Exception):
    """The file cannot be read; `line` counts from 1, as an editor does. The text is our own."""

    def __init__(self, fault: FileFault, *, line: int | None = None, header: str = "") -> None:
        where = "" if line is None else f"line {line}: "
        super().__init__(f"{fault.value}: {where}{FILE_WORDS[fault]} {header}".rstrip())
        self.fault = fault
        self.line = line


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row; `number` is a spreadsheet's, in which the header is row 1."""

    number: int
    cells: tuple[str, ...]


def survey(file: BinaryIO, header: tuple[str, ...], may_follow: tuple[str, ...] = ()) -> int:
    """Read all of a file, from its beginning, and return how many rows it has; raises FileRefused.

    Nothing is kept, so that a file that is refused is refused before its first row is imported.
    """
    if file.seek(0, os.SEEK_END) > MOST_BYTES:
        raise FileRefused(FileFault.TOO_LARGE)
    count = sum(1 for _row in read_rows(file, header, may_follow))
    if count > MOST_ROWS:
        raise FileRefused(FileFault.TOO_MANY_ROWS)
    return count


def read_rows(
    file: BinaryIO, header: tuple[str, ...], may_follow: tuple[str, ...] = ()
) -> Iterator[CsvRow]:
    """Return the rows of a file, from its beginning, without those that are empty.

    Columns that `may_follow` those of the header, and do not, are empty in each row.

    Raises:
        FileRefused: it is no CSV in UTF-8 with that header.

    """
    file.seek(0)
    reader = csv.reader(_lines(file), strict=True)
    try:
        first = next(reader, None)
        if first is None:
            raise FileRefused(FileFault.EMPTY)
        if tuple(first) not in (header, header + may_follow):
            raise FileRefused(FileFault.WRONG_HEADER, line=1, header=",".join(header))
        left_out = ("",) * (len(header + may_follow) - len(first))
        for number, cells in enumerate(reader, start=2):
            if any(cell.strip() for cell in cells):
                yield CsvRow(number, (*cells, *left_out))
    except csv.Error:
        raise FileRefused(FileFault.NOT_CSV, line=reader.line_num) from None


def _lines(file: BinaryIO) -> Iterator[str]:
    number = 0
    while line := file.readline(_LONGEST_LINE + 1):
        number += 1
        if number == 1 and not (line := line.removeprefix(codecs.BOM_UTF8)):
            return
        if b"\0" in line:
            raise FileRefused(FileFault.NUL_BYTE, line=number)
        if len(line) > _LONGEST_LINE:
            raise FileRefused(FileFault.NOT_CSV, line=number)
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            raise FileRefused(FileFault.NOT_UTF8, line=number) from None
        yield text


def in_batches(rows: Iterable[CsvRow], size: int) -> Iterator[list[CsvRow]]:
    """Return the rows, so many at once."""
    every = iter(rows)
    while batch := list(islice(every, size)):
        yield batch
