"""Every answer has a correlation id; every request one line and two figures, none with a name."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from shared.http.app import create_app
from shared.http.health import health_routes

SECRET = "soren-dahl"


@asynccontextmanager
async def no_lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Nothing starts and nothing stops."""
    yield


async def yes() -> bool:
    """Say that a server is there."""
    return True


async def no() -> bool:
    """Say that a server is away."""
    return False


def build() -> FastAPI:
    """Return an application with a few routes."""
    app = create_app(title="Test", lifespan=no_lifespan)
    app.include_router(health_routes({"mongodb": yes}, {"rabbitmq": no}))

    @app.get("/things/{thing_id}")
    async def thing(thing_id: UUID, request: Request) -> dict[str, str]:
        return {"thing": str(thing_id), "correlation_id": request.state.correlation_id}

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError(SECRET)

    return app


def client_of(app: FastAPI) -> httpx.AsyncClient:
    """Return a client without a network."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test")


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application."""
    with capture_logs():  # the plain logger would draw every local variable of a failure
        async with client_of(build()) as client:
            yield client


@pytest.mark.parametrize("given", ["portal-0001", "A_b-1234", "x" * 64, "0" * 8])
async def test_a_correlation_id_is_kept(http: httpx.AsyncClient, given: str) -> None:
    """What the portal calls a request is what we call it, in the answer and inside."""
    answer = await http.get(f"/things/{UUID(int=1)}", headers={"X-Correlation-ID": given})
    assert answer.headers["x-correlation-id"] == given
    assert answer.json()["correlation_id"] == given


@pytest.mark.parametrize(
    "given",
    [
        "",
        "short",
        "x" * 65,
        "with spaces in",
        "a;b=c;d=e",
        "tab\there",
        "\u00fcmlaute1",
        "../../etc",
    ],
)
async def test_a_correlation_id_of_nonsense_is_replaced(
    http: httpx.AsyncClient, given: str
) -> None:
    """It goes into logs, headers and messages: only letters, digits, `_` and `-`, 8 to 64."""
    headers = {b"X-Correlation-ID": given.encode("latin-1")}
    answer = await http.get(f"/things/{UUID(int=1)}", headers=headers)
    made = answer.headers["x-correlation-id"]
    assert made != given
    assert len(made) == 32
    assert made.isalnum()


async def test_each_request_has_an_id_of_its_own(http: httpx.AsyncClient) -> None:
    """Nothing given: a new one each time, on refusals and faults too."""
    answers = [await http.get(path) for path in ("/broken", "/none", f"/things/{UUID(int=1)}") * 2]
    assert len({answer.headers["x-correlation-id"] for answer in answers}) == 6
    assert {answer.headers["x-content-type-options"] for answer in answers} == {"nosniff"}


async def test_the_line_names_the_route_and_not_the_path(http: httpx.AsyncClient) -> None:
    """Paths and queries may hold what a person typed."""
    with capture_logs() as logged:
        await http.get(f"/things/{UUID(int=1)}?q={SECRET}")
        await http.get(f"/things/{SECRET}")
        await http.get(f"/{SECRET}")
    assert [line["event"] for line in logged] == ["http.request"] * 3
    assert [line["status"] for line in logged] == [200, 422, 404]
    assert [line["route"] for line in logged] == ["/things/{thing_id}"] * 2 + ["(none)"]
    assert all(line["duration_ms"] >= 0 for line in logged)
    assert SECRET not in str(logged)


async def test_our_own_fault_has_a_line(http: httpx.AsyncClient) -> None:
    """The failure is recorded, beside the line of the request with its 500."""
    with capture_logs() as logged:
        await http.get("/broken")
    assert [line["event"] for line in logged] == ["http.failed", "http.request"]
    assert logged[1]["status"] == 500


async def test_probes_do_not_fill_the_log(http: httpx.AsyncClient) -> None:
    """Health and metrics are asked for every few seconds."""
    with capture_logs() as logged:
        for path in ("/health/live", "/health/ready", "/metrics"):
            assert (await http.get(path)).status_code == 200
    assert logged == []


async def test_figures_are_kept_by_route(http: httpx.AsyncClient) -> None:
    """Labels are names of ours: no path, no id."""
    labels = {"method": "GET", "route": "/things/{thing_id}", "status": "200"}
    before = REGISTRY.get_sample_value("openchair_http_requests_total", labels) or 0
    await http.get(f"/things/{UUID(int=1)}")
    assert REGISTRY.get_sample_value("openchair_http_requests_total", labels) == before + 1
    await http.get(f"/{SECRET}")
    shown = (await http.get("/metrics")).text
    assert SECRET not in shown
    assert str(UUID(int=1)) not in shown


async def test_ready_asks_for_what_is_needed(http: httpx.AsyncClient) -> None:
    """What is only reported does not make a service unready; what is needed does."""
    answer = await http.get("/health/ready")
    assert answer.json() == {"status": "ready", "checks": {"mongodb": True, "rabbitmq": False}}
    app = create_app(title="Test", lifespan=no_lifespan)
    app.include_router(health_routes({"mongodb": no}, {"rabbitmq": yes}))
    async with client_of(app) as away:
        assert (await away.get("/health/ready")).status_code == 503
        assert (await away.get("/health/live")).status_code == 200


async def test_a_stream_is_as_quick_as_its_beginning() -> None:
    """It goes on for as long as its reader likes, which says nothing about how quick we are."""
    app = build()
    go_on = asyncio.Event()

    @app.get("/stream", response_class=EventSourceResponse)
    async def stream() -> AsyncIterator[ServerSentEvent]:
        yield ServerSentEvent(data="first")
        asyncio.get_running_loop().call_later(0.2, go_on.set)
        await go_on.wait()

    with capture_logs() as logs:
        await client_of(app).get("/stream")

    labels = {"method": "GET", "route": "/stream"}
    took = REGISTRY.get_sample_value("openchair_http_request_seconds_sum", labels)
    assert took is not None
    assert took < 0.2
    assert next(line for line in logs if line["route"] == "/stream")["duration_ms"] >= 200
