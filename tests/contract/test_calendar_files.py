"""Calendar files as two parsers read them: icalendar, which wrote them, and ical.js."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import pytest
from icalendar import Calendar

from cli.email_samples import samples
from tests.harness.calendar_files import calendar_part, calendar_text, read_with_ical_js
from tests.unit.builders import approved_event, booked_wire, client_wire, practice_wire
from tests.unit.changed_events import changed_event
from tests.unit.test_compose_email import compose

NASTY = 'a;b,c:d\\e"f <b>&</b> \U0001f600 \u05e9\u05e8\u05d4 END:VEVENT'
TEXTS = {"arrival": f"{NASTY}\nBEGIN:VALARM\n\nATTENDEE:mailto:x@example.org", "cancelling": NASTY}
SAMPLES = {
    f"sample {one.name}": one.message for one in samples() if calendar_part(one.message) is not None
}


def at(start: str, zone: str, **changes: Any) -> EmailMessage:
    """Return the e-mail of an appointment of 45 minutes."""
    end = (datetime.fromisoformat(start) + timedelta(minutes=45)).isoformat()
    practice = practice_wire(time_zone=zone)
    appointment = booked_wire(start=start, end=end, **changes)
    return compose(approved_event(practice=practice, appointment=appointment))


# Before, in and after the changes of the clocks, in both halves of the year and of the world.
TIMES = {
    f"{start} in {zone}": at(start, zone)
    for zone in (
        "America/New_York",
        "Europe/Berlin",
        "Europe/Dublin",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Africa/Casablanca",
        "UTC",
    )
    for start in (
        "2027-01-15T15:00:00+00:00",
        "2027-03-14T06:30:00+00:00",
        "2027-03-14T07:00:00+00:00",
        "2027-03-28T00:30:00+00:00",
        "2027-03-28T01:00:00+00:00",
        "2027-07-15T15:00:00+00:00",
        "2027-10-31T00:30:00+00:00",
        "2027-10-31T01:30:00+00:00",
        "2027-11-07T05:30:00+00:00",
        "2027-11-07T06:30:00+00:00",
        "2027-12-31T23:30:00+00:00",
    )
}
HOSTILE = {
    "nasty texts": compose(
        approved_event(
            practice=practice_wire(name=NASTY, sender_name=NASTY, texts=TEXTS),
            client=client_wire(name=NASTY),
            appointment=booked_wire(location=NASTY, clinician_name=NASTY),
        )
    ),
    "200 letters": compose(
        approved_event(
            practice=practice_wire(name="\U0001f600" * 200),
            client=client_wire(name="\u00e9" * 200),
            appointment=booked_wire(location="\u05d0, " * 66),
        )
    ),
    "never invited": compose(
        changed_event(change="cancelled", appointment=booked_wire(status="cancelled", sequence=4))
    ),
}
MESSAGES = {**SAMPLES, **TIMES, **HOSTILE}


@pytest.fixture(scope="module")
def elsewhere() -> dict[str, dict[str, Any]]:
    """Return what ical.js found in each."""
    found = read_with_ical_js([calendar_text(one) for one in MESSAGES.values()])
    return dict(zip(MESSAGES, found, strict=True))


def here(message: EmailMessage) -> tuple[Calendar, Any]:
    """Return the calendar and its event as icalendar reads them; properties are of many types."""
    calendar = Calendar.from_ical(calendar_text(message))
    assert isinstance(calendar, Calendar)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def lines(message: EmailMessage) -> Iterator[str]:
    """Yield the lines of a file, folded as they are sent."""
    text = calendar_text(message)
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    yield from text.split("\r\n")[:-1]


@pytest.mark.parametrize("name", MESSAGES)
def test_both_parsers_read_the_same(name: str, elsewhere: dict[str, dict[str, Any]]) -> None:
    """Method, identity, times, texts and people, with nothing added by what people typed."""
    calendar, event = here(MESSAGES[name])
    found = elsewhere[name]
    assert found["method"] == [str(calendar["METHOD"])]
    assert found["events"] == 1
    assert found["alarms"] == len(event.walk("VALARM")) == 0
    for key in ("uid", "sequence", "status", "summary"):
        assert found[key] == [str(event[key])]
    for key in ("location", "description"):
        assert found[key] == [str(event[key]) for _ in range(key.upper() in event)]
    assert datetime.fromisoformat(found["start"]) == event["DTSTART"].dt.astimezone(UTC)
    assert datetime.fromisoformat(found["end"]) == event["DTEND"].dt.astimezone(UTC)
    assert found["organizer"]["address"] == str(event["ORGANIZER"])
    assert found["attendee"]["address"] == str(event["ATTENDEE"])


@pytest.mark.parametrize("name", MESSAGES)
def test_what_scheduling_needs_is_there(name: str, elsewhere: dict[str, dict[str, Any]]) -> None:
    """RFC 5546, 3.2.2 and 3.2.5: these and no more, and no property twice."""
    found = elsewhere[name]
    needed = {"attendee", "dtend", "dtstamp", "dtstart", "organizer", "sequence", "status"}
    needed |= {"class", "summary", "transp", "uid"}
    if found["method"] == ["REQUEST"]:
        needed |= {"description"}
        assert found["status"] == ["CONFIRMED"]
    else:
        assert (found["method"], found["status"]) == (["CANCEL"], ["CANCELLED"])
    assert found["properties"] in (sorted(needed), sorted(needed | {"location"}))
    attendee = found["attendee"]
    assert (attendee["partstat"], attendee["rsvp"]) == ("ACCEPTED", "FALSE")


@pytest.mark.parametrize("name", MESSAGES)
def test_the_mime_type_names_the_method(name: str) -> None:
    """RFC 6047, 2.4; and the attachment is the same file."""
    raw = MESSAGES[name].as_bytes(policy=policy.SMTP)
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)
    part = calendar_part(message)
    assert part is not None
    calendar, _ = here(message)
    assert part["Content-Type"].params == {"charset": "utf-8", "method": str(calendar["METHOD"])}
    assert not part.is_attachment()
    (attached,) = message.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == (
        "application/ics",
        "appointment.ics",
    )
    assert attached.get_content() == part.get_payload(decode=True)


@pytest.mark.parametrize("name", TIMES)
def test_the_appointment_is_at_its_time(name: str, elsewhere: dict[str, dict[str, Any]]) -> None:
    """To the minute, on the days when clocks change too, by the zone's own rules in the file."""
    start = datetime.fromisoformat(name.partition(" ")[0])
    found = elsewhere[name]
    assert datetime.fromisoformat(found["start"]) == start
    assert datetime.fromisoformat(found["end"]) == start + timedelta(minutes=45)


@pytest.mark.parametrize("name", TIMES)
def test_a_zone_that_is_named_is_described(name: str, elsewhere: dict[str, dict[str, Any]]) -> None:
    """RFC 5545, 3.6.5: there is a VTIMEZONE for each TZID, and for no other."""
    _, event = here(MESSAGES[name])
    named = {event[key].params["TZID"] for key in ("DTSTART", "DTEND") if event[key].params}
    assert set(elsewhere[name]["zones"]) == named


@pytest.mark.parametrize("name", HOSTILE)
def test_lines_are_short(name: str) -> None:
    """75 octets and no more, with no character cut in two (RFC 5545, 3.1)."""
    assert max(len(line.encode()) for line in lines(MESSAGES[name])) <= 75


def test_what_people_type_stays_text(elsewhere: dict[str, dict[str, Any]]) -> None:
    """It is read back as it was typed; nothing of it is a property, an alarm or a guest."""
    found = elsewhere["nasty texts"]
    assert found["location"] == [NASTY]
    assert found["summary"] == [f"Appointment: {NASTY}"]
    assert TEXTS["arrival"] in found["description"][0]
    assert found["attendee"]["address"] == "mailto:soren@example.org"
    assert found["organizer"]["address"] == "mailto:office@example.org"
    # Without what ends or splits a quoted name in one reader or another.
    shown = "a b c d e f <b>&</b> \U0001f600 \u05e9\u05e8\u05d4 END VEVENT".translate(
        str.maketrans("<>", "  ")
    )
    assert found["attendee"]["cn"] == found["organizer"]["cn"] == " ".join(shown.split())
