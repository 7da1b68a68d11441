"""The e-mail of a decline: what staff wrote to the client, and what it is about."""

from email.message import EmailMessage
from typing import Any

import pytest

from services.notifier.compose_decline import compose_decline
from shared.schemas.request_declined import RequestDeclined
from tests.unit.builders import client_wire, practice_wire
from tests.unit.test_compose_email import NOW, part_of
from tests.unit.written_events import PORTAL, declined_event, declined_silently


def compose(event: RequestDeclined) -> EmailMessage:
    """Compose the e-mail."""
    return compose_decline(
        event, mail_from="no-reply@example.org", mail_domain="example.org", now=NOW
    )


def text_of(*request_type: str, **message: Any) -> str:
    """Return the plain text, white space made single."""
    return " ".join(part_of(compose(declined_event(*request_type, **message)), "plain").split())


def test_the_message_with_what_it_is_about() -> None:
    """What was asked for, what staff wrote, how to go on."""
    message = compose(declined_event())
    assert message["Subject"] == "Your appointment request: Harbor Street Practice"
    assert message["To"].addresses[0].addr_spec == "soren@example.org"
    assert " ".join(part_of(message, "plain").split()) == (
        "Hello S\u00f8ren Dahl, We could not confirm your request. "
        "You asked for: Monday, March 1, 2027 at 10:00 AM (Eastern Standard Time) "
        "With: Dana Reyes "
        "Our message to you: We are full that week. Would Tuesday suit you? "
        "For another appointment, or if you have a question, please contact us: "
        "Phone: +1 212 555 0100 E-mail: office@example.org Harbor Street Practice"
    )


def test_it_keeps_its_paragraphs() -> None:
    """As staff wrote it, in both parts."""
    message = compose(declined_event())
    assert "We are full that week.\n\nWould Tuesday suit you?" in part_of(message, "plain")
    html = part_of(message, "html")
    assert ">We are full that week.</p>" in html
    assert ">Would Tuesday suit you?</p>" in html


@pytest.mark.parametrize("request_type", ["reschedule", "cancellation"])
def test_an_appointment_that_there_is_stays(request_type: str) -> None:
    """Who asked to move or cancel must not think that it happened (PRODUCT 8.3)."""
    unchanged = "This changes nothing about the appointment that you have."
    assert unchanged in text_of(request_type)
    assert unchanged not in text_of("new")


def test_what_was_left_open_is_not_told() -> None:
    """Neither a time nor a clinician: no empty label."""
    text = text_of(asked={})
    assert "You asked for" not in text
    assert "With" not in text


def test_there_is_no_calendar_file() -> None:
    """Nothing was booked, moved or cancelled."""
    message = compose(declined_event())
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_the_client_elsewhere_is_told_their_own_time() -> None:
    """The same as of an appointment."""
    text = text_of(client=client_wire(time_zone="America/Chicago"))
    assert "That is Monday, March 1, 2027 at 9:00 AM (Central Standard Time) where you are" in text


def test_the_portal_is_offered_where_there_is_one() -> None:
    """To ask for another time at once."""
    event = declined_event(practice=practice_wire(portal_url=PORTAL))
    for kind in ("plain", "html"):
        assert PORTAL in part_of(compose(event), kind)
    assert ">Ask for another appointment</a>" in part_of(compose(event), "html")


@pytest.mark.parametrize("event", [declined_silently(), declined_event(text=" \n ")])
def test_without_a_message_there_is_no_email(event: RequestDeclined) -> None:
    """A plain decline sends nothing, ever."""
    with pytest.raises(ValueError, match="no message"):
        compose(event)


def test_its_identity_is_the_events() -> None:
    """The Message-ID of a decline is not that of an approval."""
    identity = compose(declined_event())["Message-ID"]
    assert identity == "<00000000-0000-0000-0000-000000000028.declined@example.org>"
