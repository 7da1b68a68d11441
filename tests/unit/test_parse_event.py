"""From a message to an event: what cannot be understood says why, and never what it held."""

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.ack_policy import InvalidMessage
from shared.messaging.events import parse_event, to_message
from shared.messaging.publisher import CONFIRM_TIMEOUT_SECONDS
from shared.schemas.request_submitted import RequestSubmitted

UNDERSTOOD = {"openchair.request.submitted.v1": RequestSubmitted}
SECRET = "soren-dahl"
Wire = dict[str, Any]


def wire() -> Wire:
    """Return a submission of a new client."""
    identifier = str(UUID(int=7))
    return {
        "id": f"{identifier}:submitted",
        "source": "/openchair/request_intake",
        "type": "openchair.request.submitted.v1",
        "subject": identifier,
        "time": "2027-02-01T12:00:00Z",
        "practiceid": identifier,
        "correlationid": "demo-0001",
        "data": {
            "request_id": identifier,
            "request_type": "new",
            "submitted_at": "2027-02-01T12:00:00Z",
            "submitted_by": "portal",
            "service_id": identifier,
            "start": "2027-03-01T15:00:00Z",
            "prospective_client": {
                "name": "Zo\u00eb Hartmann",
                "birth_date": "1996-02-29",
                "email": "zoe@example.org",
                "phone": "+1 212 555 0190",
            },
        },
    }


def reason_of(body: bytes) -> str:
    """Return why a body is refused."""
    with pytest.raises(InvalidMessage) as caught:
        parse_event(body, UNDERSTOOD)
    # Whatever is logged about it must not bring the validator's text, which quotes the input.
    assert caught.value.__cause__ is None
    return caught.value.reason


def test_an_event_goes_over_the_wire() -> None:
    """What is made into a message is read back as the same event."""
    event = RequestSubmitted.model_validate(wire())
    message = to_message(event, exchange="portal", routing_key="request.submitted")
    assert parse_event(message.body, UNDERSTOOD) == event
    assert message.correlation_id == "demo-0001"
    assert message.mandatory


def test_a_message_survives_a_restart_of_the_broker() -> None:
    """Persistent, of a known content type, with an id of this attempt (FACTS 1, 4)."""
    event = RequestSubmitted.model_validate(wire())
    message = to_message(event, exchange="portal", routing_key="request.submitted")
    first, second = message.to_amqp(), message.to_amqp()
    assert first.delivery_mode is not None
    assert int(first.delivery_mode) == 2
    assert first.content_type == "application/cloudevents+json"
    assert first.message_id != second.message_id
    assert first.body == second.body
    assert CONFIRM_TIMEOUT_SECONDS < 5


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        b"\xff\xfe\x00\x01",
        b"null",
        b"5",
        b'"text"',
        b"[]",
        b"{}",
        b'{"type": 5}',
        b'{"type": null}',
        b'{"type": "openchair.request.submitted.v1"',
        b"[" * 100_000,
        b'{"type": ' * 50_000,
        b'{"type": "\\ud800"}',
        SECRET.encode(),
        json.dumps({"kind": SECRET}).encode(),
    ],
    ids=lambda body: repr(body[:24]),
)
def test_garbage_is_no_event(body: bytes) -> None:
    """Bytes of anything have one reason."""
    assert reason_of(body) == "not-an-event"


@given(st.binary(max_size=200))
def test_no_bytes_break_the_consumer(body: bytes) -> None:
    """Whatever the bytes, the answer is InvalidMessage and nothing else."""
    assert reason_of(body) in {"not-an-event", "unknown-type"}


@pytest.mark.parametrize(
    "kind",
    [
        SECRET,
        "openchair.request.submitted.v2",
        "openchair.request.submitted",
        "openchair.request.approved.v1",
        "OPENCHAIR.REQUEST.SUBMITTED.V1",
        "",
    ],
)
def test_other_types_and_versions_are_unknown(kind: str) -> None:
    """A version that this process does not know goes to the dead queue, to be replayed later."""
    assert reason_of(json.dumps({**wire(), "type": kind}).encode()) == "unknown-type"


def put(*path: str, value: object) -> Callable[[Wire], None]:
    """Return an edit that puts a value somewhere in an event."""

    def edit(event: Wire) -> None:
        place = event
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = value

    return edit


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        (put("specversion", value=SECRET), "specversion"),
        (put("practiceid", value=SECRET), "practiceid"),
        (put("time", value=SECRET), "time"),
        (put("data", value=SECRET), "data"),
        (put("data", value=[SECRET]), "data"),
        (put("data", "request_type", value=SECRET), "data.request_type"),
        (put("data", "request_id", value=SECRET), "data.request_id"),
        (put("data", "start", value=SECRET), "data.start"),
        (put("data", "start", value=1900000020), "data.start"),
        (put("data", "time_zone", value=SECRET), "data.time_zone"),
        (put("data", "note", value=[SECRET]), "data.note"),
        (put("data", "note", value=f"{SECRET}\u202e"), "data.note"),
        (put("data", "note", value=f"{SECRET}\x00"), "data.note"),
        (put("data", "service_id", value=None), "data"),
        (put("data", "client_id", value=str(UUID(int=9))), "data"),
        (
            put("data", "prospective_client", "name", value=f"{SECRET}\n"),
            "data.prospective_client.name",
        ),
        (
            put("data", "prospective_client", "email", value=f"{SECRET} <a@example.org>"),
            "data.prospective_client.email",
        ),
        (
            put("data", "prospective_client", "birth_date", value=SECRET),
            "data.prospective_client.birth_date",
        ),
        (
            put("data", "prospective_client", "phone", value=SECRET),
            "data.prospective_client.phone",
        ),
    ],
)
def test_an_invalid_event_names_the_field(edit: Callable[[Wire], None], field: str) -> None:
    """The reason says where and which rule, for the person on call, and quotes nothing."""
    event = wire()
    edit(event)
    reason = reason_of(json.dumps(event).encode())
    assert re.fullmatch(r"invalid: [\w.]+ \(\w+\)(, [\w.]+ \(\w+\))*", reason)
    assert f"{field} (" in reason
    assert SECRET not in reason


@pytest.mark.parametrize("path", [(), ("data",), ("data", "prospective_client")])
def test_names_of_unknown_fields_are_not_repeated(path: tuple[str, ...]) -> None:
    """A field's name is the sender's text as well: it may be a person's name."""
    event = wire()
    put("data", "request_type", value=SECRET)(event)
    put(*path, SECRET, value=SECRET)(event)
    assert SECRET not in reason_of(json.dumps(event).encode())


def test_a_long_list_of_faults_is_cut() -> None:
    """A header has its limits."""
    event = wire()
    event["data"] = dict.fromkeys(event["data"], "\x00")
    assert len(reason_of(json.dumps(event).encode())) <= 520
