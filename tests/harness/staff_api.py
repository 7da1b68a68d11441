"""The staff's API on a test's own database, asked as whoever a test wants to be."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from fastapi import FastAPI

from services.scheduler.domain.people import StaffMember
from services.scheduler.http_api import errors
from services.scheduler.http_api.dependencies import Wiring
from services.scheduler.http_api.routes import staff_routes
from services.scheduler.live.feed import Feed
from services.scheduler.mongo.store import Store
from shared.auth.local_issuer import LOCAL_ISSUER, LocalIssuer
from shared.auth.tokens import TokenVerifier
from shared.http.app import create_app
from shared.http.bearer import BearerAuthentication

AUDIENCE = "openchair"


class StaffApi:
    """Asks it, without a network; tokens are real."""

    def __init__(self, app: FastAPI, issuer: LocalIssuer) -> None:
        transport = httpx.ASGITransport(app=app)
        self._http = httpx.AsyncClient(transport=transport, base_url="http://staff.example.org")
        self._issuer = issuer

    async def ask(
        self,
        method: str,
        path: str,
        actor: StaffMember | None,
        params: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        *,
        body: Any = None,
    ) -> httpx.Response:
        """Ask as a member of staff; None is somebody without a token."""
        told = dict(headers or {})
        if actor is not None:
            told["Authorization"] = f"Bearer {self._token(actor)}"
        query = urlencode(params)
        return await self._http.request(
            method, f"{path}?{query}" if query else path, headers=told, json=body
        )

    async def get(self, path: str, actor: StaffMember | None, *params: tuple[str, str]) -> Any:
        """Read something that must be there, as JSON."""
        answer = await self.ask("GET", path, actor, params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def status(self, path: str, actor: StaffMember | None, *params: tuple[str, str]) -> int:
        """Return the status of what reading something answers."""
        return (await self.ask("GET", path, actor, params)).status_code

    async def close(self) -> None:
        """Let go of it."""
        await self._http.aclose()

    def _token(self, actor: StaffMember) -> str:
        claims = {
            "sub": str(actor.id),
            "practice_id": str(actor.practice_id),
            "staff_id": str(actor.id),
            "role": actor.role.value,
        }
        return self._issuer.sign(claims, audience=AUDIENCE, now=datetime.now(UTC))


@asynccontextmanager
async def open_staff_api(
    store: Store, directory: Path, *, public_url: str | None = None
) -> AsyncIterator[StaffApi]:
    """Return the API of the scheduler, as its `main` puts it together, on that database."""
    key_file = directory / "issuer.json"
    LocalIssuer.create_key(key_file)
    issuer = LocalIssuer.load(key_file)
    verifier = TokenVerifier(issuer.keys, issuer=LOCAL_ISSUER, audience=AUDIENCE)
    app = create_app(title="Test", lifespan=_no_lifespan)
    errors.install(app)
    wiring = Wiring(store, BearerAuthentication(verifier), lambda: None, Feed(), public_url)
    for router in staff_routes(wiring):
        app.include_router(router)
    api = StaffApi(app, issuer)
    try:
        yield api
    finally:
        await api.close()


def path_of(url: str) -> str:
    """Return path and query of an address."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@asynccontextmanager
async def _no_lifespan(_app: FastAPI) -> AsyncIterator[None]:
    yield
