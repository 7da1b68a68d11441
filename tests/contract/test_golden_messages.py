"""Messages as they were published once: they are understood for as long as their version lives."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

from shared.messaging.events import parse_event
from shared.schemas.envelope import Envelope
from shared.schemas.published import EVENTS, SCHEMA_DIRECTORY, event_type
from tests.contract.expected_events import EXPECTED

GOLDEN: Final = Path(__file__).parent / "golden"
UNDERSTOOD: Final[dict[str, type[Envelope[Any]]]] = {event_type(model): model for model in EVENTS}


def body_of(name: str) -> bytes:
    """Return a golden message as it was on the wire."""
    return (GOLDEN / f"{name}.json").read_bytes()


def validator_of(model: type[Envelope[Any]]) -> Draft202012Validator:
    """Return a validator by the schema that is kept for an event."""
    schema = json.loads((SCHEMA_DIRECTORY / f"{event_type(model)}.json").read_text("utf-8"))
    return Draft202012Validator(schema, format_checker=FormatChecker())


def objects(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return where there are objects in a message."""
    found: list[tuple[str | int, ...]] = []
    if isinstance(value, dict):
        found.append(path)
        for name, part in value.items():
            found += objects(part, (*path, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            found += objects(part, (*path, index))
    return found


PLACES: Final = [
    pytest.param(name, path, id=f"{name}:{'.'.join(map(str, path)) or 'envelope'}")
    for name in EXPECTED
    for path in objects(json.loads(body_of(name)))
]


def test_every_event_has_a_minimal_and_a_full_message() -> None:
    """A new event or version comes with its golden messages; none is ever taken away."""
    wanted = {
        f"{event_type(model).removeprefix('openchair.')}.{size}"
        for model in EVENTS
        for size in ("minimal", "full")
    }
    assert {path.stem for path in GOLDEN.glob("*.json")} == wanted == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_golden_message_is_understood(name: str) -> None:
    """Into exactly these values, types and time zones included."""
    event = parse_event(body_of(name), UNDERSTOOD)
    assert event == EXPECTED[name]
    assert type(event) is type(EXPECTED[name])
    assert event.model_dump() == EXPECTED[name].model_dump()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_golden_message_fits_its_schema(name: str) -> None:
    """The schema describes what was published, for whoever reads it without our models."""
    validator_of(type(EXPECTED[name])).validate(json.loads(body_of(name)))


@pytest.mark.parametrize("name", EXPECTED)
def test_what_we_write_fits_the_schema(name: str) -> None:
    """Written again it is valid and means the same."""
    written = EXPECTED[name].model_dump_json().encode()
    validator_of(type(EXPECTED[name])).validate(json.loads(written))
    assert parse_event(written, UNDERSTOOD) == EXPECTED[name]


@pytest.mark.parametrize(("name", "path"), PLACES)
def test_an_added_field_disturbs_nobody(name: str, path: tuple[str | int, ...]) -> None:
    """Within a version any object may gain an optional field: old consumers pass over it."""
    message = json.loads(body_of(name))
    place = message
    for part in path:
        place = place[part]
    place["added_later"] = {"anything": [1, None, "text"]}
    assert parse_event(json.dumps(message).encode(), UNDERSTOOD) == EXPECTED[name]
    validator_of(type(EXPECTED[name])).validate(message)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_schema_refuses_what_is_not_the_event(name: str) -> None:
    """The schemas are not so loose that they mean nothing."""
    validator = validator_of(type(EXPECTED[name]))
    message = json.loads(body_of(name))
    for member in ("id", "data", "practiceid"):
        assert not validator.is_valid({key: message[key] for key in message if key != member})
    assert not validator.is_valid({**message, "type": "openchair.request.submitted.v9"})
    assert not validator.is_valid({**message, "practiceid": "harbor-street"})
    for member in message["data"]:
        assert not validator.is_valid({**message, "data": {**message["data"], member: [None]}})
