"""What an e-mail must not say is not even in the event that it is made of (PRODUCT 8.11)."""

from typing import Any

import pytest

from cli.email_samples import Sample, samples
from shared.schemas.appointment_changed import AppointmentChangedData
from shared.schemas.envelope import EventData
from shared.schemas.notification_failed import NotificationFailedData
from shared.schemas.notification_sent import NotificationSentData
from shared.schemas.notification_skipped import NotificationSkippedData
from shared.schemas.request_approved import RequestApprovedData
from shared.schemas.request_declined import RequestDeclinedData
from tests.unit.builders import approved_event, booked_wire
from tests.unit.changed_events import changed_event
from tests.unit.test_compose_email import both, compose


def members(schema: dict[str, Any]) -> set[str]:
    """Return every property's name in a JSON Schema, however deep."""
    found: set[str] = set()
    for name, part in schema.items():
        if name == "properties":
            found |= set(part)
        if isinstance(part, dict):
            found |= members(part)
    return found


@pytest.mark.parametrize("data", [RequestApprovedData, AppointmentChangedData, RequestDeclinedData])
def test_the_event_cannot_carry_what_an_email_must_not_say(data: type[EventData]) -> None:
    """No alert, no note, no code, no label, no birth date: they are not even on the wire."""
    names = members(data.model_json_schema())
    assert "clinician_name" in names
    for word in ("alert", "note", "code", "label", "birth", "reason", "edit", "diagnos", "service"):
        assert not [name for name in names if word in name], word


def test_the_email_says_nothing_of_what_was_not_in_the_event() -> None:
    """Fields that somebody adds to the wire do not reach the client."""
    sneaked = {"alert": "Owes 50", "service_code": "90834", "note": "I feel worse"}
    event = approved_event(appointment=booked_wire(**sneaked), **sneaked)
    direct = changed_event(appointment=booked_wire(**sneaked), **sneaked)
    for text in [
        compose(event).as_string(),
        compose(direct).as_string(),
        *both(appointment=booked_wire(**sneaked), **sneaked),
    ]:
        for secret in sneaked.values():
            assert secret not in text


@pytest.mark.parametrize("request_type", ["new", "reschedule", "cancellation"])
def test_the_subject_is_neutral(request_type: str) -> None:
    """Whoever sees the telephone on the table learns neither whom nor what it is about."""
    subject = compose(approved_event(request_type=request_type))["Subject"]
    for word in ("S\u00f8ren", "Dana", "Therapy", "Session", "March", "10:00"):
        assert word not in subject


@pytest.mark.parametrize("change", ["booked", "moved", "cancelled"])
def test_the_subject_of_a_direct_change_is_neutral(change: str) -> None:
    """The same of what nobody asked for."""
    subject = compose(changed_event(change=change))["Subject"]
    for word in ("S\u00f8ren", "Dana", "Therapy", "Session", "March", "10:00"):
        assert word not in subject


@pytest.mark.parametrize("sample", list(samples()), ids=lambda sample: sample.name)
def test_no_subject_in_any_language_says_more(sample: Sample) -> None:
    """Of every kind: the practice's name, and not whom, when, where or with whom."""
    subject = sample.message["Subject"]
    assert "Harbor Street Practice" in subject
    for word in ("S\u00f8ren", "Dahl", "Dana", "Reyes", "2027", "3:00", "15:00", "Suite"):
        assert word not in subject


@pytest.mark.parametrize(
    "data", [NotificationSentData, NotificationFailedData, NotificationSkippedData]
)
def test_what_became_of_an_email_names_nobody(data: type[EventData]) -> None:
    """Ids, a time, a reason from a fixed list, a number: no address, no name, no text."""
    assert members(data.model_json_schema()) <= {
        "event_id",
        "appointment_id",
        "request_id",
        "client_id",
        "at",
        "reason",
        "smtp_code",
    }
