"""The calendar file: read back by a second parser, right to the minute, silent about clients."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.people import Practice
from services.scheduler.http_api.calendar_file import calendar_file, initials
from services.scheduler.use_cases.read_shared_calendar import SharedCalendar
from shared.schemas.vocabulary import Modality
from tests.unit.builders import DANA, NOW, PRACTICE_ID, ROOM, START, appointment

NEW_YORK = "America/New_York"
PRACTICE = Practice(PRACTICE_ID, "harbor", "Harbor Street", NEW_YORK, "+1 212 555 0100", None)
WITHIN = Interval(datetime(2026, 12, 3, 5, tzinfo=UTC), datetime(2028, 3, 9, 5, tzinfo=UTC))


def shared(*appointments: Appointment, zone: str = NEW_YORK) -> SharedCalendar:
    """Return Dana's calendar with these."""
    return SharedCalendar(replace(PRACTICE, time_zone=zone), DANA, WITHIN, appointments)


def events(content: bytes) -> list[Any]:
    """Return the events that a calendar reads; their properties may be of many types."""
    return list(Calendar.from_ical(content).walk("VEVENT"))


def only(content: bytes) -> Any:
    """Return the one event."""
    (event,) = events(content)
    return event


def at(start: datetime, **changes: Any) -> Appointment:
    """Return an appointment of 45 minutes that begins then."""
    return appointment(start=start.astimezone(UTC), **changes)


def test_an_appointment_is_an_event_with_what_a_clinician_needs() -> None:
    """When, where, what kind, with whom by initials; its changes by number and time."""
    moved = replace(appointment(), sequence=2, changed_at=NOW + timedelta(hours=3))
    event = only(calendar_file(shared(moved)))

    assert str(event["UID"]) == f"{UUID(int=30)}@openchair"
    assert event["SEQUENCE"] == 2
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == NOW + timedelta(hours=3)
    assert event["DTSTART"].dt == START
    assert event["DTEND"].dt == START + timedelta(minutes=45)
    assert event["DTSTART"].params["TZID"] == NEW_YORK
    assert str(event["SUMMARY"]) == "SD: Therapy Session"
    assert str(event["LOCATION"]) == ROOM
    assert (event["STATUS"], event["TRANSP"], event["CLASS"]) == ("CONFIRMED", "OPAQUE", "PRIVATE")


def test_what_is_private_stays_here() -> None:
    """A subscribed calendar lies on other people's servers and in the open on telephones."""
    private = appointment(alert="alert-for-staff")
    content = calendar_file(shared(private)).decode()
    for secret in ("Dahl", "ren ", "alert", "90834", "Session,", "555", str(private.client_id)):
        assert secret not in content
    assert content.count("SUMMARY") == 1
    assert "DESCRIPTION" not in content
    assert "ATTENDEE" not in content
    assert "ORGANIZER" not in content


def test_the_calendar_says_whose_it_is_and_how_often_to_come_again() -> None:
    """In the words of RFC 7986, and in those that older programs know."""
    content = calendar_file(shared(appointment()))
    lines = content.decode().split("\r\n")
    assert "X-WR-CALNAME:Dana Reyes\\, Harbor Street" in lines
    assert "NAME:Dana Reyes\\, Harbor Street" in lines
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT30M" in lines
    assert "X-PUBLISHED-TTL:PT30M" in lines
    assert "METHOD" not in content.decode()
    assert lines.count("BEGIN:VTIMEZONE") == 1
    assert lines.index("END:VTIMEZONE") < lines.index("BEGIN:VEVENT")
    assert all(len(line.encode()) <= 75 for line in lines)


def test_the_same_appointments_are_the_same_bytes_and_others_are_not() -> None:
    """So that a calendar hears "nothing new", and never when there is."""
    before = calendar_file(shared(appointment()))
    assert calendar_file(shared(appointment())) == before
    moved = appointment().move(appointment(start=START + timedelta(hours=1)).booking, NOW)
    told = [
        shared(moved),
        shared(replace(appointment(), changed_at=NOW + timedelta(seconds=1))),
        shared(appointment(location="Garden room")),
        shared(replace(appointment(), client_name="Ada Echo")),
        shared(),
        shared(appointment(), zone="Europe/London"),
    ]
    assert len({before, *(calendar_file(one) for one in told)}) == len(told) + 1


def test_an_empty_calendar_is_a_calendar() -> None:
    """Without a time zone, which nothing in it needs."""
    content = calendar_file(shared())
    assert events(content) == []
    assert b"VTIMEZONE" not in content


@pytest.mark.parametrize("zone", [NEW_YORK, "Europe/London", "Australia/Lord_Howe"])
def test_every_hour_of_the_weeks_in_which_clocks_change_is_told_right(zone: str) -> None:
    """Read back, each begins and ends at its instant, with its length, in both directions."""
    changes = {
        NEW_YORK: ("2027-03-14", "2027-11-07"),
        "Europe/London": ("2027-03-28", "2027-10-31"),
        "Australia/Lord_Howe": ("2027-04-04", "2027-10-03"),
    }
    for day in changes[zone]:
        first = datetime.fromisoformat(f"{day}T00:00+00:00") - timedelta(days=2)
        starts = [first + timedelta(minutes=30 * n) for n in range(4 * 48)]
        content = calendar_file(shared(*(at(start) for start in starts), zone=zone))
        read = [(event["DTSTART"].dt, event["DTEND"].dt) for event in events(content)]
        assert [start.astimezone(UTC) for start, _ in read] == starts
        length = timedelta(minutes=45)
        assert [end.astimezone(UTC) for _, end in read] == [start + length for start in starts]


def test_what_the_clock_shows_twice_is_told_in_utc() -> None:
    """The second 01:30 of an autumn night has no name of its own on the wall."""
    zone = ZoneInfo(NEW_YORK)
    twice = datetime(2027, 11, 7, 1, 30, tzinfo=zone)
    first = only(calendar_file(shared(at(twice, minutes=15))))
    second = only(calendar_file(shared(at(twice.replace(fold=1), minutes=15))))
    over = only(calendar_file(shared(at(twice, minutes=45))))

    assert first["DTSTART"].to_ical() == b"20271107T013000"
    assert second["DTSTART"].to_ical() == b"20271107T063000Z"
    assert "TZID" not in second["DTSTART"].params
    assert over["DTSTART"].to_ical() == b"20271107T053000Z"
    assert over["DTEND"].to_ical() == b"20271107T061500Z"


def test_a_practice_that_keeps_utc_needs_no_time_zone() -> None:
    """Its events say so themselves."""
    content = calendar_file(shared(appointment(), zone="UTC"))
    assert only(content)["DTSTART"].to_ical() == b"20270301T150000Z"
    assert b"VTIMEZONE" not in content


@pytest.mark.parametrize(
    ("modality", "location", "told"),
    [
        (Modality.TELEHEALTH, None, "Telehealth"),
        (Modality.TELEHEALTH, "https://video.example.org/1;2,3", "https://video.example.org/1;2,3"),
        (Modality.IN_PERSON, None, None),
    ],
)
def test_the_place_is_told_where_there_is_one(
    modality: Modality, location: str | None, told: str | None
) -> None:
    """A link is one, too."""
    event = only(calendar_file(shared(appointment(modality=modality, location=location))))
    assert event.get("LOCATION") == told


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("S\u00f8ren Dahl", "SD"),
        ("amara okafor", "AO"),
        ("Liam O'Connell", "LO"),
        ("'t Hooft", "TH"),
        ("Cher", "C"),
        ("Ana Mar\u00eda de la Cruz", "AMD"),
        ("\u738b\u5c0f\u660e", "\u738b"),
        ("...", "?"),
    ],
)
def test_initials_are_the_first_letters_of_a_name(name: str, told: str) -> None:
    """At most three, in whatever script."""
    assert initials(name) == told
