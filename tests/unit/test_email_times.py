"""Times in e-mails: the practice's wall clock and zone, and the client's where they differ."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.languages import words_of
from services.notifier.times import day_and_time, same_wall_clock, zone_in_words
from shared.schemas.vocabulary import Language
from tests.unit.builders import booked_wire, client_wire, practice_wire
from tests.unit.test_compose_email import both

NEW_YORK, BERLIN, DUBLIN = "America/New_York", "Europe/Berlin", "Europe/Dublin"
CHICAGO, KOLKATA, SYDNEY = "America/Chicago", "Asia/Kolkata", "Australia/Sydney"
ENGLISH = words_of(Language.ENGLISH, NEW_YORK)


def utc(*parts: int) -> datetime:
    """Return an instant in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("instant", "zone", "words"),
    [
        (utc(2027, 3, 1, 15, 0), NEW_YORK, "Monday, March 1, 2027 at 10:00 AM"),
        (utc(2027, 3, 1, 19, 5), NEW_YORK, "Monday, March 1, 2027 at 2:05 PM"),
        (utc(2027, 1, 1, 4, 30), NEW_YORK, "Thursday, December 31, 2026 at 11:30 PM"),
        (utc(2027, 3, 1, 5, 0), NEW_YORK, "Monday, March 1, 2027 at 12:00 AM"),
        (utc(2027, 3, 1, 17, 0), NEW_YORK, "Monday, March 1, 2027 at 12:00 PM"),
        (utc(2027, 3, 1, 15, 0), KOLKATA, "Monday, March 1, 2027 at 8:30 PM"),
        (utc(2028, 2, 29, 15, 0), BERLIN, "Tuesday, February 29, 2028 at 4:00 PM"),
        # The clocks go forward in New York on 14 March 2027 at 2:00, and in Berlin on 28 March.
        (utc(2027, 3, 14, 6, 59), NEW_YORK, "Sunday, March 14, 2027 at 1:59 AM"),
        (utc(2027, 3, 14, 7, 0), NEW_YORK, "Sunday, March 14, 2027 at 3:00 AM"),
        (utc(2027, 3, 28, 0, 59), BERLIN, "Sunday, March 28, 2027 at 1:59 AM"),
        (utc(2027, 3, 28, 1, 0), BERLIN, "Sunday, March 28, 2027 at 3:00 AM"),
        # They go back on 7 November: half past one comes twice.
        (utc(2027, 11, 7, 5, 30), NEW_YORK, "Sunday, November 7, 2027 at 1:30 AM"),
        (utc(2027, 11, 7, 6, 30), NEW_YORK, "Sunday, November 7, 2027 at 1:30 AM"),
        (utc(2027, 11, 7, 7, 30), NEW_YORK, "Sunday, November 7, 2027 at 2:30 AM"),
    ],
)
def test_times_are_told_by_the_wall_clock(instant: datetime, zone: str, words: str) -> None:
    """Weekday, date and time as a person reads them, on days when clocks change too."""
    assert day_and_time(instant, zone, ENGLISH) == words


@pytest.mark.parametrize(
    ("instant", "zone", "words"),
    [
        (utc(2027, 3, 14, 6, 59), NEW_YORK, "Eastern Standard Time"),
        (utc(2027, 3, 14, 7, 0), NEW_YORK, "Eastern Daylight Time"),
        (utc(2027, 11, 7, 5, 30), NEW_YORK, "Eastern Daylight Time"),
        (utc(2027, 11, 7, 6, 30), NEW_YORK, "Eastern Standard Time"),
        (utc(2027, 1, 15, 12, 0), BERLIN, "Central European Standard Time"),
        (utc(2027, 7, 15, 12, 0), BERLIN, "Central European Summer Time"),
        (utc(2027, 1, 15, 12, 0), SYDNEY, "Australian Eastern Daylight Time"),
        (utc(2027, 7, 15, 12, 0), SYDNEY, "Australian Eastern Standard Time"),
        (utc(2027, 1, 15, 12, 0), "Europe/London", "Greenwich Mean Time"),
        (utc(2027, 7, 15, 12, 0), "Europe/London", "British Summer Time"),
        # Irish law calls summer time the standard: tzdata has a negative offset in winter.
        (utc(2027, 1, 15, 12, 0), DUBLIN, "Greenwich Mean Time"),
        (utc(2027, 7, 15, 12, 0), DUBLIN, "Irish Standard Time"),
    ],
)
def test_the_zone_is_named_as_it_is_then(instant: datetime, zone: str, words: str) -> None:
    """Summer or winter time by the appointment's day, not by today."""
    assert zone_in_words(instant, zone, ENGLISH) == words


def test_no_narrow_spaces() -> None:
    """Babel's U+202F before AM and PM shows as a box in some mail readers (FACTS "E-mail" 4)."""
    for hour in range(24):
        assert day_and_time(utc(2027, 3, 1, hour), NEW_YORK, ENGLISH).isascii()


@given(
    st.datetimes(
        min_value=datetime(2020, 1, 1),  # noqa: DTZ001
        max_value=datetime(2040, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    st.sampled_from([NEW_YORK, BERLIN, DUBLIN, CHICAGO, KOLKATA, SYDNEY, "Asia/Kathmandu"]),
)
def test_the_words_are_the_wall_clock(instant: datetime, zone: str) -> None:
    """Read back, the words are what the clock on the practice's wall shows."""
    local = instant.astimezone(ZoneInfo(zone))
    read = datetime.strptime(day_and_time(instant, zone, ENGLISH), "%A, %B %d, %Y at %I:%M %p")  # noqa: DTZ007
    assert read == local.replace(tzinfo=None, fold=0, second=0, microsecond=0)
    assert zone_in_words(instant, zone, ENGLISH)


def test_the_same_clock_is_told_by_the_instant() -> None:
    """New York and Toronto agree; Berlin and New York differ by five hours in late March."""
    assert same_wall_clock(utc(2027, 3, 1, 15), NEW_YORK, "America/Toronto")
    assert not same_wall_clock(utc(2027, 3, 1, 15), NEW_YORK, CHICAGO)
    assert same_wall_clock(utc(2027, 1, 15, 12), "Europe/London", "Africa/Abidjan")
    assert not same_wall_clock(utc(2027, 7, 15, 12), "Europe/London", "Africa/Abidjan")


def test_a_client_elsewhere_is_told_their_own_time() -> None:
    """The practice's time first, then what the client's clock will show."""
    for text in both(client=client_wire(time_zone=CHICAGO)):
        assert "Monday, March 1, 2027 at 10:00 AM" in text
        assert "Eastern Standard Time" in text
        assert "That is Monday, March 1, 2027 at 9:00 AM (Central Standard Time)" in text


@pytest.mark.parametrize("zone", [None, NEW_YORK, "America/Toronto", "US/Eastern"])
def test_a_client_with_the_same_clock_is_told_once(zone: str | None) -> None:
    """Two times that are one only confuse."""
    for text in both(client=client_wire(time_zone=zone)):
        assert "where you are" not in text


@pytest.mark.parametrize(
    ("start", "practice_time", "client_time"),
    [
        # Between the two changes of March New York and Berlin are five hours apart, not six.
        ("2027-03-12T15:00:00Z", "10:00 AM (Eastern Standard", "4:00 PM (Central European Stand"),
        ("2027-03-15T14:00:00Z", "10:00 AM (Eastern Daylight", "3:00 PM (Central European Stand"),
        ("2027-03-29T14:00:00Z", "10:00 AM (Eastern Daylight", "4:00 PM (Central European Summ"),
        ("2027-11-05T14:00:00Z", "10:00 AM (Eastern Daylight", "3:00 PM (Central European Stand"),
        ("2027-11-08T15:00:00Z", "10:00 AM (Eastern Standard", "4:00 PM (Central European Stand"),
    ],
)
def test_both_clocks_change_on_days_of_their_own(
    start: str, practice_time: str, client_time: str
) -> None:
    """Ten o'clock in New York stays ten o'clock; what it is in Berlin differs by the week."""
    end = (datetime.fromisoformat(start) + timedelta(minutes=45)).isoformat()
    text, _ = both(
        appointment=booked_wire(start=start, end=end), client=client_wire(time_zone=BERLIN)
    )
    assert practice_time in text
    assert client_time in text


def test_a_move_over_the_change_of_clocks_keeps_the_hour() -> None:
    """Weekly at ten: both the old and the new time say ten o'clock."""
    text, _ = both(
        request_type="reschedule",
        appointment=booked_wire(start="2027-03-15T14:00:00Z", end="2027-03-15T14:45:00Z"),
        previous={
            "start": "2027-03-08T15:00:00Z",
            "end": "2027-03-08T15:45:00Z",
            "clinician_name": "Dana Reyes",
        },
    )
    assert "Monday, March 15, 2027 at 10:00 AM" in text
    assert "Monday, March 8, 2027 at 10:00 AM" in text


def test_the_practices_zone_decides() -> None:
    """The same instant is another day at another practice, and written as its country does."""
    text, _ = both(practice=practice_wire(time_zone=SYDNEY))
    assert "Tuesday, 2 March 2027 at 2:00 am (Australian Eastern Daylight Time)" in text
