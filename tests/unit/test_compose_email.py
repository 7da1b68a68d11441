"""The e-mail: what the client needs in order to come, in words, and nothing more (PRODUCT 8.11)."""

from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from services.notifier.client_news import ClientEvent, news_of
from services.notifier.compose_email import compose_email
from tests.unit.builders import approved_event, booked_wire, client_wire, practice_wire

NOW = datetime(2027, 2, 1, 12, 0, 5, tzinfo=UTC)
BEFORE = {
    "start": "2027-02-22T15:00:00Z",
    "end": "2027-02-22T15:45:00Z",
    "clinician_name": "Dana Reyes",
}
MARKUP = "<b>&\"'</b>"
ESCAPED = "&lt;b&gt;&amp;&#34;&#39;&lt;/b&gt;"


def compose(event: ClientEvent) -> EmailMessage:
    """Compose the e-mail for an event."""
    return compose_email(
        news_of(event), mail_from="no-reply@example.org", mail_domain="example.org", now=NOW
    )


def part_of(message: EmailMessage, kind: str) -> str:
    """Return a part's text, `plain` or `html`."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def texts_of(**data: Any) -> tuple[str, str]:
    """Return the plain text, its lines joined, and the HTML of an approval."""
    message = compose(approved_event(**data))
    return " ".join(part_of(message, "plain").split()), part_of(message, "html")


def both(**data: Any) -> list[str]:
    """Return both parts with white space made single, tags and all."""
    return [" ".join(text.split()) for text in texts_of(**data)]


def test_a_new_appointment() -> None:
    """When, in which zone, how long, with whom, where, and how to reach the practice."""
    message = compose(approved_event())
    assert message["Subject"] == "Appointment confirmed: Harbor Street Practice"
    text = " ".join(part_of(message, "plain").split())
    assert text == (
        "Hello S\u00f8ren Dahl, Your appointment is confirmed. "
        "When: Monday, March 1, 2027 at 10:00 AM (Eastern Standard Time) "
        "Length: 45 minutes With: Dana Reyes How: In person Where: 12 Harbor Street, Suite 4 "
        "To change or cancel, or if you have a question, please contact us: "
        "Phone: +1 212 555 0100 E-mail: office@example.org Harbor Street Practice"
    )


@pytest.mark.parametrize(
    "fact",
    [
        "Hello S\u00f8ren Dahl",
        "Your appointment is confirmed",
        "Monday, March 1, 2027 at 10:00 AM",
        "Eastern Standard Time",
        "45 minutes",
        "Dana Reyes",
        "In person",
        "12 Harbor Street, Suite 4",
        "+1 212 555 0100",
        "office@example.org",
        "Harbor Street Practice",
    ],
)
def test_both_parts_say_the_same(fact: str) -> None:
    """Who reads only text misses nothing."""
    for text in both():
        assert fact in text


def test_plain_text_comes_first() -> None:
    """Mail readers take the last alternative they can show (RFC 2046, 5.1.4)."""
    message = compose(approved_event())
    assert [(part.get_content_type(), part.get_content_charset()) for part in message.walk()] == [
        ("multipart/mixed", None),
        ("multipart/alternative", None),
        ("text/plain", "utf-8"),
        ("text/html", "utf-8"),
        ("text/calendar", "utf-8"),
        ("application/ics", None),
    ]


def test_a_move_says_what_was() -> None:
    """The new time, and that the old one is free again."""
    data: dict[str, Any] = {"request_type": "reschedule", "previous": BEFORE}
    message = compose(approved_event(**data))
    assert message["Subject"] == "Appointment moved: Harbor Street Practice"
    for text in both(**data):
        assert "Your appointment has been moved" in text
        assert "Monday, March 1, 2027 at 10:00 AM" in text
        assert "It was booked for Monday, February 22, 2027 at 10:00 AM before" in text


def test_a_reschedule_that_keeps_its_time_is_no_move() -> None:
    """Approved at the time it had, with somebody else: nothing is free again."""
    data: dict[str, Any] = {
        "request_type": "reschedule",
        "previous": {**BEFORE, "start": "2027-03-01T15:00:00Z", "end": "2027-03-01T15:45:00Z"},
    }
    message = compose(approved_event(**data))
    assert message["Subject"] == "Appointment changed: Harbor Street Practice"
    for text in both(**data):
        assert "Your appointment has been changed" in text
        assert "free again" not in text


def test_a_cancellation_says_that_nothing_is_to_do() -> None:
    """It names the appointment that is off, and none of how to come to it."""
    data: dict[str, Any] = {
        "request_type": "cancellation",
        "appointment": booked_wire(status="cancelled", sequence=1),
        "previous": {**BEFORE, "start": "2027-03-01T15:00:00Z", "end": "2027-03-01T15:45:00Z"},
    }
    message = compose(approved_event(**data))
    assert message["Subject"] == "Appointment cancelled: Harbor Street Practice"
    for text in both(**data):
        assert "Your appointment has been cancelled" in text
        assert "Monday, March 1, 2027 at 10:00 AM" in text
        assert "You do not need to do anything" in text
        assert "We cancelled it as you asked" in text
        assert "Suite 4" not in text
        assert "confirmed" not in text


def test_telehealth_is_online() -> None:
    """No place is named."""
    data = {"appointment": booked_wire(modality="telehealth", location=None)}
    for text in both(**data):
        assert "Online (telehealth)" in text
        assert "In person" not in text
        assert "Where" not in text


CHANGES = {
    "start": (
        {"asked": "2027-03-01T14:00:00+00:00", "booked": "2027-03-01T15:00:00+00:00"},
        (
            "Time: you asked for Monday, March 1, 2027 at 9:00 AM; "
            "we booked Monday, March 1, 2027 at 10:00 AM"
        ),
    ),
    "clinician": (
        {"asked": "In\u00eas Carvalho", "booked": "Dana Reyes"},
        "Clinician: you asked for In\u00eas Carvalho; we booked Dana Reyes",
    ),
    "service": (
        {"asked": "Therapy Intake", "booked": "Therapy Session"},
        "Kind of appointment: you asked for Therapy Intake; we booked Therapy Session",
    ),
    "minutes": (
        {"asked": "60", "booked": "45"},
        "Length: you asked for 60 minutes; we booked 45 minutes",
    ),
    "modality": (
        {"asked": "telehealth", "booked": "in_person"},
        "How you meet: you asked for Online (telehealth); we booked In person",
    ),
    "location": (
        {"asked": "Garden room", "booked": "12 Harbor Street, Suite 4"},
        "Place: you asked for Garden room; we booked 12 Harbor Street, Suite 4",
    ),
}


@pytest.mark.parametrize("field", CHANGES)
def test_what_staff_changed_is_said_in_words(field: str) -> None:
    """Times in the practice's zone, lengths in minutes, modalities by name (PRODUCT 8.4)."""
    change, sentence = CHANGES[field]
    text, html = both(changes=[{"field": field, **change}])
    assert "What is different from what you asked for" in text
    assert sentence in text
    assert sentence in html.replace("<strong>", "").replace("</strong>", "")


def test_without_changes_there_is_no_list() -> None:
    """As asked: nothing about differences."""
    for text in both():
        assert "different" not in text


def test_several_changes_are_all_listed() -> None:
    """Each on a line of its own."""
    changes = [{"field": field, **change} for field, (change, _) in CHANGES.items()]
    plain = part_of(compose(approved_event(changes=changes)), "plain")
    assert len([line for line in plain.splitlines() if line.startswith("- ")]) == len(CHANGES)


@pytest.mark.parametrize(
    ("phone", "email", "wanted", "unwanted"),
    [
        (None, "office@example.org", "office@example.org", "Phone"),
        ("+1 212 555 0100", None, "+1 212 555 0100", "E-mail"),
        (None, None, "please use the portal", "contact us"),
    ],
)
def test_only_the_ways_that_there_are(
    phone: str | None, email: str | None, wanted: str, unwanted: str
) -> None:
    """A practice without a telephone is not to be called."""
    for text in both(practice=practice_wire(phone=phone, email=email)):
        assert wanted in text
        assert unwanted not in text


@pytest.mark.parametrize(
    "data",
    [
        {"client": client_wire(name=f"S\u00f8ren {MARKUP}")},
        {"practice": practice_wire(name=f"Harbor {MARKUP}")},
        {"appointment": booked_wire(clinician_name=f"Dana {MARKUP}")},
        {"appointment": booked_wire(location=f"Suite {MARKUP}")},
        {"practice": practice_wire(phone=f"1 {MARKUP}")},
        {"changes": [{"field": "service", "asked": f"a {MARKUP}", "booked": "c"}]},
        {"changes": [{"field": "clinician", "asked": "a", "booked": f"b {MARKUP}"}]},
        {"changes": [{"field": "location", "asked": "a", "booked": f"b {MARKUP}"}]},
        {"practice": practice_wire(texts={"arrival": f"Ring {MARKUP}"})},
        {"practice": practice_wire(texts={"cancelling": f"24 hours {MARKUP}"})},
        {"practice": practice_wire(texts={"closing": f"Yours {MARKUP}"})},
        {
            "appointment": booked_wire(status="cancelled", clinician_name=f"Dana {MARKUP}"),
            "request_type": "cancellation",
        },
    ],
    ids=lambda data: next(iter(data)),
)
def test_markup_in_a_text_is_text(data: dict[str, Any]) -> None:
    """Escaped in the HTML part, as typed in the text part."""
    try:
        event = approved_event(**data)
    except ValueError:
        return  # refused where it is read: then it cannot do harm either
    message = compose(event)
    html = part_of(message, "html")
    assert MARKUP not in html
    assert ESCAPED in html
    assert MARKUP in part_of(message, "plain")
    assert ESCAPED not in part_of(message, "plain")
