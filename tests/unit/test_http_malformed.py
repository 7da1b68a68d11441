"""What is no request of ours at all: bodies, addresses, methods; and our own faults."""

from collections.abc import AsyncIterator

import httpx
import pytest
from structlog.testing import capture_logs

from tests.unit.input_app import SECRET, build, problem_of


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, without a network."""
    transport = httpx.ASGITransport(app=build(), raise_app_exceptions=False)
    with capture_logs():  # the plain logger would draw every local variable of a failure
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"name": "' + SECRET.encode(),
        SECRET.encode(),
        b"{'name': 'x'}",
        b'{"name": "\xff"}',
        b"\xff\xfe\x00",
        b"\x00",
        b"[" * 50_000,
        b'{"a":' * 10_000,
        b"{}{}",
        b'{"number": ' + b"9" * 5000 + b"}",
    ],
    ids=lambda body: repr(body[:16]),
)
async def test_a_body_that_is_no_json_says_so(http: httpx.AsyncClient, body: bytes) -> None:
    """Cut off, not UTF-8, nested without end, digits without end: one problem for all."""
    answer = await http.post("/input", content=body, headers={"Content-Type": "application/json"})
    problem_of(answer, 400, "malformed-json")


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b"5",
        b"NaN",
        b"[]",
        b'"text"',
        b'{"minutes": NaN}',
        b'{"minutes": -Infinity}',
        b'{"number": 1e999}',
        b'{"name": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"name": NaN}',
    ],
    ids=repr,
)
async def test_json_of_another_shape_is_invalid_input(http: httpx.AsyncClient, body: bytes) -> None:
    """JSON, or what Python takes for it, but not what was asked for."""
    answer = await http.post("/input", content=body, headers={"Content-Type": "application/json"})
    problem_of(answer, 422, "invalid-input")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        f"text/{SECRET}",
        "",
        "multipart/form-data",
    ],
)
async def test_another_content_type_is_a_problem(
    http: httpx.AsyncClient, content_type: str
) -> None:
    """A form of another site cannot post here, and the answer is a problem as ever."""
    answer = await http.post("/input", content=b"{}", headers={"Content-Type": content_type})
    problem_of(answer, 422, "invalid-input")


async def test_an_unknown_address_is_a_problem(http: httpx.AsyncClient) -> None:
    """404 without the path that was typed."""
    problem_of(await http.get(f"/{SECRET}"), 404, "not-found")
    problem_of(await http.get(f"/things/{SECRET}"), 422, "invalid-input")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_a_wrong_method_is_a_problem(http: httpx.AsyncClient, method: str) -> None:
    """405 with the methods that there are."""
    answer = await http.request(method, "/input")
    problem_of(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"


async def test_our_own_fault_is_a_problem_without_a_trace(http: httpx.AsyncClient) -> None:
    """The message of the exception, its type and where it happened stay with us."""
    answer = await http.get("/broken")
    problem_of(answer, 500, "internal-error")
    assert "RuntimeError" not in answer.text
    assert ".py" not in answer.text


async def test_a_problem_has_members_of_its_own(http: httpx.AsyncClient) -> None:
    """RFC 9457, 3.2: what a refusal adds stands beside the standard members."""
    told = problem_of(await http.get("/refused"), 409, "slot-taken")
    assert told["clashes"] == [{"id": 1}]
