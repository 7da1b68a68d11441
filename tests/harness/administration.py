"""The practice's records over HTTP, as a member of staff reads and changes them."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from demo_practice.people import OTHER_PRACTICE
from shared.auth.local_issuer import LocalIssuer
from tests.harness.system import System, new_key

TYPE_PREFIX = "urn:openchair:problem:"
HOURS = [{"weekday": 0, "start": "09:00", "end": "17:00"}]
SCHEDULE: dict[str, Any] = {
    "weekly": HOURS,
    "exceptions": [],
    "slot_step_minutes": 30,
    "buffer_minutes": 10,
}


class Desk:
    """Somebody at the API: one of the demo practice's people, or whoever has those headers."""

    def __init__(self, system: System, person: str, headers: dict[str, str] | None = None) -> None:
        self._http = system.scheduler
        self._headers = headers or system.headers(person)

    async def get(self, path: str, **params: Any) -> httpx.Response:
        """Read."""
        return await self._http.get(path, params=params, headers=self._headers)

    async def read(self, path: str) -> tuple[dict[str, Any], str]:
        """Return a record as it can be sent back, and its ETag."""
        answer = (await self.get(path)).raise_for_status()
        body = answer.json()
        assert answer.headers["ETag"] == f'"{body["version"]}"'
        return editable(body), answer.headers["ETag"]

    async def put(self, path: str, body: Any, etag: str | None) -> httpx.Response:
        """Replace a record."""
        more = {} if etag is None else {"If-Match": etag}
        return await self._http.put(path, json=body, headers={**self._headers, **more})

    async def post(self, path: str, body: Any, *, key: str | None = None) -> httpx.Response:
        """Add a record."""
        headers = {**self._headers, "Idempotency-Key": key or new_key()}
        return await self._http.post(path, json=body, headers=headers)

    async def add(self, path: str, body: Any) -> dict[str, Any]:
        """Add a record that is not refused, and return it."""
        answer = await self.post(path, body)
        assert answer.status_code == 201, answer.text
        record: dict[str, Any] = answer.json()
        return record


def editable(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record without what is read only."""
    read_only = {
        *("id", "slug", "staff_id", "version", "sees_clients"),
        *("portal_access", "invitation", "not_requestable"),
    }
    return {field: value for field, value in record.items() if field not in read_only}


def code(answer: httpx.Response) -> tuple[int, str]:
    """Return the status and the code of a problem."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["type"].removeprefix(TYPE_PREFIX)


def new_colleague(role: str = "clinician", **changes: Any) -> dict[str, Any]:
    """Return somebody to add to a staff."""
    address = f"{uuid4().hex}@example.org"
    return {"name": "Nora Novak", "email": address, "role": role, **changes}


def new_client(**changes: Any) -> dict[str, Any]:
    """Return somebody to add to the clients."""
    return {
        "name": f"Casey {uuid4().hex[:8]}",
        "email": f"{uuid4().hex}@example.org",
        "phone": "+1 415 555 0123",
        "birth_date": "1990-05-17",
        **changes,
    }


def new_service(**changes: Any) -> dict[str, Any]:
    """Return a session to add to the services."""
    return {
        "code": "90834",
        "label": "Session",
        "appointment_type": "Therapy Session",
        "modality": "telehealth",
        **changes,
    }


def schedule_of(staff_id: object) -> str:
    """Return the path of somebody's work schedule."""
    return f"/v1/staff/{staff_id}/work-schedule"


def signed_in(system: System, record: dict[str, Any]) -> Desk:
    """Return the desk of somebody added to Elm Row."""
    issuer = LocalIssuer.load(system.stack.key_file)
    claims = {
        "sub": "somebody",
        "practice_id": str(OTHER_PRACTICE.id),
        "staff_id": record["id"],
        "role": record["role"],
    }
    token = issuer.sign(claims, audience="openchair", now=datetime.now(UTC))
    return Desk(system, "", {"Authorization": f"Bearer {token}"})
