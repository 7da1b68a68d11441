"""Over HTTP: the To-Do shows a failed e-mail, and `email-handled` ticks it off."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
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
from tests.harness.outcomes import FAILED, Approved, approve_one
from tests.harness.practice import open_practice


@asynccontextmanager
async def _no_lifespan(_app: FastAPI) -> AsyncIterator[None]:
    yield


class StaffApi:
    """The staff's API on a test's own database, called by members of staff."""

    def __init__(self, store: Store, issuer: LocalIssuer) -> None:
        self._issuer = issuer
        verifier = TokenVerifier(issuer.keys, issuer=LOCAL_ISSUER, audience="openchair")
        app = create_app(title="test", lifespan=_no_lifespan)
        errors.install(app)
        wiring = Wiring(store, BearerAuthentication(verifier), lambda: None, Feed())
        for router in staff_routes(wiring):
            app.include_router(router)
        transport = httpx.ASGITransport(app=app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://scheduler")

    def headers(self, who: StaffMember) -> dict[str, str]:
        """Return the headers of a member of staff."""
        claims = {
            "sub": who.name,
            "practice_id": str(who.practice_id),
            "staff_id": str(who.id),
            "role": who.role.value,
        }
        token = self._issuer.sign(claims, audience="openchair", now=datetime.now(UTC))
        return {"Authorization": f"Bearer {token}"}

    async def handle(self, who: StaffMember, appointment_id: UUID) -> httpx.Response:
        """Tick off the failed e-mail of an appointment."""
        path = f"/v1/appointments/{appointment_id}/email-handled"
        return await self.client.post(path, headers=self.headers(who))

    async def failed_emails(self, who: StaffMember) -> list[dict[str, dict[str, object]]]:
        """Return what the To-Do shows of failed e-mails."""
        answer = await self.client.get("/v1/to-do", headers=self.headers(who))
        shown: list[dict[str, dict[str, object]]] = answer.raise_for_status().json()[
            "failed_emails"
        ]
        return shown


@pytest.fixture
async def approved(store: Store) -> Approved:
    """A request of Amara's that was approved; its e-mail waits."""
    return await approve_one(await open_practice(store))


@pytest.fixture
async def api(store: Store, tmp_path: Path) -> AsyncIterator[StaffApi]:
    """The API."""
    LocalIssuer.create_key(tmp_path / "key.json")
    running = StaffApi(store, LocalIssuer.load(tmp_path / "key.json"))
    yield running
    await running.client.aclose()


async def test_a_failed_email_is_shown_ticked_off_and_gone(
    api: StaffApi, approved: Approved
) -> None:
    """With the reason and whom to call; the tick answers the appointment, as often as asked."""
    dana = approved.small.dana
    await approved.tell(FAILED)
    (shown,) = await api.failed_emails(dana)
    assert shown["appointment"]["id"] == str(approved.appointment_id)
    assert shown["appointment"]["email"] == {
        "status": "failed",
        "at": "2026-11-22T12:01:00Z",
        "reason": "address-refused",
        "handled_by": None,
    }
    assert shown["contact"]["phone"] == "+1 212 555 0111"

    answers = [await api.handle(dana, approved.appointment_id) for _ in range(2)]

    version = (await approved.appointment()).version
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["ETag"] == f'"{version}"'
        assert answer.json()["email"]["handled_by"] == "Dana"
        assert answer.json()["email"]["status"] == "failed"
    assert await api.failed_emails(dana) == []


async def test_where_no_email_failed_there_is_nothing_to_tick_off(
    api: StaffApi, approved: Approved
) -> None:
    """409, with a code of its own."""
    answer = await api.handle(approved.small.priya, approved.appointment_id)

    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:openchair:problem:no-failed-email"


async def test_what_one_may_not_see_one_cannot_tick_off(
    api: StaffApi, approved: Approved, store: Store
) -> None:
    """404 for a colleague's client, another practice, and no appointment at all; 401 for nobody."""
    await approved.tell(FAILED)
    other = await open_practice(store)
    for who, appointment_id in (
        (approved.small.marcus, approved.appointment_id),
        (other.priya, approved.appointment_id),
        (approved.small.priya, uuid4()),
    ):
        answer = await api.handle(who, appointment_id)
        assert answer.status_code == 404
        assert answer.json()["type"] == "urn:openchair:problem:appointment-not-found"
    path = f"/v1/appointments/{approved.appointment_id}/email-handled"
    assert (await api.client.post(path)).status_code == 401
    assert len(await api.failed_emails(approved.small.dana)) == 1
