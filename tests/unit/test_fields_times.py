"""Instants, zones and birth dates: ISO 8601 or nothing, always with an offset, held in UTC."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.schemas.fields import BirthDate, UtcDatetime, UtcMinute, ZoneName

INSTANT = TypeAdapter[datetime](UtcDatetime)
MINUTE = TypeAdapter[datetime](UtcMinute)
ZONE = TypeAdapter[str](ZoneName)
BORN = TypeAdapter[date](BirthDate)


@pytest.mark.parametrize(
    "value",
    [
        0,
        0.0,
        1_900_000_020,
        True,
        None,
        b"2027-03-01T10:00:00Z",
        date(2027, 3, 1),
        ["2027-03-01T10:00:00Z"],
        "0",
        "1900000020",
        "-60",
        "",
        "now",
        "2027-03-01",
        "2027-03-01T10:00",
        "2027-03-01T10:00:00",
        datetime(2027, 3, 1, 10),  # noqa: DTZ001  naive on purpose
        "2027-02-29T10:00:00Z",
        "2027-03-01T25:00:00Z",
        "01.03.2027 10:00Z",
        "2027-03-01T10:00:00 America/New_York",
    ],
)
def test_what_is_no_instant_is_refused(value: object) -> None:
    """A number is no time, in quotes neither; a time without an offset could be any."""
    with pytest.raises(ValidationError):
        INSTANT.validate_python(value)


@pytest.mark.parametrize(
    "value",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:00-12:00",
        datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
        datetime.max.replace(tzinfo=timezone(-timedelta(hours=1))),
    ],
)
def test_the_ends_of_time_are_refused_and_nothing_breaks(value: object) -> None:
    """An offset that leads out of the years 1 to 9999 is a refusal, not a crash."""
    with pytest.raises(ValidationError):
        INSTANT.validate_python(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2027-03-01T10:00:00Z", datetime(2027, 3, 1, 10, tzinfo=UTC)),
        ("2027-03-01T10:00Z", datetime(2027, 3, 1, 10, tzinfo=UTC)),
        ("2027-03-01T10:00:00-05:00", datetime(2027, 3, 1, 15, tzinfo=UTC)),
        ("2027-03-01T10:00:00+05:45", datetime(2027, 3, 1, 4, 15, tzinfo=UTC)),
        ("2026-12-31T23:30:00-05:00", datetime(2027, 1, 1, 4, 30, tzinfo=UTC)),
        (
            datetime(2027, 7, 1, 10, tzinfo=ZoneInfo("America/New_York")),
            datetime(2027, 7, 1, 14, tzinfo=UTC),
        ),
    ],
)
def test_instants_are_held_in_utc(value: object, expected: datetime) -> None:
    """Whatever offset it was given with, it is kept in UTC."""
    kept = INSTANT.validate_python(value)
    assert kept == expected
    assert kept.utcoffset() == timedelta(0)
    assert kept.tzinfo is UTC


def test_json_text_reads_the_same() -> None:
    """A message and a Python value give the same instant."""
    assert INSTANT.validate_json('"2027-03-01T10:00:00-05:00"') == datetime(
        2027, 3, 1, 15, tzinfo=UTC
    )
    with pytest.raises(ValidationError):
        INSTANT.validate_json("0")


@pytest.mark.parametrize("value", ["2027-03-01T10:00:30Z", "2027-03-01T10:00:00.000001Z"])
def test_appointments_begin_on_a_whole_minute(value: str) -> None:
    """Seconds are refused where an appointment begins, and kept elsewhere."""
    assert INSTANT.validate_python(value)
    with pytest.raises(ValidationError):
        MINUTE.validate_python(value)


@given(
    st.datetimes(
        min_value=datetime(2, 1, 1),  # noqa: DTZ001
        max_value=datetime(9998, 12, 31),  # noqa: DTZ001
        timezones=st.timezones(),
    )
)
def test_going_over_the_wire_keeps_the_instant(instant: datetime) -> None:
    """An instant written as ISO 8601 and read again is the same instant."""
    utc = INSTANT.validate_python(instant)
    assert utc == instant.astimezone(UTC)
    assert INSTANT.validate_json(INSTANT.dump_json(utc)) == utc


@pytest.mark.parametrize("name", ["America/New_York", "Europe/Berlin", "Asia/Kolkata", "UTC"])
def test_zones_of_the_database_are_known(name: str) -> None:
    """IANA names are taken as they are."""
    assert ZONE.validate_python(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        " UTC",
        "Mars/Olympus",
        "america/new_york",
        "America/New York",
        "../etc/passwd",
        "../../etc/passwd",
        "/etc/passwd",
        "/usr/share/zoneinfo/UTC",
        "America/../UTC",
        "America/New_York\x00",
        "America/New_York\n",
        "America",
        "+05:00",
        "posixrules",
        "tzdata.zi",
        None,
        5,
    ],
)
def test_zones_that_are_none_are_refused(name: object) -> None:
    """Only names of the database: no path, no offset, no other spelling."""
    with pytest.raises(ValidationError):
        ZONE.validate_python(name)


@pytest.mark.parametrize("name", ["localtime", "Factory"])
def test_zones_that_mean_no_place_are_refused(name: str) -> None:
    """`localtime` is the zone of whichever machine reads it; `Factory` is none at all."""
    with pytest.raises(ValidationError):
        ZONE.validate_python(name)


def test_every_zone_taken_can_be_loaded() -> None:
    """What is taken here never fails later, when an e-mail is written."""
    for name in available_timezones() - {"localtime", "Factory"}:
        assert ZoneInfo(ZONE.validate_python(name))


@pytest.mark.parametrize("value", ["1994-05-31", "1900-01-01", "2024-02-29", date(1994, 5, 31)])
def test_birth_dates_are_plain_dates(value: object) -> None:
    """Year, month and day, without a time."""
    assert str(BORN.validate_python(value)) == str(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "31.05.1994",
        "05/31/1994",
        "94-05-31",
        "1994-5-31",
        "1994-02-30",
        "2023-02-29",
        "1899-12-31",
        "0001-01-01",
        "1994-05-31T10:00:00Z",
        "1994-05-31T00:00:00Z",
        "1994-05-31T00:00:00",
        "0",
        "770342400",
        0,
        770_342_400,
        True,
        None,
        datetime(1994, 5, 31, tzinfo=UTC),
    ],
)
def test_what_is_no_birth_date_is_refused(value: object) -> None:
    """Only YYYY-MM-DD since 1900: a number of seconds or a time of day is no birth date."""
    with pytest.raises(ValidationError):
        BORN.validate_python(value)
