"""A wrong value: a problem that names the field and the rule, and repeats none of the value."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from tests.unit.input_app import SECRET, Word, build, problem_of


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, without a network."""
    transport = httpx.ASGITransport(app=build(), raise_app_exceptions=False)
    with capture_logs():  # the plain logger would draw every local variable of a failure
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


WRONG: dict[str, Any] = {
    "id": [SECRET, 5, {SECRET: 1}, "0b1c7a52-9f3e-4d0a-8f6e-5a4b3c2d1e0g", True],
    "start": [
        SECRET,
        0,
        f"2027-01-01T10:00:00{SECRET}",
        "2027-01-01T10:00:00",
        "2027-13-01T10:00Z",
    ],
    "born": [SECRET, "31.05.1994", "1994-05-32"],
    "word": [SECRET, 5, [SECRET], ""],
    "minutes": [SECRET, "45", 4.5, 4, 721, 10**30, True],
    "number": [SECRET, 4.5, [SECRET]],
    "ratio": [SECRET, [SECRET]],
    "flag": [SECRET, 5],
    "name": [5, [SECRET], {SECRET: SECRET}, f"{SECRET}\n", SECRET * 50, ""],
    "note": [5, f"{SECRET}\u202e", SECRET * 300],
    "phone": [SECRET, 5],
    "email": [SECRET, f"{SECRET} <a@example.org>", f"{SECRET}@example.org\nBcc: x"],
    "zone": [SECRET, f"../{SECRET}"],
    "inner": [SECRET, 5, [SECRET], {"name": f"{SECRET}\x00"}],
    "many": [SECRET, {SECRET: 1}, [SECRET], [{"name": 5}, {"name": f"{SECRET}\x00"}]],
}


@pytest.mark.parametrize(
    ("field", "value"),
    [(field, value) for field, values in WRONG.items() for value in values],
    ids=lambda value: repr(value)[:40],
)
async def test_a_wrong_value_names_its_field_and_is_not_repeated(
    http: httpx.AsyncClient, field: str, value: object
) -> None:
    """The pointer says where, the code which rule; pydantic's words about the value stay here."""
    told = problem_of(await http.post("/input", json={field: value}), 422, "invalid-input")
    for error in told["errors"]:
        assert error["pointer"].startswith(f"/body/{field}")
        assert set(error) == {"pointer", "code", "detail"}
        assert error["code"] == error["code"].lower()
        assert "_" not in error["code"]
        assert 0 < len(error["detail"]) <= 200


@pytest.mark.parametrize("field", ["id", "start", "born", "number", "zone", "phone", "email"])
async def test_not_one_character_of_a_value_is_repeated(
    http: httpx.AsyncClient, field: str
) -> None:
    """The parsers of pydantic quote the character they stumbled over."""
    for value in ("\u00a7" * 36, "2027-01-\u00a7", "0b1c7a52-9f3e-4d0a-8f6e-5a4b3c2d1e0\u00a7"):
        answer = await http.post("/input", json={field: value})
        problem_of(answer, 422, "invalid-input")
        assert "\u00a7" not in json.loads(answer.text)["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({SECRET: 1}, "/body"),
        ({"inner": {SECRET: SECRET}}, "/body/inner"),
        ({"many": [{}, {SECRET: 1}]}, "/body/many/1"),
    ],
)
async def test_an_unknown_field_is_not_named(
    http: httpx.AsyncClient, body: dict[str, Any], pointer: str
) -> None:
    """Its name is the sender's text; the object that holds it is ours."""
    told = problem_of(await http.post("/input", json=body), 422, "invalid-input")
    assert [error["pointer"] for error in told["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("where", "request_"),
    [
        ("/query/limit", {"params": {"limit": SECRET}}),
        ("/query/limit", {"params": {"limit": "0"}}),
        ("/query/status", {"params": {"status": SECRET}}),
        ("/header/key", {"headers": {"Key": f"{SECRET} with spaces"}}),
        ("/header/key", {"headers": {"Key": SECRET * 9}}),
    ],
)
async def test_queries_and_headers_are_not_repeated(
    http: httpx.AsyncClient, where: str, request_: dict[str, Any]
) -> None:
    """The same outside the body."""
    told = problem_of(await http.post("/input", json={}, **request_), 422, "invalid-input")
    assert [error["pointer"] for error in told["errors"]] == [where]


async def test_a_choice_is_told_whole(http: httpx.AsyncClient) -> None:
    """The detail names every word that is known, or none: not just the first of them."""
    told = problem_of(await http.post("/input", json={"word": SECRET}), 422, "invalid-input")
    (error,) = told["errors"]
    named = [word for word in Word if word.value in error["detail"]]
    assert named in ([], list(Word))


@pytest.mark.parametrize("field", ["phone", "name"])
async def test_a_detail_is_a_whole_sentence(http: httpx.AsyncClient, field: str) -> None:
    """It is written for people: no cut-off pattern, no talk of items where letters are meant."""
    told = problem_of(await http.post("/input", json={field: SECRET * 30}), 422, "invalid-input")
    (error,) = told["errors"]
    assert not {"{", "\\"} & set(error["detail"])
    assert "item" not in error["detail"]
