"""What an e-mail must not say is not even in the event that it is made of (PRODUCT 8.11)."""

from typing import Any

import pytest

from shared.schemas.request_approved import RequestApprovedData
from tests.unit.builders import approved_event, booked_wire
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


def test_the_event_cannot_carry_what_an_email_must_not_say() -> None:
    """No alert, no note, no code, no label, no birth date: they are not even on the wire."""
    names = members(RequestApprovedData.model_json_schema())
    assert "clinician_name" in names
    for word in ("alert", "note", "code", "label", "birth", "reason", "edit", "diagnos", "service"):
        assert not [name for name in names if word in name], word


def test_the_email_says_nothing_of_what_was_not_in_the_event() -> None:
    """Fields that somebody adds to the wire do not reach the client."""
    sneaked = {"alert": "Owes 50", "service_code": "90834", "note": "I feel worse"}
    event = approved_event(appointment=booked_wire(**sneaked), **sneaked)
    for text in [compose(event).as_string(), *both(appointment=booked_wire(**sneaked), **sneaked)]:
        for secret in sneaked.values():
            assert secret not in text


@pytest.mark.parametrize("request_type", ["new", "reschedule", "cancellation"])
def test_the_subject_is_neutral(request_type: str) -> None:
    """Whoever sees the telephone on the table learns neither whom nor what it is about."""
    subject = compose(approved_event(request_type=request_type))["Subject"]
    for word in ("S\u00f8ren", "Dana", "Therapy", "Session", "March", "10:00"):
        assert word not in subject
