"""What a search for `Appointment`s looks for, and where its pages go on."""

from typing import Final
from uuid import UUID

from services.scheduler.domain.appointment import AppointmentStatus
from services.scheduler.domain.refusals import UnknownCursor
from services.scheduler.http_api import cursors
from services.scheduler.http_api.fhir.dates import Bounds
from services.scheduler.http_api.fhir.parameters import (
    CURSOR,
    Parameter,
    Search,
    parse_reference,
    unusable,
)
from services.scheduler.use_cases.list_booked_and_asked import BookedOrAskedFilter, Position
from shared.schemas.vocabulary import RequestStatus

OFFERED: Final = (
    Parameter(
        "date",
        "date",
        "When it begins, or was asked to begin: eq, ge, gt, le or lt; may be repeated. Without an"
        " offset it is by the practice's clock.",
        repeats=True,
    ),
    Parameter(
        "actor",
        "reference",
        "Practitioner/[id] or Patient/[id]; may be repeated for one of each.",
        repeats=True,
    ),
    Parameter("practitioner", "reference", "The clinician: [id] or Practitioner/[id]."),
    Parameter("patient", "reference", "The client: [id] or Patient/[id]."),
    Parameter("status", "token", "One or several, with commas between."),
)

_STATUSES: Final = {
    "proposed": (frozenset[AppointmentStatus](), frozenset({RequestStatus.PENDING})),
    "booked": (frozenset({AppointmentStatus.BOOKED}), frozenset[RequestStatus]()),
    "cancelled": (
        frozenset({AppointmentStatus.CANCELLED}),
        frozenset({RequestStatus.DECLINED, RequestStatus.WITHDRAWN}),
    ),
}
_NEVER_HERE: Final = {
    *("pending", "arrived", "fulfilled", "noshow", "entered-in-error", "checked-in", "waitlist"),
}
_BOOKED: Final = "fhir-booked"
_ASKED: Final = "fhir-asked"


def to_filter(search: Search, starts: Bounds) -> BookedOrAskedFilter:
    """Return what is looked for; a problem where a value cannot be meant."""
    chosen = search.choices("status", {*_STATUSES, *_NEVER_HERE})
    statuses = [_STATUSES[code] for code in _STATUSES if chosen is None or code in chosen]
    actors = _actors(search)
    return BookedOrAskedFilter(
        statuses=frozenset[AppointmentStatus]().union(*(booked for booked, _ in statuses)),
        request_statuses=frozenset[RequestStatus]().union(*(asked for _, asked in statuses)),
        clinician_id=actors.get("Practitioner"),
        client_id=actors.get("Patient"),
        starts_from=starts.from_,
        starts_until=starts.until,
    )


def position_in(search: Search) -> Position | None:
    """Return where the page before ended; None on the first page."""
    cursor = search.one(CURSOR.name)
    if cursor is None:
        return None
    try:
        position, is_booked = cursors.decode_instant(cursor, _BOOKED), True
    except UnknownCursor:
        position, is_booked = cursors.decode_instant(cursor, _ASKED), False
    return position and Position(is_booked, *position)


def cursor_of(end: Position | None) -> str | None:
    """Return the cursor of the next page; None on the last."""
    if end is None:
        return None
    return cursors.encode(_BOOKED if end.is_booked else _ASKED, end.time, end.id)


def _actors(search: Search) -> dict[str, UUID]:
    actors: dict[str, UUID] = {}
    for told in search.all("actor"):
        found = parse_reference(told)
        if found is None or found[0] not in ("Practitioner", "Patient") or found[0] in actors:
            raise unusable("actor")
        actors[found[0]] = found[1]
    for name, kind in (("practitioner", "Practitioner"), ("patient", "Patient")):
        identifier = search.reference(name, kind)
        if identifier is None:
            continue
        if actors.get(kind, identifier) != identifier:
            raise unusable(name)
        actors[kind] = identifier
    return actors
