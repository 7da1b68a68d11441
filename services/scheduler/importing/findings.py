"""What an import says of a row: codes and our own words, never anything that the file says.

Column names and codes are ours, row numbers and ids say nothing about anybody. So messages and
reports hold no names, addresses or birth dates, whatever a file has in the wrong place.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID


class Outcome(StrEnum):
    """What became of a row; `imported` is what would be, in a dry run."""

    IMPORTED = "imported"
    THERE_ALREADY = "there-already"
    DIFFERS = "differs"
    REFUSED = "refused"


class Code(StrEnum):
    """Stable names; `docs/importing.md` lists them all."""

    WRONG_NUMBER_OF_CELLS = "wrong-number-of-cells"
    MISSING = "missing"
    FORMULA = "formula"
    TOO_LONG = "too-long"
    CHARACTERS_REFUSED = "characters-refused"
    ID_REPEATED = "id-repeated"
    EMAIL_INVALID = "email-invalid"
    PHONE_INVALID = "phone-invalid"
    DATE_INVALID = "date-invalid"
    BIRTH_DATE_TOO_EARLY = "birth-date-too-early"
    BIRTH_DATE_IN_FUTURE = "birth-date-in-future"
    ZONE_UNKNOWN = "zone-unknown"
    LANGUAGE_UNKNOWN = "language-unknown"
    STAFF_UNKNOWN = "staff-unknown"
    STAFF_AMBIGUOUS = "staff-ambiguous"
    STAFF_INACTIVE = "staff-inactive"
    STAFF_SEES_NO_CLIENTS = "staff-sees-no-clients"
    CLIENT_UNKNOWN = "client-unknown"
    SERVICE_UNKNOWN = "service-unknown"
    SERVICE_AMBIGUOUS = "service-ambiguous"
    START_INVALID = "start-invalid"
    START_NOT_WHOLE_MINUTE = "start-not-whole-minute"
    START_SKIPPED = "start-skipped"
    START_DOUBLED = "start-doubled"
    START_TOO_EARLY = "start-too-early"
    START_TOO_FAR = "start-too-far"
    MINUTES_INVALID = "minutes-invalid"
    DURATION_UNUSUAL = "duration-unusual"
    MODALITY_UNKNOWN = "modality-unknown"
    STATUS_UNKNOWN = "status-unknown"
    SLOT_TAKEN = "slot-taken"
    DIFFERS = "differs"
    CLIENT_MAY_EXIST = "client-may-exist"


WORDS: Final = {
    Code.WRONG_NUMBER_OF_CELLS: "has too many or too few cells: give each column one, perhaps"
    " empty; put quotation marks round what has a comma in it",
    Code.MISSING: "is empty: fill it in",
    Code.FORMULA: "begins as a spreadsheet formula does (= + - @, tab or line break): take that"
    " away; only a telephone number may begin with +",
    Code.TOO_LONG: "is too long: shorten it",
    Code.CHARACTERS_REFUSED: "has control, direction or other invisible characters, or =?: take"
    " them out",
    Code.ID_REPEATED: "is in the file already: give each row an id of its own",
    Code.EMAIL_INVALID: "is no plain e-mail address: correct it",
    Code.PHONE_INVALID: "is no telephone number: correct it",
    Code.DATE_INVALID: "is no date there is, written as 1990-12-31: correct it",
    Code.BIRTH_DATE_TOO_EARLY: "is before 1900: correct it",
    Code.BIRTH_DATE_IN_FUTURE: "is in the future: correct it",
    Code.ZONE_UNKNOWN: "is no IANA time zone such as America/New_York: correct it or leave it out",
    Code.LANGUAGE_UNKNOWN: "is none of en, de and es: correct it or leave it out",
    Code.STAFF_UNKNOWN: "names somebody who is not on the staff: correct the e-mail address, or add"
    " them first",
    Code.STAFF_AMBIGUOUS: "is the address of several members of staff: give each one of their own"
    " first",
    Code.STAFF_INACTIVE: "names somebody who is not active any more: name somebody else",
    Code.STAFF_SEES_NO_CLIENTS: "names a practice scheduler: name a clinician or an intern",
    Code.CLIENT_UNKNOWN: "is the id of no client who was imported: import the clients first",
    Code.SERVICE_UNKNOWN: "is neither the code nor the label of a service: correct it, or add the"
    " service first",
    Code.SERVICE_AMBIGUOUS: "fits several services: write the label of the one that is meant",
    Code.START_INVALID: "is no date and time there is, written as 2027-03-01 15:00, perhaps with an"
    " offset from UTC: correct it",
    Code.START_NOT_WHOLE_MINUTE: "is not on a whole minute: correct it",
    Code.START_SKIPPED: "is a time that the clocks skip that day: correct it, or add the offset"
    " from UTC, as in 2027-03-14T03:30-04:00",
    Code.START_DOUBLED: "is a time that comes twice that day, as the clocks go back: add the"
    " offset from UTC of the one that is meant, as in 2027-11-07T01:30-04:00",
    Code.START_TOO_EARLY: "is before 1970: correct it",
    Code.START_TOO_FAR: "is more than 731 days ahead: correct it, or import it later",
    Code.MINUTES_INVALID: "is no whole number from 5 to 720: correct it, or leave it empty for what"
    " is usual",
    Code.DURATION_UNUSUAL: "is a length that the service does not allow: correct it, or repeat the"
    " command with --confirm-durations when all such lengths are meant",
    Code.MODALITY_UNKNOWN: "is neither in_person nor telehealth: correct it, or leave it empty for"
    " what is usual",
    Code.STATUS_UNKNOWN: "is neither booked nor cancelled: correct it",
    Code.SLOT_TAKEN: "is a time at which the clinician has another appointment: correct one of the"
    " two",
    Code.DIFFERS: "is not as it is on record, which stays: change the record by hand if the file is"
    " right",
    Code.CLIENT_MAY_EXIST: "is like that of another client: compare the two, and give one of them"
    " up if they are one person",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a row; `rows` of the file and `ids` of records are what it is about."""

    code: Code
    column: str | None = None
    rows: tuple[int, ...] = ()
    ids: tuple[UUID, ...] = ()

    @property
    def words(self) -> str:
        """What it is and what to do, in a line."""
        others = [f"row {row}" for row in self.rows] + [f"record {one}" for one in self.ids]
        return f"{WORDS[self.code]}; see {', '.join(others)}" if others else WORDS[self.code]


Findings = tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of a row, and why; of an imported one, what somebody should look at."""

    number: int
    outcome: Outcome
    findings: Findings = ()


Tell = Callable[[Sequence[RowResult]], None]
"""Takes what became of some rows, in their order."""
