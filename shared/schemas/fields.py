"""Field types of what people and other systems send us, each refusing what could do harm later.

Text is NFC-normalised and stripped. Control, bidirectional and other invisible characters
are refused rather than removed: what a clinician reads must be what was sent.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Annotated, Final
from zoneinfo import available_timezones

import email_validator
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

_JOINERS: Final = {"\u200c", "\u200d"}  # zero-width joiners: Persian names and emoji need them
_BLANKS: Final = {"\u115f", "\u1160", "\u2800", "\u3164", "\uffa0"}  # letters that show nothing
_NONCHARACTERS: Final = range(0xFDD0, 0xFDF0)
_WEB_ADDRESS: Final = r"^https?://[A-Za-z0-9](?:[A-Za-z0-9.\-]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:/[!#$&-;=?-Z_a-z~%]*)?$"
_LINE_BREAKS: Final = {"\n", "\t"}
# Not Cn, "unassigned": what that is differs between Python versions, and new emoji begin there.
_REFUSED_CATEGORIES: Final = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_NOT_PLACES: Final = {"Factory", "localtime", "posixrules"}
_ZONES: Final = frozenset(available_timezones()) - _NOT_PLACES
_EARLIEST_BIRTH: Final = date(1900, 1, 1)
_DATE_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WALL_TIME: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_FEWEST_DIGITS: Final = 5
_ADDRESSES_KEPT: Final = 4096


def _is_noncharacter(code: int) -> bool:
    last_two_of_a_plane = 0xFFFE
    return code & last_two_of_a_plane == last_two_of_a_plane or code in _NONCHARACTERS


def _is_refused(character: str, *, multiline: bool) -> bool:
    if character in _JOINERS or (multiline and character in _LINE_BREAKS):
        return False
    if character in _BLANKS or _is_noncharacter(ord(character)):
        return True
    return unicodedata.category(character) in _REFUSED_CATEGORIES


def _clean(value: str, *, multiline: bool) -> str:
    if value.isascii() and value.isprintable():
        return value.strip()  # nothing to normalise or to refuse, as most of what is sent
    # Checked before it is stripped: a line break at the end of a name is refused, not tidied away.
    text = unicodedata.normalize("NFC", value).replace("\r\n", "\n" if multiline else "\r\n")
    plain = text.replace("\n", "").replace("\t", "") if multiline else text
    if plain.isascii() and plain.isprintable():
        return text.strip()  # as most is; what follows looks at each character
    if any(_is_refused(character, multiline=multiline) for character in text):
        raise PydanticCustomError(
            "characters_refused",
            "must not contain control, direction or other invisible characters",
        )
    return text.strip()


def _single_line(value: str) -> str:
    text = _clean(value, multiline=False)
    if "=?" in text:
        raise PydanticCustomError("characters_refused", "must not contain the characters =?")
    if text and all(character in _JOINERS for character in text):
        raise PydanticCustomError("characters_refused", "must contain something to read")
    return text


def _multi_line(value: str) -> str:
    return _clean(value, multiline=True)


@lru_cache(maxsize=_ADDRESSES_KEPT)
def _email_address(value: str) -> str:
    # Kept, since events hold addresses that came before: the practice's own, a client's.
    try:
        address = email_validator.validate_email(
            value, check_deliverability=False, allow_smtputf8=False
        )
    except email_validator.EmailNotValidError:
        raise PydanticCustomError("email_address", "must be a plain e-mail address") from None
    return address.ascii_email or address.normalized


def _zone_name(value: str) -> str:
    if value not in _ZONES:
        raise PydanticCustomError("zone_unknown", "must be an IANA time zone name")
    return value


def iso_string_only(value: object) -> object:
    """Refuse what is neither a date and time nor one in ISO 8601."""
    # pydantic would take the number 0 for 1970 (FACTS "HTTP and pages" 1).
    # It would take a number in quotes for seconds, too.
    if isinstance(value, datetime) or (isinstance(value, str) and _DATE_TIME.fullmatch(value)):
        return value
    raise PydanticCustomError("datetime_string", "must be an ISO 8601 date and time with an offset")


def to_utc(value: datetime) -> datetime:
    """Return the instant in UTC; refuse what does not say its offset."""
    if value.tzinfo is None or value.utcoffset() is None:
        raise PydanticCustomError(
            "datetime_offset", "must say its offset from UTC, as in 2027-03-01T15:00:00-05:00"
        )
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("datetime_range", "must be within the years 1 to 9999") from None


def whole_minute(value: datetime) -> datetime:
    """Refuse seconds."""
    if value.second or value.microsecond:
        raise PydanticCustomError("whole_minute", "must be on a whole minute")
    return value


def _iso_date_only(value: object) -> object:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        return value
    raise PydanticCustomError("date_string", "must be a date as in 1990-12-31")


def _birth_date(value: date) -> date:
    if value < _EARLIEST_BIRTH:
        raise PydanticCustomError("date_range", "must not be before 1900")
    return value


def _hours_and_minutes_only(value: object) -> object:
    if isinstance(value, time) or (isinstance(value, str) and re.fullmatch(_WALL_TIME, value)):
        return value
    raise PydanticCustomError("wall_time", "must be a time of day as in 09:30")


def _hours_and_minutes(value: time) -> str:
    return value.strftime("%H:%M")


def _telephone(value: str) -> str:
    if sum(character.isdecimal() for character in value) < _FEWEST_DIGITS:
        raise PydanticCustomError("phone_number", "must be a telephone number")
    return value


PersonName = Annotated[str, AfterValidator(_single_line), Field(min_length=1, max_length=200)]
"""A person's full name as they write it; one line."""

ShortText = Annotated[str, AfterValidator(_single_line), Field(min_length=1, max_length=200)]
"""A label, a place, a reason; one line."""

NoteText = Annotated[str, AfterValidator(_multi_line), Field(max_length=2000)]
"""Free text of several lines."""

EmailAddress = Annotated[
    str, StringConstraints(max_length=254), AfterValidator(_email_address), Field(max_length=254)
]
"""A bare address (RFC 5321, ASCII local part); no display name, no line break."""

WebAddress = Annotated[str, StringConstraints(max_length=300, pattern=_WEB_ADDRESS)]
"""An address of a page, http or https, in ASCII; without user and password."""

PhoneNumber = Annotated[
    str, StringConstraints(pattern=r"^\+?[0-9 ().\-/]{5,30}$"), AfterValidator(_telephone)
]
"""A telephone number as people write it."""

ZoneName = Annotated[str, AfterValidator(_zone_name)]
"""A name of the IANA time zone database."""

UtcDatetime = Annotated[datetime, BeforeValidator(iso_string_only), AfterValidator(to_utc)]
"""An instant, given as ISO 8601 with an offset, held in UTC."""

UtcMinute = Annotated[UtcDatetime, AfterValidator(whole_minute)]
"""An instant on a whole minute, held in UTC: appointments begin on one."""

BirthDate = Annotated[date, BeforeValidator(_iso_date_only), AfterValidator(_birth_date)]
"""A calendar date without a zone, not before 1900."""

CalendarDate = Annotated[date, BeforeValidator(_iso_date_only)]
"""A calendar date without a zone."""

WallTime = Annotated[
    time,
    BeforeValidator(_hours_and_minutes_only),
    PlainSerializer(_hours_and_minutes, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _WALL_TIME}),
]
"""A time of day without a zone, on a whole minute, as in 09:30."""
