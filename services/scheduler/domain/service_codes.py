"""The catalogue of psychotherapy codes: usual lengths, and labels of our own (PRODUCT 8.14).

The ranges are those in which a session is billed under the code. A practice may change all of it
in its own services.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.scheduler.domain.record_refusals import MinutesNeeded

_INTAKE: Final = "Therapy Intake"
_SESSION: Final = "Therapy Session"


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long a service takes, in minutes; None leaves the range open on that side."""

    minutes: int
    fewest_minutes: int | None = None
    most_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceCode:
    """A standard code with what it usually means."""

    code: str
    label: str
    appointment_type: str
    lengths: Lengths


CATALOGUE: Final[Mapping[str, ServiceCode]] = {
    entry.code: entry
    for entry in (
        ServiceCode("90791", "First conversation", _INTAKE, Lengths(60)),
        ServiceCode("90832", "Short session", _SESSION, Lengths(30, 16, 37)),
        ServiceCode("90834", "Session", _SESSION, Lengths(45, 38, 52)),
        ServiceCode("90837", "Long session", _SESSION, Lengths(60, 53)),
        ServiceCode("90846", "Family session without the client", _SESSION, Lengths(50, 26)),
        ServiceCode("90847", "Family session with the client", _SESSION, Lengths(50, 26)),
    )
}


def usual_lengths(code: str, given: Mapping[str, int | None]) -> Lengths:
    """Return the lengths that are `given`, by field of `Lengths`, and the catalogue's for the rest.

    A range of None that is given stays None: the practice wants none.

    Raises:
        MinutesNeeded: neither says how long it takes.

    """
    entry = CATALOGUE.get(code)
    usual = entry.lengths if entry else None
    minutes = given.get("minutes") or (usual.minutes if usual else None)
    if minutes is None:
        raise MinutesNeeded
    return Lengths(
        minutes,
        given.get("fewest_minutes", usual.fewest_minutes if usual else None),
        given.get("most_minutes", usual.most_minutes if usual else None),
    )
