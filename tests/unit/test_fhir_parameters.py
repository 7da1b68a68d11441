"""What a FHIR search takes, and what it refuses rather than ignores."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from fastapi import Request
from hypothesis import assume, given
from hypothesis import strategies as st

from services.scheduler.domain.appointment import AppointmentStatus
from services.scheduler.domain.refusals import UnknownCursor
from services.scheduler.http_api.fhir.appointment_search import (
    OFFERED,
    cursor_of,
    position_in,
    to_filter,
)
from services.scheduler.http_api.fhir.dates import Bounds, bounds_of
from services.scheduler.http_api.fhir.parameters import (
    MOST,
    USUAL,
    Parameter,
    Search,
    logical_id,
    parse_reference,
    read_search,
)
from services.scheduler.use_cases.list_booked_and_asked import Position
from shared.http.problems import Problem
from shared.schemas.vocabulary import RequestStatus

ZONE = "America/New_York"
ID, OTHER_ID = UUID(int=7), UUID(int=8)
TAKEN = (
    Parameter("date", "date", "Any.", repeats=True),
    Parameter("status", "token", "One."),
    Parameter("schedule", "reference", "Needed.", needed=True),
)


def request_with(*told: tuple[str, str]) -> Request:
    """Return a request with these in its query."""
    return Request(
        {"type": "http", "query_string": urlencode(told).encode(), "headers": [], "path": "/"}
    )


def search_for(*told: tuple[str, str], offered: Sequence[Parameter] = OFFERED) -> Search:
    """Return the search that these ask for."""
    return read_search(request_with(*told), offered)


def read_whole(*told: tuple[str, str]) -> int:
    """Read every parameter of a search; return how many it wants."""
    search = search_for(*told)
    to_filter(search, Bounds())
    position_in(search)
    return search.count


def utc(text: str) -> datetime:
    """Return an instant, given with its offset."""
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("value", "first", "beyond"),
    [
        ("2027", "2027-01-01T00:00-05:00", "2028-01-01T00:00-05:00"),
        ("2027-03", "2027-03-01T00:00-05:00", "2027-04-01T00:00-04:00"),
        ("2027-12", "2027-12-01T00:00-05:00", "2028-01-01T00:00-05:00"),
        ("2027-03-14", "2027-03-14T00:00-05:00", "2027-03-15T00:00-04:00"),
        ("2027-03-01T10:00", "2027-03-01T15:00Z", "2027-03-01T15:01Z"),
        ("2027-03-01T10:00Z", "2027-03-01T10:00Z", "2027-03-01T10:01Z"),
        ("2027-03-01T10:00:00+01:00", "2027-03-01T09:00Z", "2027-03-01T09:00:01Z"),
        ("2027-03-01T10:00:00.5Z", "2027-03-01T10:00:00.5Z", "2027-03-01T10:00:00.500001Z"),
    ],
)
def test_a_date_means_all_the_time_it_names(value: str, first: str, beyond: str) -> None:
    """By the practice's clock where it has no offset; each prefix takes its side of it."""
    start, end = utc(first), utc(beyond)
    assert bounds_of([value], ZONE) == Bounds(start, end)
    assert bounds_of([f"eq{value}"], ZONE) == Bounds(start, end)
    assert bounds_of([f"ge{value}"], ZONE) == Bounds(from_=start)
    assert bounds_of([f"gt{value}"], ZONE) == Bounds(from_=end)
    assert bounds_of([f"lt{value}"], ZONE) == Bounds(until=start)
    assert bounds_of([f"le{value}"], ZONE) == Bounds(until=end)


def test_dates_repeated_must_all_fit() -> None:
    """Two ends make a range; what cannot be makes an empty one."""
    assert bounds_of(["ge2027-03-01", "lt2027-03-08"], ZONE) == Bounds(
        utc("2027-03-01T00:00-05:00"), utc("2027-03-08T00:00-05:00")
    )
    impossible = bounds_of(["2027-03-01", "2027-03-03"], ZONE)
    assert impossible.from_ is not None
    assert impossible.until is not None
    assert impossible.from_ > impossible.until


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "ge",
        "ap2027-03-01",
        "ne2027-03-01",
        "sa2027-03-01",
        "GE2027-03-01",
        "2027-3-1",
        "2027-02-30",
        "2027-13",
        "2027-03-01T25:00Z",
        "2027-03-01T10",
        "2027-03-01 10:00Z",
        "2027-03-01T10:00 01:00",
        "2027-03-01T10:00+99:00",
        "0001-01-01",
        "9999-12-31",
        "2027-03-01,2027-03-02",
        "\u0662\u0660\u0662\u0667",
        "2027\n",
    ],
)
def test_what_is_no_date_is_refused(value: str) -> None:
    """Never read as something else."""
    with pytest.raises(ValueError):  # noqa: PT011  whatever it says: the route tells all alike
        bounds_of([value], ZONE)


@given(
    minutes=st.integers(0, 100 * 365 * 24 * 60),
    zone=st.sampled_from(["America/New_York", "Pacific/Kiritimati", "Africa/Casablanca", "UTC"]),
    length=st.sampled_from([4, 7, 10, 16, 19]),
)
def test_an_instant_lies_within_its_own_date(minutes: int, zone: str, length: int) -> None:
    """However much of it is told; and what is before and after it leaves no gap."""
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    local = instant.astimezone(ZoneInfo(zone))
    assume(not local.fold)  # what comes twice is the first of the two, without an offset
    text = local.isoformat()[:length]

    bounds = bounds_of([text], zone)

    assert bounds.from_ is not None
    assert bounds.until is not None
    assert bounds.from_ <= instant < bounds.until
    assert bounds_of([f"lt{text}"], zone) == Bounds(until=bounds.from_)
    assert bounds_of([f"gt{text}"], zone) == Bounds(from_=bounds.until)


def test_what_is_not_said_is_left_open() -> None:
    """Everything one may see, in pages of the usual length."""
    search = search_for()
    wanted = to_filter(search, Bounds())
    assert wanted.statuses == frozenset(AppointmentStatus)
    assert wanted.request_statuses == frozenset(RequestStatus) - {RequestStatus.APPROVED}
    assert (wanted.clinician_id, wanted.client_id) == (None, None)
    assert (search.count, position_in(search)) == (USUAL, None)


@pytest.mark.parametrize(
    ("status", "booked", "asked"),
    [
        ("proposed", set(), {RequestStatus.PENDING}),
        ("booked", {AppointmentStatus.BOOKED}, set()),
        (
            "cancelled",
            {AppointmentStatus.CANCELLED},
            {RequestStatus.DECLINED, RequestStatus.WITHDRAWN},
        ),
        ("booked,proposed", {AppointmentStatus.BOOKED}, {RequestStatus.PENDING}),
        ("fulfilled", set(), set()),
    ],
)
def test_a_status_chooses_appointments_and_requests(
    status: str, booked: set[AppointmentStatus], asked: set[RequestStatus]
) -> None:
    """A code of FHIR's that nothing has here finds nothing."""
    wanted = to_filter(search_for(("status", status)), Bounds())
    assert (set(wanted.statuses), set(wanted.request_statuses)) == (booked, asked)


@pytest.mark.parametrize(
    "told",
    [
        [("actor", f"Practitioner/{ID}"), ("actor", f"Patient/{OTHER_ID}")],
        [("practitioner", str(ID)), ("patient", f"Patient/{OTHER_ID}")],
        [("actor", f"Practitioner/{ID}"), ("practitioner", str(ID)), ("patient", str(OTHER_ID))],
    ],
)
def test_actors_are_clinicians_and_clients(told: list[tuple[str, str]]) -> None:
    """By either parameter."""
    wanted = to_filter(search_for(*told), Bounds())
    assert (wanted.clinician_id, wanted.client_id) == (ID, OTHER_ID)


@pytest.mark.parametrize(
    "told",
    [
        [("actor", str(ID))],
        [("actor", f"Location/{ID}")],
        [("actor", "Practitioner/echo")],
        [("actor", f"Practitioner/{ID}"), ("actor", f"Practitioner/{OTHER_ID}")],
        [("actor", f"Practitioner/{ID}"), ("practitioner", str(OTHER_ID))],
        [("practitioner", f"Patient/{ID}")],
        [("patient", f"https://elsewhere.example.org/Patient/{ID}")],
        [("patient", f"{ID},{OTHER_ID}")],
        [("patient", str(ID).upper().replace("0", "A"))],
        [("status", "echo")],
        [("status", "booked,")],
        [("status", "")],
        [("status", "booked"), ("status", "cancelled")],
        [("_count", "0")],
        [("_count", "-1")],
        [("_count", "many")],
        [("_count", "\u0661")],
        [("_cursor", "echo")],
        [("date", "2027" * 400)],
    ],
    ids=str,
)
def test_a_value_that_cannot_be_meant_is_refused(told: list[tuple[str, str]]) -> None:
    """Answered 400, and not repeated in the answer."""
    with pytest.raises((Problem, UnknownCursor)) as caught:
        read_whole(*told)
    assert isinstance(caught.value, Problem | UnknownCursor)
    assert caught.value.code in ("unusable-parameter", "unknown-cursor")
    assert "echo" not in caught.value.detail


@pytest.mark.parametrize("name", ["echo", "status:not", "date:missing", "_include", "_sort", ""])
def test_a_parameter_that_is_not_offered_is_refused(name: str) -> None:
    """Ignoring it would show all for a part."""
    with pytest.raises(Problem) as caught:
        search_for((name, "x"))
    assert (caught.value.status_code, caught.value.code) == (400, "unknown-parameter")
    assert "echo" not in caught.value.detail
    assert "practitioner" in caught.value.detail


def test_a_search_says_what_it_cannot_do_without() -> None:
    """By name."""
    with pytest.raises(Problem) as caught:
        search_for(offered=TAKEN)
    assert (caught.value.code, caught.value.detail) == (
        "parameter-needed",
        "This search needs schedule.",
    )
    assert search_for(("schedule", str(ID)), offered=TAKEN).reference("schedule", "Schedule") == ID


@pytest.mark.parametrize(
    ("told", "count"), [("1", 1), ("200", 200), ("201", MOST), ("9" * 40, MOST)]
)
def test_a_page_is_as_long_as_wanted_and_allowed(told: str, count: int) -> None:
    """More than the most is the most."""
    assert search_for(("_count", told)).count == count


@pytest.mark.parametrize(
    "told", ["json", "application/json", "application/fhir+json; charset=utf-8"]
)
def test_json_is_the_only_format(told: str) -> None:
    """By any of its names; XML is not acceptable."""
    assert search_for(("_format", told)).one("_format") == told
    for other in ("xml", "application/fhir+xml", "text/turtle", "jsonp"):
        with pytest.raises(Problem) as caught:
            search_for(("_format", other))
        assert caught.value.status_code == 406


@pytest.mark.parametrize("is_booked", [True, False])
def test_a_cursor_leads_back_to_where_the_page_ended(is_booked: bool) -> None:
    """Among the requests or among the appointments, to the millisecond."""
    end = Position(is_booked, datetime(2027, 3, 1, 15, 0, 0, 123_000, tzinfo=UTC), ID)
    cursor = cursor_of(end)
    assert cursor is not None
    assert position_in(search_for(("_cursor", cursor))) == end
    assert cursor_of(None) is None


@pytest.mark.parametrize(
    "told",
    ["", "echo", f"{{{ID}}}", f"urn:uuid:{ID}", ID.hex, "A" * 36, f" {ID}", f"{ID}\n"],
)
def test_an_id_has_one_spelling(told: str) -> None:
    """FHIR compares ids letter by letter."""
    assert logical_id(told) is None
    assert parse_reference(f"Patient/{told}") is None
    assert logical_id(str(ID)) == ID
