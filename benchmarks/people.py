"""The clients of the practice over the years: they come, stay for some months, and go."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Final
from uuid import UUID

from benchmarks.names import Names
from benchmarks.practice import CLINICIANS, PRACTICE, bench_id
from services.scheduler.domain.appointment_request import Requester
from services.scheduler.domain.people import StaffMember

ACTIVE: Final = 2500
"""Clients at any time."""

_GENERATION: Final = 10_000
_REPLACED: Final = 400
"""So many of the active clients are others after a generation of requests, or of appointments."""

RARE_NAMES: Final = (
    "Ottoline Fairwether",
    "Evander Quillfeather",
    "Hyacinth Umbridgeton",
    "Ichabod Wyndhollow",
    "Xanthe Yellowlees",
    "Ulysses Jabberwell",
)
"""One active client has each, and hardly anybody a name that begins like its family name."""

_RARE_CLIENTS: Final = 1200
_EARLIEST_BIRTH: Final = date(1940, 1, 1)
_BIRTH_DAYS: Final = 25_000


@dataclass(frozen=True, slots=True)
class Person:
    """A client on record: as a request tells of them, and who is assigned to them."""

    id: UUID
    requester: Requester
    clinician: StaffMember
    assigned: tuple[UUID, ...]


@lru_cache(maxsize=2 * ACTIVE)
def person(number: int) -> Person:
    """Return a client; each hundredth has the same clinician, and each has a second one."""
    random = Random(f"client:{number}")  # noqa: S311  no secrets
    rare = number - _RARE_CLIENTS
    name = RARE_NAMES[rare] if 0 <= rare < len(RARE_NAMES) else Names(random).draw()
    clinician = CLINICIANS[number % len(CLINICIANS)]
    second = CLINICIANS[(number * 7 + 13) % len(CLINICIANS)]
    identifier = bench_id(f"client:{number}")
    requester = Requester(
        client_id=identifier,
        is_new=False,
        name=name,
        email=f"client.{number}@example.org",
        phone="+1 617 555 0123",
        birth_date=_EARLIEST_BIRTH + timedelta(days=random.randrange(_BIRTH_DAYS)),
        time_zone=PRACTICE.time_zone,
    )
    return Person(identifier, requester, clinician, tuple({clinician.id, second.id}))


def active_client(place: int, number: int) -> Person:
    """Return one of the clients who were active at a place, counted back from the newest."""
    return person(_first_active(place) + number % ACTIVE)


def client_of(clinician_number: int, place: int, number: int) -> Person:
    """Return one of a clinician's own clients who were active then."""
    first = _first_active(place)
    offset = (clinician_number - first) % len(CLINICIANS)
    own = ACTIVE // len(CLINICIANS)
    return person(first + offset + len(CLINICIANS) * (number % own))


def _first_active(place: int) -> int:
    return place // _GENERATION * _REPLACED
