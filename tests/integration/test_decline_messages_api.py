"""Over HTTP: declining with a message, the To-Do when it fails, the tick, and sending again."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo.store import Store
from tests.harness.client_emails import SORRY, Declined, set_emails
from tests.harness.outcomes import FAILED, approve_one
from tests.harness.practice import SmallPractice
from tests.harness.staff_api import StaffApi, open_staff_api

TYPE = "urn:openchair:problem:"


@pytest.fixture
async def api(store: Store, tmp_path: Path) -> AsyncIterator[StaffApi]:
    """The API."""
    async with open_staff_api(store, tmp_path) as running:
        yield running


async def post(
    api: StaffApi, actor: StaffMember, request: UUID, verb: str, body: Any = None
) -> httpx.Response:
    """Do something with a request."""
    return await api.ask("POST", f"/v1/appointment-requests/{request}/{verb}", actor, body=body)


async def test_a_message_from_the_decline_to_its_second_delivery(
    api: StaffApi, small: SmallPractice
) -> None:
    """Refused until the practice turns it on; shown with the request; to be told if it fails."""
    request = await small.receive()
    refused = await post(api, small.dana, request, "decline", {"message": SORRY})
    assert (refused.status_code, refused.json()["type"]) == (409, f"{TYPE}decline-messages-off")
    assert SORRY not in refused.text
    await set_emails(small, decline_messages=True)

    answers = [
        await post(api, small.dana, request, "decline", {"message": f" {SORRY}\n"})
        for _ in range(2)
    ]

    assert [answer.json()["repeated"] for answer in answers] == [False, True]
    for answer in answers:
        told = answer.json()["request"]
        assert told["decision"]["message"] == SORRY
        assert told["email"]["status"] == "waiting"
    declined = Declined(small, request)
    await declined.tell(FAILED)
    to_do = await api.get("/v1/to-do", small.dana)
    (failed,) = to_do["failed_decline_messages"]
    assert failed["request"]["email"]["reason"] == "address-refused"
    assert failed["contact"]["phone"] == "+1 212 555 0111"
    assert to_do["failed_emails"] == []
    (to_contact,) = to_do["clients_to_contact"]
    assert to_contact["request"]["email"]["status"] == "failed"

    handled = await post(api, small.dana, request, "email-handled")
    assert handled.json()["email"]["handled_by"] == "Dana"
    assert handled.headers["ETag"] == f'"{handled.json()["version"]}"'
    assert (await api.get("/v1/to-do", small.dana))["failed_decline_messages"] == []

    again = await post(api, small.dana, request, "resend-email")
    assert (again.status_code, again.json()["email"]["status"]) == (200, "waiting")
    twice = await post(api, small.dana, request, "resend-email")
    assert (twice.status_code, twice.json()["type"]) == (409, f"{TYPE}email-waiting")
    history = await api.get(f"/v1/appointment-requests/{request}/history", small.dana)
    # In what order is the clock's; the outcome of this test is of another day.
    assert {entry["action"] for entry in history["items"]} == {
        "submitted",
        "declined",
        "email-failed",
        "email-handled",
        "email-resent",
    }


@pytest.mark.parametrize("body", [{"message": ""}, {"message": " \n"}, {"message": "a" * 2001}])
async def test_a_message_that_says_nothing_is_malformed(
    api: StaffApi, small: SmallPractice, body: dict[str, str]
) -> None:
    """422, and nothing is decided."""
    await set_emails(small, decline_messages=True)
    answer = await post(api, small.dana, await small.receive(), "decline", body)
    assert answer.status_code == 422


async def test_an_appointments_email_is_sent_again_over_http(
    api: StaffApi, small: SmallPractice
) -> None:
    """The answer is the appointment, its e-mail waiting; a second click is told so."""
    approved = await approve_one(small)
    path = f"/v1/appointments/{approved.appointment_id}/resend-email"
    await approved.tell(FAILED)

    first, second = [await api.ask("POST", path, small.dana) for _ in range(2)]

    assert (first.status_code, first.json()["email"]["status"]) == (200, "waiting")
    assert first.headers["ETag"] == f'"{first.json()["version"]}"'
    assert (second.status_code, second.json()["type"]) == (409, f"{TYPE}email-waiting")
    request = await api.get(f"/v1/appointment-requests/{approved.request_id}", small.dana)
    assert request["email"]["status"] == "waiting"
    of_request = await post(api, small.dana, approved.request_id, "resend-email")
    assert of_request.json()["type"] == f"{TYPE}no-email-to-resend"
