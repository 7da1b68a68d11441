"""The JSON Schemas that other tools read: made from the models, sound, and kept up to date."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from shared.schemas.envelope import Envelope
from shared.schemas.published import EVENTS, SCHEMA_DIRECTORY, event_type, render_json_schemas

RENDERED = render_json_schemas()


@pytest.mark.parametrize("name", RENDERED)
def test_a_kept_schema_is_the_models(name: str) -> None:
    """After a change of a model: `make schemas`, and look at what changed."""
    assert (SCHEMA_DIRECTORY / name).read_text(encoding="utf-8") == RENDERED[name]


def test_no_schema_is_left_over() -> None:
    """One file for each published event, and no other."""
    assert {path.name for path in SCHEMA_DIRECTORY.iterdir()} == set(RENDERED)
    assert set(RENDERED) == {f"{event_type(model)}.json" for model in EVENTS}


@pytest.mark.parametrize("name", RENDERED)
def test_a_schema_is_a_schema(name: str) -> None:
    """Valid by the draft that pydantic writes."""
    Draft202012Validator.check_schema(json.loads(RENDERED[name]))


@pytest.mark.parametrize("model", EVENTS)
def test_a_schema_names_its_event(model: type[Envelope[Any]]) -> None:
    """The type is a constant, so that one event's schema refuses another event."""
    schema = json.loads(RENDERED[f"{event_type(model)}.json"])
    assert schema["properties"]["type"]["const"] == event_type(model)
    needed = {"id", "source", "subject", "time", "practiceid", "correlationid", "data"}
    assert needed <= set(schema["required"])


def closed(schema: Any) -> bool:
    """Say whether any object in a schema refuses what it does not know."""
    if isinstance(schema, list):
        return any(closed(part) for part in schema)
    if not isinstance(schema, dict):
        return False
    return schema.get("additionalProperties") is False or any(
        closed(part) for part in schema.values()
    )


@pytest.mark.parametrize("name", RENDERED)
def test_a_schema_leaves_room_to_grow(name: str) -> None:
    """Within a version optional fields may be added, in every object of an event."""
    assert not closed(json.loads(RENDERED[name]))
