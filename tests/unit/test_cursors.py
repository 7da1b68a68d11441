"""Cursors of lists: opaque, of one order alone, and never a fault of ours."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduler.domain.refusals import UnknownCursor
from services.scheduler.http_api.cursors import decode_id, decode_instant, encode

ID = UUID(int=7)
INSTANT = datetime(2027, 3, 1, 15, 0, 0, 123_000, tzinfo=UTC)
LONGEST_IN_URL = 400


def cursor_of(content: object) -> str:
    """Return anything in the form of a cursor."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def refuses(cursor: str, order: str = "requested") -> None:
    """Check that a cursor is answered as the caller's mistake, for either kind of list."""
    for read in (decode_instant, decode_id):
        with pytest.raises(UnknownCursor):
            read(cursor, order)


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.uuids(),
    st.sampled_from(["requested", "-requested", "made", "start"]),
)
def test_a_cursor_leads_back_to_where_it_came_from(
    instant: datetime, identifier: UUID, order: str
) -> None:
    """To the microsecond, and it needs no quoting in a URL and fits into one."""
    cursor = encode(order, instant, identifier)
    assert decode_instant(cursor, order) == (instant, identifier)
    assert not set(cursor) & set("=+/&?# ")
    assert len(cursor) <= LONGEST_IN_URL


def test_a_cursor_of_a_list_by_name_holds_no_name() -> None:
    """It travels in URLs, which end up in logs."""
    cursor = encode("-client", None, ID)
    assert decode_id(cursor, "-client") == ID
    content = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    assert json.loads(content) == ["-client", None, str(ID)]


def test_no_cursor_is_the_first_page() -> None:
    """Whatever the list is sorted by."""
    assert decode_instant(None, "requested") is None
    assert decode_id(None, "client") is None


def test_a_cursor_is_of_no_use_in_another_order() -> None:
    """Neither the other way round, nor by another field, nor where names are instants."""
    refuses(encode("-requested", INSTANT, ID))
    refuses(encode("made", INSTANT, ID))
    refuses(encode("client", None, ID))
    with pytest.raises(UnknownCursor):
        decode_id(encode("client", INSTANT, ID), "client")
    with pytest.raises(UnknownCursor):
        decode_instant(encode("made", None, ID), "made")


def test_a_cursor_cut_short_is_a_problem() -> None:
    """Wherever somebody's e-mail program broke the line."""
    whole = encode("requested", INSTANT, ID)
    for length in range(len(whole)):
        refuses(whole[:length])


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "\u00e9",
        "%%%",
        "bnVsbA",
        cursor_of([]),
        cursor_of({}),
        cursor_of({"a": 1, "b": 2, "c": 3, "d": 4}),
        cursor_of(["requested", 1, 2]),
        cursor_of(["requested", "2027-03-01T15:00:00+00:00"]),
        cursor_of(["requested", "2027-03-01T15:00:00+00:00", "x"]),
        cursor_of(["requested", "2027-03-01T15:00:00+00:00", None]),
        cursor_of(["requested", "2027-03-01T15:00:00+00:00", str(ID), 1]),
        cursor_of(["requested", "2027-03-01T15:00:00", str(ID)]),
        cursor_of(["requested", "yesterday", str(ID)]),
        cursor_of(["requested", {"$gt": ""}, str(ID)]),
        cursor_of(["requested", ["a"], str(ID)]),
        cursor_of(["requested", None, None]),
        cursor_of([{"$gt": ""}, "2027-03-01T15:00:00+00:00", str(ID)]),
        base64.urlsafe_b64encode(b"[" * 800).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_a_cursor_of_nonsense_is_a_problem(cursor: str) -> None:
    """Whatever somebody makes up, the list is asked for nothing of it."""
    refuses(cursor)


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_cursor_from_the_ends_of_time_breaks_nothing(instant: str) -> None:
    """A position is one that the database can be asked about, or it is refused."""
    try:
        position = decode_instant(cursor_of(["made", instant, str(ID)]), "made")
    except UnknownCursor:
        return
    assert position is not None
    assert bson.encode({"at": position[0]})


def test_a_cursor_in_another_offset_is_the_same_instant() -> None:
    """What we never write is still read as what it says."""
    told = INSTANT.astimezone(timezone(timedelta(hours=-5))).isoformat()
    assert decode_instant(cursor_of(["made", told, str(ID)]), "made") == (INSTANT, ID)
