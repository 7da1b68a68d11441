"""Who and what there is in the two practices, by name: the model and the database begin with it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from shared.schemas.vocabulary import Modality

NOBODY: Final = "nobody"
"""A name of which neither practice has a record."""


@dataclass(frozen=True)
class Person:
    """A member of staff; who does not run the practice sees clients."""

    practice: str
    runs_the_practice: bool = False


@dataclass(frozen=True)
class Offer:
    """A service: its usual length and the range, in minutes, and where it takes place."""

    practice: str
    minutes: int
    fewest: int | None
    most: int | None
    modality: Modality
    location: str | None


@dataclass(frozen=True)
class Patient:
    """A client on record, and who is assigned; or somebody new, before there is a record."""

    practice: str
    full_name: str
    email: str
    birth_date: date
    assigned: frozenset[str] = frozenset()


EMAILS_STAFF_CHANGES: Final = {"here": True, "there": False}
"""Both practices, and whether clients hear by e-mail of what staff do without a request."""

STAFF: Final = {
    "priya": Person("here", runs_the_practice=True),
    "dana": Person("here"),
    "marcus": Person("here"),
    "olga": Person("there", runs_the_practice=True),
    "omar": Person("there"),
}
SERVICES: Final = {
    "session": Offer("here", 45, 38, 52, Modality.IN_PERSON, "Room 1"),
    "video": Offer("here", 60, 53, None, Modality.TELEHEALTH, None),
    "elsewhere": Offer("there", 45, None, None, Modality.IN_PERSON, None),
}
_BORN: Final = date(1990, 5, 17)
CLIENTS: Final = {
    "amara": Patient("here", "Amara", "amara@example.org", _BORN, frozenset({"dana"})),
    "keisha": Patient("here", "Keisha", "keisha@example.org", _BORN, frozenset({"marcus"})),
    "noor": Patient("here", "Noor", "noor@example.org", _BORN, frozenset({"dana", "marcus"})),
    "otto": Patient("there", "Otto", "otto@example.org", _BORN, frozenset({"omar"})),
}
NEWCOMERS: Final = {
    "wren": Patient("here", "Wren", "wren@example.org", date(1991, 5, 6)),
    "a namesake": Patient("here", "AMARA", "other@example.org", _BORN),
    "same address": Patient("here", "Kim", "Keisha@example.org", date(2001, 1, 1)),
    "abroad": Patient("there", "Amara", "amara@example.org", _BORN),
}

OPENING: Final = datetime(2026, 10, 20, 12, tzinfo=UTC)
"""When each run begins."""

PLACES_IN_TIME: Final = (
    datetime(2027, 1, 1, tzinfo=UTC),  # a New Year's midnight
    datetime(2026, 12, 2, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),  # New York puts its clocks back
    datetime(2027, 3, 14, 7, tzinfo=UTC),  # and forward
)
SHIFTS: Final = tuple(timedelta(minutes=n) for n in (-60, -45, -30, -15, 0, 15, 30, 45))
ODD_STARTS: Final = (OPENING - timedelta(hours=1), OPENING + timedelta(days=900))
