"""The portal's OpenAPI document: valid, with an example for each request and each problem."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import validate
from pydantic import SecretStr, TypeAdapter

from services.request_intake.http_api import openapi
from services.request_intake.http_api.models import SubmissionInput
from services.request_intake.main import build_app
from services.request_intake.settings import IntakeSettings
from shared.auth.local_issuer import LocalIssuer
from shared.http.problems import TYPE_PREFIX
from shared.settings import AppEnv

PAGE = (Path(__file__).parents[2] / "docs" / "problems.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The application, which is never started."""
    key_file = tmp_path_factory.mktemp("intake") / "key.json"
    LocalIssuer.create_key(key_file)
    return build_app(
        IntakeSettings(
            app_env=AppEnv.DEV,
            local_issuer_key_file=key_file,
            rabbitmq_url=SecretStr("amqp://nobody@127.0.0.1:1/"),
        )
    )


@pytest.fixture(scope="module")
def document(app: FastAPI) -> dict[str, Any]:
    """The document, as a generator would read it."""
    read: dict[str, Any] = json.loads(json.dumps(app.openapi()))
    return read


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return what can be called."""
    for path in document["paths"].values():
        yield from path.values()


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    """By the specification's own schema; every reference leads somewhere."""
    validate(document)


def test_each_operation_has_a_name_and_who_may_call_it(document: dict[str, Any]) -> None:
    """Names are those of the functions of a generated client."""
    names = [operation["operationId"] for operation in operations(document)]
    assert sorted(names) == [
        "findOpenTimes",
        "listOwnAppointments",
        "listOwnRequests",
        "readOwnRequest",
        "readPractice",
        "submitRequest",
        "withdrawRequest",
    ]
    for operation in operations(document):
        assert operation["security"] == [{"bearer": []}]
        assert operation["summary"]
    scheme = document["components"]["securitySchemes"]["bearer"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


def test_each_kind_of_request_has_an_example_that_is_taken(document: dict[str, Any]) -> None:
    """By the model, and by the schema that a generated client is made from."""
    body = document["paths"]["/v1/appointment-requests"]["post"]["requestBody"]
    (content,) = body["content"].values()
    assert set(content["examples"]) == {"new", "prospective", "reschedule", "cancellation"}
    schema = {**content["schema"], "components": document["components"]}
    for example in content["examples"].values():
        TypeAdapter(SubmissionInput).validate_python(example["value"])
        Draft202012Validator(schema).validate(example["value"])
    with pytest.raises(Exception, match="valid"):
        Draft202012Validator(schema).validate({"type": "another"})


def test_each_problem_has_an_example_of_its_own_status(document: dict[str, Any]) -> None:
    """It is a problem document, and its code and status are those of docs/problems.md."""
    rows = set(re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", PAGE, re.MULTILINE))
    schema = {
        **document["components"]["schemas"]["ProblemOutput"],
        "components": document["components"],
    }
    seen = set()
    for operation in operations(document):
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                continue
            content = response["content"]["application/problem+json"]
            assert content["schema"] == {"$ref": "#/components/schemas/ProblemOutput"}
            for code, example in content["examples"].items():
                told = example["value"]
                Draft202012Validator(schema).validate(told)
                assert told["type"] == f"{TYPE_PREFIX}{code}"
                assert str(told["status"]) == status
                assert (code, status) in rows
                seen.add(code)
    assert seen == set(openapi.KNOWN)


def test_answers_say_their_headers(document: dict[str, Any]) -> None:
    """Where to read on, what is left, how old it is, how long to wait."""
    for operation in operations(document):
        responses = operation["responses"]
        for status, response in responses.items():
            assert "RateLimit-Remaining" in response["headers"], status
        assert "Retry-After" in responses["429"]["headers"]
        assert "Retry-After" in responses["503"]["headers"]
        assert "WWW-Authenticate" in responses["401"]["headers"]
        if "200" in responses:
            assert {"Age", "Warning"} <= set(responses["200"]["headers"])
        else:
            assert "Location" in responses["202"]["headers"]
