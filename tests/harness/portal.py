"""The portal's API, called as a practice's own portal does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from demo_practice.people import DANA, INES, MARCUS, PRACTICE
from services.scheduler.domain.portal_settings import (
    ClinicianOffer,
    PortalSettings,
    ServiceOffer,
)
from services.scheduler.mongo.store import Store
from shared import mongo
from shared.portal.policy import Audience
from tests.harness.polling import eventually
from tests.harness.system import System, new_key

PRACTICE_PATH = f"/v1/practices/{PRACTICE.slug}"
REQUESTS = "/v1/appointment-requests"


class Portal:
    """Calls as one person."""

    def __init__(self, system: System, person: str) -> None:
        self._system = system
        self._person = person

    async def get(self, path: str, **params: str) -> httpx.Response:
        """Read."""
        headers = self._system.headers(self._person)
        return await self._system.intake.get(path, headers=headers, params=params)

    async def post(self, body: dict[str, Any], *, key: str | None = None) -> httpx.Response:
        """Submit."""
        headers = self._system.headers(self._person, **{"Idempotency-Key": key or new_key()})
        return await self._system.intake.post(REQUESTS, json=body, headers=headers)

    async def withdraw(self, request: UUID) -> httpx.Response:
        """Take it back."""
        headers = self._system.headers(self._person)
        return await self._system.intake.post(f"{REQUESTS}/{request}/withdraw", headers=headers)

    async def open_times(
        self, first: datetime, *, days: int = 1, **params: str
    ) -> list[dict[str, Any]]:
        """Return the slots of some days."""
        answer = await self.get(
            f"{PRACTICE_PATH}/availability",
            **{
                "from": first.isoformat(),
                "until": (first + timedelta(days=days)).isoformat(),
                **params,
            },
        )
        assert answer.status_code == 200, answer.text
        slots: list[dict[str, Any]] = answer.json()["slots"]
        return slots

    async def submitted(self, body: dict[str, Any]) -> UUID:
        """Submit, and return the id once the caller can read the request."""
        answer = await self.post(body)
        assert answer.status_code == 202, answer.text
        request = UUID(answer.json()["id"])
        await self.until(request, "pending")
        return request

    async def until(self, request: UUID, status: str) -> dict[str, Any]:
        """Return the request once it is in that state."""

        async def reached() -> dict[str, Any] | None:
            answer = await self.get(f"{REQUESTS}/{request}")
            found: dict[str, Any] = answer.json()
            there = answer.status_code == 200 and found["status"] == status
            return found if there else None

        found = await eventually(reached, f"the request is {status}")
        assert found is not None
        return found


@asynccontextmanager
async def portal_set_to(system: System, settings: PortalSettings) -> AsyncIterator[None]:
    """Let the demo practice have these settings, and then again what it had before."""
    client = mongo.connect(system.servers.mongodb.url)
    store = Store(client)
    before = await store.portal_settings.get(PRACTICE.id)
    await store.portal_settings.save(settings)
    try:
        yield
    finally:
        if before.was_set:
            await store.portal_settings.save(before)
        else:
            await store.database["portal_settings"].delete_one({"_id": PRACTICE.id})
        await mongo.close(client)


def settings_of(*services: tuple[UUID, Audience], **changes: Any) -> PortalSettings:
    """Return settings with some services, Dana and Inês for all, Marcus for clients on record."""
    told: dict[str, Any] = {
        "is_open": True,
        "services": tuple(ServiceOffer(service, audience) for service, audience in services),
        "clinicians": (
            ClinicianOffer(DANA.id, accepts_new_clients=True),
            ClinicianOffer(INES.id, accepts_new_clients=True),
            ClinicianOffer(MARCUS.id, accepts_new_clients=False),
        ),
        "horizon_days": 731,
        "most_pending": 1_000_000,
        "version": 1,
        **changes,
    }
    return PortalSettings(PRACTICE.id, **told)
