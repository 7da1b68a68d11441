"""E-mails beside those of appointments: a decline that staff wrote, and an invitation."""

from email.message import EmailMessage
from typing import Any

from demo_practice.people import CLIENTS
from tests.e2e.test_emails_are_told import wait_until_sent
from tests.harness.polling import eventually
from tests.harness.system import FreeHours, System


async def edit_practice(system: System, **emails: Any) -> None:
    """Change how the demo practice writes to its clients."""
    priya = system.headers("priya")
    read = await system.scheduler.get("/v1/practice", headers=priya)
    practice = read.json()
    wanted = {
        name: practice[name]
        for name in ("name", "time_zone", "phone", "email", "locations", "closures")
    }
    answer = await system.scheduler.put(
        "/v1/practice",
        json={**wanted, "emails": {**practice["emails"], **emails}},
        headers={**priya, "If-Match": read.headers["ETag"]},
    )
    assert answer.status_code == 200, answer.text


def texts(closing: str | None) -> dict[str, str | None]:
    """Return the practice's own texts, of which there is one at most."""
    return {"arrival": None, "cancelling": None, "closing": closing}


def text_of(email: EmailMessage) -> str:
    """Return its plain text."""
    part = email.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


async def test_a_decline_that_staff_wrote_arrives_once(
    system: System, free_hours: FreeHours
) -> None:
    """Only where the practice turned it on; staff see that it was sent."""
    request_id = await system.ask("chloe", free_hours.take())
    wanted = {"reason": "Full until June.", "message": "I have no room that week.\nCall me?"}
    refused = await system.decide(request_id, "decline", wanted)
    assert refused.status_code == 409, refused.text
    await edit_practice(system, decline_messages=True, texts=texts("Warmly, Harbor Street"))
    try:
        for _ in range(2):
            answer = await system.decide(request_id, "decline", wanted)
            assert answer.status_code == 200, answer.text
        await wait_until_sent(system, f"/v1/appointment-requests/{request_id}")
    finally:
        await edit_practice(system, decline_messages=False, texts=texts(None))
    email = await system.email("chloe", request_id)
    assert "I have no room that week.\nCall me?" in text_of(email)
    assert "Warmly, Harbor Street" in text_of(email)
    assert "Full until June." not in email.as_string()


async def test_an_invitation_arrives_in_the_clients_language(system: System) -> None:
    """With the portal's address; the record says that it was sent, and that they were here."""
    wesley = CLIENTS["wesley"]
    path = f"/v1/clients/{wesley.id}"
    priya = system.headers("priya")
    read = await system.scheduler.get(path, headers=priya)
    record = {
        name: read.json()[name]
        for name in ("name", "email", "phone", "birth_date", "assigned_staff_ids", "time_zone")
    }
    edited = await system.scheduler.put(
        path,
        json={**record, "language": "de"},
        headers={**priya, "If-Match": read.headers["ETag"]},
    )
    assert edited.status_code == 200, edited.text
    turned_away = await system.intake.get("/v1/appointments", headers=system.headers("wesley"))
    assert turned_away.status_code == 403, turned_away.text

    invited = await system.scheduler.post(f"{path}/invite", headers=priya)
    assert invited.status_code == 200, invited.text

    async def sent() -> bool:
        told = (await system.scheduler.get(path, headers=priya)).json()
        return bool(told["invitation"]["email"]["status"] == "sent")

    await eventually(sent, "the invitation was sent")
    (email,) = system.mailbox.messages_to(wesley.email)
    assert "Guten Tag" in text_of(email)
    assert "/portal/harbor-street" in text_of(email)
    let_in = await system.intake.get("/v1/appointments", headers=system.headers("wesley"))
    assert let_in.status_code == 200, let_in.text
    assert (await system.scheduler.get(path, headers=priya)).json()["portal_access"] == "active"
