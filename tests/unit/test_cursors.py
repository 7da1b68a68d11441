"""Cursors of lists: opaque, of one order alone, and never a fault of ours."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduler.http_api.cursors import (
    Value,
    decode,
    decode_instant,
    decode_text,
    encode,
)
from services.scheduler.mongo.search import sort_key
from shared.http.problems import Problem

ID = UUID(int=7)
INSTANT = datetime(2027, 3, 1, 15, 0, 0, 123_000, tzinfo=UTC)
LONGEST_IN_URL = 1200


def cursor_of(content: object) -> str:
    """Return anything in the form of a cursor."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def refuses(cursor: str, order: str = "requested") -> None:
    """Check that a cursor is answered as the caller's mistake, for either kind of list."""
    for read in (decode, decode_instant, decode_text):
        with pytest.raises(Problem) as caught:
            read(cursor, order)
        assert (caught.value.status_code, caught.value.code) == (400, "unknown-cursor")


@given(
    st.datetimes(timezones=st.just(UTC)) | st.text(max_size=200),
    st.uuids(),
    st.sampled_from(["requested", "-requested", "client", "start"]),
)
def test_a_cursor_leads_back_to_where_it_came_from(
    value: Value, identifier: UUID, order: str
) -> None:
    """To the microsecond and to the letter, and it needs no quoting in a URL."""
    cursor = encode(order, value, identifier)
    assert decode(cursor, order) == (value, identifier)
    assert not set(cursor) & set("=+/&?# ")


@pytest.mark.parametrize("letter", ["a", '"', "\u4e2d", "\U0001f44b", "\ufdfa"])
def test_the_longest_name_fits(letter: str) -> None:
    """A cursor that we gave out is never too long to come back, whatever the name."""
    name = sort_key(letter * 200)
    cursor = encode("-client", name, ID)
    assert len(cursor) <= LONGEST_IN_URL
    assert decode_text(cursor, "-client") == (name, ID)


def test_no_cursor_is_the_first_page() -> None:
    """Whatever the list is sorted by."""
    assert decode_instant(None, "requested") is None
    assert decode_text(None, "client") is None


def test_a_cursor_is_of_no_use_in_another_order() -> None:
    """Neither the other way round, nor by another field, nor where names are instants."""
    refuses(encode("-requested", INSTANT, ID))
    refuses(encode("made", INSTANT, ID))
    refuses(encode("client", "dahl soren", ID))
    with pytest.raises(Problem):
        decode_text(encode("client", INSTANT, ID), "client")
    with pytest.raises(Problem):
        decode_instant(encode("made", "dahl soren", ID), "made")


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
        cursor_of(["requested", 1, 2, 3]),
        cursor_of(["requested", True, "2027-03-01T15:00:00+00:00"]),
        cursor_of(["requested", True, "2027-03-01T15:00:00+00:00", "x"]),
        cursor_of(["requested", True, "2027-03-01T15:00:00+00:00", None]),
        cursor_of(["requested", True, "2027-03-01T15:00:00+00:00", str(ID), 1]),
        cursor_of(["requested", True, "2027-03-01T15:00:00", str(ID)]),
        cursor_of(["requested", True, "yesterday", str(ID)]),
        cursor_of(["requested", True, {"$gt": ""}, str(ID)]),
        cursor_of(["requested", False, {"$gt": ""}, str(ID)]),
        cursor_of(["requested", False, ["a"], str(ID)]),
        cursor_of(["requested", False, None, str(ID)]),
        cursor_of([{"$gt": ""}, True, "2027-03-01T15:00:00+00:00", str(ID)]),
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
        position = decode_instant(cursor_of(["made", True, instant, str(ID)]), "made")
    except Problem:
        return
    assert position is not None
    assert bson.encode({"at": position[0]})


def test_a_refused_cursor_is_forgotten() -> None:
    """No refusal remembers those before it, nor who asked."""
    lengths = set()
    for _ in range(3):
        with pytest.raises(Problem) as caught:
            decode("x", "made")
        lengths.add(len(caught.traceback))
    assert len(lengths) == 1


def test_a_cursor_in_another_offset_is_the_same_instant() -> None:
    """What we never write is still read as what it says."""
    told = INSTANT.astimezone(timezone(timedelta(hours=-5))).isoformat()
    assert decode_instant(cursor_of(["made", True, told, str(ID)]), "made") == (INSTANT, ID)
