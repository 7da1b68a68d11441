"""The e-mail of what staff book, move or cancel directly: the same words, compared with before."""

import pytest

from services.notifier.client_news import news_of
from shared.schemas.appointment_changed import AppointmentChanged
from tests.unit.builders import approved_event, booked_wire
from tests.unit.changed_events import changed_event, moved_event
from tests.unit.test_compose_email import compose, part_of

OTHER_TIME = {
    "field": "start",
    "asked": "2027-02-22T15:00:00+00:00",
    "booked": "2027-03-01T15:00:00+00:00",
}
OTHER_PLACE = {"field": "location", "asked": "Garden room", "booked": "12 Harbor Street, Suite 4"}
SAME_TIME = {"start": "2027-03-01T15:00:00Z", "end": "2027-03-01T15:45:00Z"}


def parts(event: AppointmentChanged) -> list[str]:
    """Return the plain text and the HTML without emphasis, white space made single."""
    message = compose(event)
    html = part_of(message, "html").replace("<strong>", "").replace("</strong>", "")
    return [" ".join(text.split()) for text in (part_of(message, "plain"), html)]


def test_a_booking_by_staff_reads_like_one_that_was_asked_for() -> None:
    """Word for word, but for its identity."""
    direct, asked = compose(changed_event()), compose(approved_event())
    assert direct["Subject"] == asked["Subject"] == "Appointment confirmed: Harbor Street Practice"
    for kind in ("plain", "html"):
        assert part_of(direct, kind) == part_of(asked, kind)
    assert direct["Message-ID"] != asked["Message-ID"]


def test_a_move_by_staff() -> None:
    """What it is now, what it was, and the list of what is different from before."""
    message = compose(moved_event(OTHER_TIME, OTHER_PLACE))
    assert message["Subject"] == "Appointment moved: Harbor Street Practice"
    assert " ".join(part_of(message, "plain").split()) == (
        "Hello S\u00f8ren Dahl, Your appointment has been moved. "
        "When: Monday, March 1, 2027 at 10:00 AM (Eastern Standard Time) "
        "Length: 45 minutes With: Dana Reyes How: In person Where: 12 Harbor Street, Suite 4 "
        "It was booked for Monday, February 22, 2027 at 10:00 AM before; that time is free again. "
        "What is different from before: "
        "- Time: it was Monday, February 22, 2027 at 10:00 AM; "
        "it is now Monday, March 1, 2027 at 10:00 AM. "
        "- Place: it was Garden room; it is now 12 Harbor Street, Suite 4. "
        "To change or cancel, or if you have a question, please contact us: "
        "Phone: +1 212 555 0100 E-mail: office@example.org Harbor Street Practice"
    )


def test_both_parts_of_a_move_say_the_same() -> None:
    """The list and its title; nothing is said to have been asked for."""
    for text in parts(moved_event(OTHER_TIME, OTHER_PLACE)):
        assert "What is different from before" in text
        assert "Place: it was Garden room; it is now 12 Harbor Street, Suite 4" in text
        assert "asked" not in text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (OTHER_PLACE, "Place: it was Garden room; it is now 12 Harbor Street, Suite 4"),
        (
            {"field": "clinician", "asked": "In\u00eas Carvalho", "booked": "Dana Reyes"},
            "Clinician: it was In\u00eas Carvalho; it is now Dana Reyes",
        ),
        (
            {"field": "minutes", "asked": "60", "booked": "45"},
            "Length: it was 60 minutes; it is now 45 minutes",
        ),
        (
            {"field": "modality", "asked": "telehealth", "booked": "in_person"},
            "How you meet: it was Online (telehealth); it is now In person",
        ),
    ],
    ids=lambda value: value["field"] if isinstance(value, dict) else "",
)
def test_what_keeps_its_time_is_not_said_to_be_moved(change: dict[str, str], sentence: str) -> None:
    """Another room on the same day at the same hour: changed, and no time is free again."""
    event = moved_event(change, **SAME_TIME)
    assert compose(event)["Subject"] == "Appointment changed: Harbor Street Practice"
    for text in parts(event):
        assert "Your appointment has been changed" in text
        assert sentence in text
        assert "moved" not in text
        assert "free again" not in text


def test_a_cancellation_by_staff() -> None:
    """Which one is off, and that nothing is to do; how to come to it is not said."""
    event = changed_event(
        change="cancelled",
        appointment=booked_wire(status="cancelled", sequence=1),
        previous={**SAME_TIME, "clinician_name": "Dana Reyes"},
    )
    assert compose(event)["Subject"] == "Appointment cancelled: Harbor Street Practice"
    for text in parts(event):
        assert "Your appointment has been cancelled" in text
        assert "It was booked for Monday, March 1, 2027 at 10:00 AM" in text
        assert "You do not need to do anything" in text
        assert "Suite 4" not in text
        assert "as you asked" not in text


def test_either_event_says_what_it_is_about() -> None:
    """The appointment's id always, the request's when there is one."""
    asked, direct = news_of(approved_event()).about, news_of(changed_event()).about
    assert asked.appointment_id == direct.appointment_id
    assert (str(asked.request_id), direct.request_id) == (
        "00000000-0000-0000-0000-000000000028",
        None,
    )
    assert (asked.event_id, direct.event_id) == (
        "00000000-0000-0000-0000-000000000028:approved",
        "00000000-0000-0000-0000-00000000001e:0:changed",
    )


def test_who_is_not_to_be_emailed_is_known() -> None:
    """The practice's setting travels in the event; who asked is always answered."""
    assert news_of(approved_event()).is_wanted
    assert news_of(changed_event()).is_wanted
    assert not news_of(changed_event(notify_client=False)).is_wanted
