"""Over HTTP: portal settings, invitations, and what a client without access is told."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.harness.administration import code, editable
from tests.harness.inviting import PORTAL_URL, Inviting, begin_inviting
from tests.harness.outcomes import FAILED
from tests.harness.practice import SmallPractice
from tests.harness.staff_api import StaffApi, open_staff_api

SETTINGS = "/v1/practice/portal-settings"


@pytest.fixture
async def api(small: SmallPractice, tmp_path: Path) -> AsyncIterator[StaffApi]:
    """The API."""
    async with open_staff_api(small.store, tmp_path) as opened:
        yield opened


async def put(
    api: StaffApi, small: SmallPractice, body: dict[str, Any], etag: str | None
) -> httpx.Response:
    """Set the portal as the practice scheduler."""
    headers = {} if etag is None else {"If-Match": etag}
    return await api.ask("PUT", SETTINGS, small.priya, headers=headers, body=body)


async def test_settings_are_read_and_sent_back(api: StaffApi, small: SmallPractice) -> None:
    """The first `ETag` is `"0"`; without one, or with an old one, nothing is written."""
    read = await api.ask("GET", SETTINGS, small.dana)
    assert (read.headers["ETag"], read.json()["version"]) == ('"0"', 0)
    body = {**editable(read.json()), "portal_url": PORTAL_URL}

    written = await put(api, small, body, '"0"')

    assert (written.status_code, written.headers["ETag"]) == (200, '"1"')
    assert editable(written.json()) == body
    assert written.json() == await api.get(SETTINGS, small.dana)
    assert code(await put(api, small, body, None)) == (428, "version-needed")
    assert code(await put(api, small, body, '"0"')) == (412, "stale-version")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"horizon_days": 732}, (400, "horizon-outside-range")),
        ({"cancelling_notice_minutes": -1}, (400, "notice-outside-range")),
        ({"most_pending": 51}, (400, "most-pending-outside-range")),
        ({"services": [{"service_id": str(uuid4()), "audience": "new"}]}, (409, None)),
        ({"portal_url": "javascript:alert(1)"}, (422, "invalid-input")),
        ({"is_open": "yes"}, (422, "invalid-input")),
        ({"audience": "everybody"}, (422, "invalid-input")),
        ({"horizon_days": 9.5}, (422, "invalid-input")),
    ],
    ids=str,
)
async def test_settings_that_cannot_be(
    api: StaffApi, small: SmallPractice, change: dict[str, Any], expected: tuple[int, str | None]
) -> None:
    """Each is refused under its own name, and nothing is written."""
    body = {**editable(await api.get(SETTINGS, small.priya)), **change}

    status, told = code(await put(api, small, body, '"0"'))

    assert (status, told) == (expected[0], expected[1] or "offered-service-unknown")
    assert (await api.get(SETTINGS, small.priya))["version"] == 0


async def test_inviting_and_being_invited(api: StaffApi, small: SmallPractice) -> None:
    """From the first invitation to the withdrawal, as staff and the client see it."""
    portal = await begin_inviting(small)
    path = f"/v1/clients/{small.amara.id}"
    assert code(await api.ask_portal("/appointments", small.amara)) == (
        403,
        "portal-access-withdrawn",
    )

    invited = await api.ask("POST", f"{path}/invite", small.priya)
    again = await api.ask("POST", f"{path}/invite", small.priya)

    assert (invited.status_code, invited.json()["portal_access"]) == (200, "invited")
    assert invited.json()["invitation"]["email"]["status"] == "waiting"
    assert code(again) == (429, "invited-just-now")
    assert 590 <= int(again.headers["Retry-After"]) <= 600
    assert (await api.ask_portal("/appointments", small.amara)).status_code == 200
    assert (await api.get(path, small.dana))["portal_access"] == "active"
    assert code(await api.ask("POST", f"{path}/invite", small.priya)) == (
        409,
        "portal-access-active",
    )
    assert len(await portal.events()) == 1
    withdrawn = await api.ask("DELETE", f"{path}/portal-access", small.priya)
    assert (withdrawn.status_code, withdrawn.json()["portal_access"]) == (200, "none")
    for own in ("/practice", "/appointments", "/appointment-requests"):
        assert (await api.ask_portal(own, small.amara)).status_code == 403
    history = await api.get(f"{path}/history", small.dana)
    assert [entry["action"] for entry in history["items"]] == [
        "invited",
        "invitation-accepted",
        "portal-access-withdrawn",
    ]


async def test_a_repeated_call_with_its_key_is_answered_alike(
    api: StaffApi, small: SmallPractice
) -> None:
    """A page that sent it twice is not told that it was too soon."""
    portal = await begin_inviting(small)
    path, key = f"/v1/clients/{small.amara.id}/invite", {"Idempotency-Key": "a-key"}
    first, second = [await api.ask("POST", path, small.priya, headers=key) for _ in range(2)]
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert len(await portal.events()) == 1


async def test_many_at_once(api: StaffApi, small: SmallPractice) -> None:
    """Each is told apart; none, or more than 200, is no list."""
    await begin_inviting(small)
    unknown = str(uuid4())
    ids = [str(small.amara.id), unknown, str(small.keisha.id)]

    answer = await api.ask("POST", "/v1/clients/invite", small.priya, body={"client_ids": ids})

    assert answer.status_code == 200
    assert [(one["client_id"], one["outcome"]) for one in answer.json()["items"]] == [
        (ids[0], "invited"),
        (unknown, "not-found"),
        (ids[2], "invited"),
    ]
    for wrong in ([], [unknown] * 201):
        refused = await api.ask(
            "POST", "/v1/clients/invite", small.priya, body={"client_ids": wrong}
        )
        assert code(refused) == (422, "invalid-input")


async def test_a_failed_invitation_is_shown_and_ticked_off(
    api: StaffApi, small: SmallPractice
) -> None:
    """With the reason and whom to call, to those who see the client."""
    portal: Inviting = await begin_inviting(small)
    await portal.tell(FAILED, await portal.invite())

    (shown,) = (await api.get("/v1/to-do", small.dana))["failed_invitations"]
    assert shown["client_id"] == str(small.amara.id)
    assert shown["invitation"]["email"]["reason"] == "address-refused"
    assert shown["contact"]["phone"] == small.amara.phone
    assert (await api.get("/v1/to-do", small.marcus))["failed_invitations"] == []
    path = f"/v1/clients/{small.amara.id}/invitation-handled"
    handled = await api.ask("POST", path, small.dana)
    assert handled.json()["invitation"]["email"]["handled_by"] == "Dana"
    assert (await api.get("/v1/to-do", small.dana))["failed_invitations"] == []
    small_keisha = f"/v1/clients/{small.keisha.id}/invitation-handled"
    assert code(await api.ask("POST", small_keisha, small.priya)) == (409, "no-failed-invitation")
