"""What intake answers to nonsense: a problem of a stable type, no echo, nothing published."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from demo_practice.calendar import SERVICES
from demo_practice.people import DANA, OTHER_PRACTICE, PRACTICE
from tests.harness.system import FreeHours, System

PATH = "/v1/appointment-requests"
SOON = (datetime.now(UTC) + timedelta(days=30)).replace(second=0, microsecond=0)
GOOD: dict[str, Any] = {
    "service_id": str(SERVICES["session"].id),
    "clinician_id": str(DANA.id),
    "start": SOON.isoformat(),
}
NEW: dict[str, Any] = {
    "name": "Ada Echo",
    "birth_date": "1990-01-02",
    "email": "ada@example.org",
    "phone": "+1 212 555 0123",
}


def with_new(**fields: Any) -> dict[str, Any]:
    """Return a body that asks for somebody without a record."""
    return {**GOOD, "prospective_client": {**NEW, **fields}}


BODIES: dict[str, tuple[str, Any, int, str]] = {
    "a number where text is": ("amara", {**GOOD, "note": 4711}, 422, "invalid-input"),
    "a list": ("amara", [GOOD], 422, "invalid-input"),
    "an unknown field": ("amara", {**GOOD, "echo-me": 1}, 422, "invalid-input"),
    "a type not offered": ("amara", {**GOOD, "type": "echo-me"}, 422, "invalid-input"),
    "no start": ("amara", {"service_id": GOOD["service_id"]}, 422, "invalid-input"),
    "a start of zero": ("amara", {**GOOD, "start": 0}, 422, "invalid-input"),
    "a start without offset": (
        "amara",
        {**GOOD, "start": "2027-01-01T10:00"},
        422,
        "invalid-input",
    ),
    "a start with seconds": (
        "amara",
        {**GOOD, "start": (SOON + timedelta(seconds=7)).isoformat()},
        422,
        "invalid-input",
    ),
    "a start in the past": ("amara", {**GOOD, "start": "2020-01-01T10:00Z"}, 409, "start-in-past"),
    "a start in 2999": ("amara", {**GOOD, "start": "2999-01-01T10:00Z"}, 409, "start-too-far"),
    "no such zone": ("amara", {**GOOD, "time_zone": "Mars/Echo"}, 422, "invalid-input"),
    "a zone with a path": ("amara", {**GOOD, "time_zone": "../echo"}, 422, "invalid-input"),
    "a note with a null": ("amara", {**GOOD, "note": "echo\x00me"}, 422, "invalid-input"),
    "a note too long": ("amara", {**GOOD, "note": "echo" * 600}, 422, "invalid-input"),
    "another practice": (
        "amara",
        {**GOOD, "practice_id": str(OTHER_PRACTICE.id)},
        403,
        "wrong-practice",
    ),
    "a client who claims to be new": ("amara", with_new(), 422, "prospective-client-unexpected"),
    "nobody who asks": ("portal", GOOD, 422, "prospective-client-needed"),
    "a right-to-left name": ("portal", with_new(name="Echo \u202egnaL"), 422, "invalid-input"),
    "a name with a bell": ("portal", with_new(name="Echo\x07"), 422, "invalid-input"),
    "a name of two lines": ("portal", with_new(name="Echo\nBcc: x"), 422, "invalid-input"),
    "no name": ("portal", with_new(name="   "), 422, "invalid-input"),
    "an e-mail of two lines": (
        "portal",
        with_new(email="echo@example.org\nBcc: x@example.org"),
        422,
        "invalid-input",
    ),
    "an e-mail with a name": (
        "portal",
        with_new(email="Echo <e@example.org>"),
        422,
        "invalid-input",
    ),
    "a birth date tomorrow": (
        "portal",
        with_new(birth_date="2099-01-01"),
        422,
        "birth-date-in-future",
    ),
}


async def published(system: System) -> float:
    """Return how many messages intake has published so far."""
    text = (await system.intake.get("/metrics")).text
    lines = [line for line in text.splitlines() if line.startswith("openchair_messages_published")]
    return sum(float(line.split()[-1]) for line in lines if 'outcome="confirmed"' in line)


def check(answer: httpx.Response, status: int, code: str) -> None:
    """Check that an answer is that problem, and repeats nothing of what was sent."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        status,
        "application/problem+json",
    ), answer.text
    problem = answer.json()
    assert problem["type"] == f"urn:openchair:problem:{code}"
    assert problem["status"] == status
    assert problem["detail"]
    assert "echo" not in answer.text.lower()
    assert "Traceback" not in answer.text
    assert ".py" not in answer.text


@pytest.mark.parametrize("what", BODIES)
async def test_a_body_that_breaks_a_rule_is_a_problem(system: System, what: str) -> None:
    """Each broken rule has its answer, and nothing is published."""
    person, body, status, code = BODIES[what]
    before = await published(system)

    answer = await system.intake.post(PATH, json=body, headers=system.headers(person))

    check(answer, status, code)
    assert await published(system) == before


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b'{"echo": ', "application/json", 400, "malformed-json"),
        (b"\xff\xfe echo", "application/json", 400, "malformed-json"),
        (b"[" * 50_000, "application/json", 400, "malformed-json"),
        (b"", "application/json", 422, "invalid-input"),
        (b"echo=1", "application/x-www-form-urlencoded", 422, "invalid-input"),
        (b" " * 70_000, "application/json", 413, "body-too-large"),
        (b" " * 10_000_000, "application/json", 413, "body-too-large"),
    ],
)
async def test_a_body_that_is_no_json_is_a_problem(
    system: System, content: bytes, kind: str, status: int, code: str
) -> None:
    """Malformed, empty, of another kind, too deep, too large."""
    before = await published(system)

    answer = await system.intake.post(
        PATH, content=content, headers=system.headers("amara", **{"Content-Type": kind})
    )

    check(answer, status, code)
    assert await published(system) == before


@pytest.mark.parametrize("key", ["", "echo me", "e" * 256])
async def test_a_key_of_no_use_is_a_problem(system: System, key: str) -> None:
    """Empty, with a space, too long; nothing is published."""
    before = await published(system)

    answer = await system.intake.post(
        PATH, json=GOOD, headers=system.headers("amara", **{"Idempotency-Key": key})
    )

    check(answer, 422, "invalid-input")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/header/idempotency-key"]
    assert await published(system) == before


async def test_ten_megabytes_in_chunks_are_thrown_away_and_answered(system: System) -> None:
    """Without an announced length, too."""

    async def nothing() -> AsyncIterator[bytes]:
        for _ in range(640):
            yield b" " * 0x4000

    answer = await system.intake.post(
        PATH,
        content=nothing(),
        headers=system.headers("amara", **{"Content-Type": "application/json"}),
    )

    check(answer, 413, "body-too-large")


async def test_a_body_without_end_is_cut_off(system: System) -> None:
    """Past sixteen megabytes the connection ends, whatever is still to come."""
    port = system.stack.ports["request_intake"]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    token = system.headers("amara")["Authorization"]
    writer.write(
        f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    )
    sent = 0
    with contextlib.suppress(ConnectionError):
        while sent < 100_000_000:
            writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
            await asyncio.wait_for(writer.drain(), timeout=5)
            sent += 0x10000
    writer.close()
    reader.feed_eof()

    assert sent < 50_000_000


def forge(system: System, **changes: Any) -> str:
    """Return a token like Amara's but for the changes, signed with a key of the forger's own."""
    good = system.headers("amara")["Authorization"].removeprefix("Bearer ")
    claims = {**jwt.decode(good, options={"verify_signature": False}), **changes}
    header = jwt.get_unverified_header(good)
    key = ec.generate_private_key(ec.SECP256R1())
    return jwt.encode(claims, key, algorithm="ES256", headers={"kid": header["kid"]})


def bearer(token: str) -> dict[str, str]:
    """Return the header for a token."""
    return {"Authorization": f"Bearer {token}"}


async def test_a_token_that_proves_nothing_is_refused(system: System) -> None:
    """Forged, unsigned, signed by the algorithm of none, expired, for others, or not there."""
    before = await published(system)
    good = system.headers("amara")["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(good, options={"verify_signature": False})
    header = jwt.get_unverified_header(good)
    unsigned = jwt.encode(claims, key="", algorithm="none", headers={"kid": header["kid"]})
    refused = {
        "forged": bearer(forge(system)),
        "unsigned": bearer(unsigned),
        "cut short": bearer(good[:-4]),
        "nonsense": bearer("echo.echo.echo"),
        "empty": {"Authorization": "Bearer"},
        "basic": {"Authorization": "Basic ZWNobzplY2hv"},
        "none": {},
    }
    for what, headers in refused.items():
        answer = await system.intake.post(PATH, json=GOOD, headers=headers)
        code = "token-missing" if what in ("empty", "basic", "none") else "token-invalid"
        check(answer, 401, code)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        staff = await system.scheduler.get(PATH, headers=headers)
        check(staff, 401, code)
    assert await published(system) == before


async def test_an_expired_token_says_so(system: System) -> None:
    """The portal learns that signing in again helps."""
    from shared.auth.local_issuer import LocalIssuer  # noqa: PLC0415  only here

    issuer = LocalIssuer.load(system.stack.key_file)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    claims = {"sub": "amara", "practice_id": str(PRACTICE.id), "client_id": str(PRACTICE.id)}
    token = issuer.sign(claims, audience="openchair", now=yesterday)

    check(await system.intake.post(PATH, json=GOOD, headers=bearer(token)), 401, "token-expired")


async def test_staff_do_not_ask_and_clients_do_not_decide(
    system: System, free_hours: FreeHours
) -> None:
    """Each side's token is refused at the other side."""
    check(
        await system.intake.post(PATH, json=GOOD, headers=system.headers("dana")),
        403,
        "clients-only",
    )
    request = await system.ask("amara", free_hours.take())
    answer = await system.decide(request, "approve", person="amara")
    check(answer, 403, "staff-only")


async def test_what_is_not_there_is_a_problem_too(system: System) -> None:
    """Unknown paths, wrong methods, wrong ids, cursors and tags."""
    staff = system.headers("dana")
    check(await system.intake.get("/echo"), 404, "not-found")
    check(await system.intake.delete(PATH), 405, "method-not-allowed")
    check(await system.scheduler.get(f"{PATH}/echo", headers=staff), 422, "invalid-input")
    cursor = await system.scheduler.get(PATH, headers=staff, params={"cursor": "ZWNobw"})
    check(cursor, 400, "unknown-cursor")
    status = await system.scheduler.get(PATH, headers=staff, params={"status": "echo"})
    check(status, 422, "invalid-input")
    tag = await system.scheduler.post(
        f"{PATH}/{PRACTICE.id}/approve", headers={**staff, "If-Match": "echo"}
    )
    check(tag, 400, "malformed-etag")


async def test_the_openapi_documents_describe_the_routes(system: System) -> None:
    """Both services say what they offer, and nothing of metrics and health."""
    for client in (system.intake, system.scheduler):
        document = json.loads((await client.get("/openapi.json")).text)
        assert PATH in document["paths"]
        assert not [path for path in document["paths"] if "health" in path or "metrics" in path]
