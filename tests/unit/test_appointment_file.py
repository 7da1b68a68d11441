"""The calendar file over an appointment's life: one identity, a rising number, no word too many."""

from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from icalendar import Calendar

from services.notifier.client_news import news_of
from services.notifier.compose_email import compose_email
from tests.harness.calendar_files import calendar_text
from tests.unit.builders import KEPT_BACK, approved_event, booked_wire, client_wire, practice_wire
from tests.unit.changed_events import changed_event, moved_event
from tests.unit.test_compose_email import compose, part_of

ROOM = "12 Harbor Street, Suite 4"


def event_of(message: EmailMessage) -> Any:
    """Return the event; its properties are of many types."""
    calendar = Calendar.from_ical(calendar_text(message))
    (event,) = calendar.walk("VEVENT")
    return event


def method_of(message: EmailMessage) -> str:
    """Return what a calendar is to do."""
    return str(Calendar.from_ical(calendar_text(message))["METHOD"])


def test_one_identity_from_booking_to_cancellation() -> None:
    """Booked on request, moved by staff, cancelled: the same entry each time, a later one."""
    booked = compose(approved_event())
    moved = compose(moved_event())
    cancelled = compose(
        changed_event(change="cancelled", appointment=booked_wire(status="cancelled", sequence=2))
    )
    messages = [booked, moved, cancelled]
    assert {str(event_of(one)["UID"]) for one in messages} == {f"{UUID(int=30)}@openchair"}
    assert [event_of(one)["SEQUENCE"] for one in messages] == [0, 1, 2]
    assert [method_of(one) for one in messages] == ["REQUEST", "REQUEST", "CANCEL"]


def test_what_a_calendar_shows() -> None:
    """Who shares it learns the practice's name; the rest is said to be private."""
    event = event_of(compose(approved_event()))
    assert str(event["SUMMARY"]) == "Appointment: Harbor Street Practice"
    assert str(event["LOCATION"]) == ROOM
    assert (event["STATUS"], event["CLASS"], event["TRANSP"]) == ("CONFIRMED", "PRIVATE", "OPAQUE")
    assert str(event["DESCRIPTION"]) == (
        f"Length: 45 minutes\nWith: Dana Reyes\nHow: In person\nWhere: {ROOM}"
        "\n\n+1 212 555 0100\noffice@example.org"
    )


def test_how_to_come_is_in_the_calendar_too() -> None:
    """On the day one looks there, not into the e-mail."""
    practice = practice_wire(
        texts={"arrival": "Ring twice.", "cancelling": "24 hours.", "closing": "Yours"},
        portal_url="https://portal.example.org/harbor",
    )
    description = str(event_of(compose(approved_event(practice=practice)))["DESCRIPTION"])
    assert "Before your appointment:\nRing twice." in description
    assert "https://portal.example.org/harbor" in description
    assert "Yours" not in description


def test_what_is_cancelled_says_nothing_more() -> None:
    """Neither where nor with whom: the entry goes."""
    cancelled = compose(
        changed_event(change="cancelled", appointment=booked_wire(status="cancelled", sequence=1))
    )
    event = event_of(cancelled)
    assert (event["STATUS"], event["TRANSP"]) == ("CANCELLED", "TRANSPARENT")
    assert "LOCATION" not in event
    assert "DESCRIPTION" not in event


def test_it_says_nothing_that_the_email_does_not() -> None:
    """No text of it but the zone's table and the ids is missing from the plain text."""
    message = compose(approved_event(practice=practice_wire(texts={"arrival": "Ring twice."})))
    plain = " ".join(part_of(message, "plain").split())
    event = event_of(message)
    for line in f"{event['DESCRIPTION']}\n{event['LOCATION']}".split("\n"):
        assert " ".join(line.split()) in plain


@pytest.mark.parametrize("secret", KEPT_BACK.values())
def test_no_calendar_gets_what_is_kept_back(secret: str) -> None:
    """Neither alert nor note nor code, even if somebody put them on the wire."""
    sneaked = {"alert": secret, "note": secret, "service_code": secret, "label": secret}
    message = compose(approved_event(appointment=booked_wire(**sneaked), **sneaked))
    assert secret not in calendar_text(message)


@pytest.mark.parametrize(
    ("practice", "organizer"),
    [
        ({}, "mailto:office@example.org"),
        ({"reply_to": "desk@example.org"}, "mailto:desk@example.org"),
        ({"email": None}, "mailto:no-reply@example.org"),
    ],
)
def test_the_organizer_is_who_reads_answers(practice: dict[str, Any], organizer: str) -> None:
    """A calendar that answers does so to whom an answer to the e-mail would go."""
    event = event_of(compose(approved_event(practice=practice_wire(**practice))))
    assert str(event["ORGANIZER"]) == organizer


def test_the_client_has_accepted() -> None:
    """Nothing is asked of them, as no answer of their calendar's would change anything."""
    attendee = event_of(compose(approved_event()))["ATTENDEE"]
    assert str(attendee) == "mailto:soren@example.org"
    assert {name: str(attendee.params[name]) for name in ("CN", "PARTSTAT", "RSVP")} == {
        "CN": "S\u00f8ren Dahl",
        "PARTSTAT": "ACCEPTED",
        "RSVP": "FALSE",
    }


def test_online_is_a_place() -> None:
    """In the client's language; a link that staff gave is the place instead."""
    online = {"modality": "telehealth", "location": None}
    event = event_of(
        compose(
            approved_event(appointment=booked_wire(**online), client=client_wire(language="de"))
        )
    )
    assert str(event["LOCATION"]) == "Online (Videosprechstunde)"
    assert str(event["SUMMARY"]) == "Termin: Harbor Street Practice"
    link = {"modality": "telehealth", "location": "https://video.example.org/r/1"}
    event = event_of(compose(approved_event(appointment=booked_wire(**link))))
    assert str(event["LOCATION"]) == "https://video.example.org/r/1"


def test_clocks_that_changed_between_asking_and_booking() -> None:
    """Asked and approved in winter, for summer: the day's own offset counts, everywhere."""
    asked, booked = "2027-03-16T14:00:00+00:00", "2027-03-16T15:00:00+00:00"
    message = compose_email(
        news_of(
            approved_event(
                decided_at="2027-03-13T23:00:00Z",
                asked={"start": asked},
                appointment=booked_wire(start=booked, end="2027-03-16T15:45:00Z"),
                changes=[{"field": "start", "asked": asked, "booked": booked}],
                client=client_wire(time_zone="Europe/Berlin"),
            )
        ),
        mail_from="no-reply@example.org",
        mail_domain="example.org",
        now=datetime(2027, 3, 13, 23, tzinfo=UTC),
    )
    text = " ".join(part_of(message, "plain").split())
    assert "When: Tuesday, March 16, 2027 at 11:00 AM (Eastern Daylight Time)" in text
    # Berlin changes two weeks later: five hours apart then, not six.
    assert "March 16, 2027 at 4:00 PM (Central European Standard Time) where you are" in text
    assert (
        "you asked for Tuesday, March 16, 2027 at 10:00 AM (Eastern Daylight Time); "
        "we booked Tuesday, March 16, 2027 at 11:00 AM (Eastern Daylight Time)."
    ) in text
    assert "DTSTART;TZID=America/New_York:20270316T110000" in calendar_text(message)


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_a_time_that_no_calendar_has(year: str) -> None:
    """It is refused as what cannot be composed, not with an error of arithmetic."""
    edge = {"0001": "0001-01-01T00:00:00Z", "9999": "9999-12-31T23:00:00Z"}[year]
    event = approved_event(
        appointment=booked_wire(start=edge, end=edge),
        practice=practice_wire(time_zone="Pacific/Auckland" if year == "9999" else "US/Hawaii"),
    )
    with pytest.raises(ValueError, match=r".+"):
        compose(event)
