"""Staff see what became of each e-mail; what they change directly is e-mailed, too."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from demo_practice.calendar import SERVICES
from demo_practice.people import CLIENTS, DANA
from tests.harness.polling import eventually
from tests.harness.system import FreeHours, System


async def wait_until_sent(system: System, path: str) -> dict[str, Any]:
    """Wait until a request or an appointment says that its e-mail was sent; return it."""

    async def sent() -> dict[str, Any] | None:
        answer = await system.scheduler.get(path, headers=system.headers("dana"))
        found: dict[str, Any] = answer.raise_for_status().json()
        email = found.get("request", found)["email"]
        return found if email["status"] == "sent" else None

    found = await eventually(sent, "the e-mail is known to be sent")
    assert found is not None
    return found


async def test_staff_see_that_the_client_was_emailed(system: System, free_hours: FreeHours) -> None:
    """On the request and on the appointment, with the time, and in the history."""
    request = await system.ask("amara", free_hours.take())
    decided = (await system.decide(request, "approve")).json()
    path = f"/v1/appointment-requests/{request}"

    await wait_until_sent(system, path)

    appointment = await wait_until_sent(system, f"/v1/appointments/{decided['appointment']['id']}")
    assert appointment["email"]["at"] >= decided["request"]["decision"]["at"]
    assert appointment["version"] == decided["appointment"]["version"]
    history = await system.scheduler.get(f"{path}/history", headers=system.headers("dana"))
    steps = [(entry["action"], entry["by"]) for entry in history.json()["items"]]
    assert steps[1:] == [("approved", "Dana Reyes"), ("email-sent", "the notifier")]


async def test_what_staff_change_directly_is_emailed(system: System, free_hours: FreeHours) -> None:
    """Booked, moved and cancelled: three e-mails, each told of before the next change."""
    start = free_hours.take()
    body = {
        "client_id": str(CLIENTS["amara"].id),
        "clinician_id": str(DANA.id),
        "service_id": str(SERVICES["session"].id),
        "start": start.isoformat(),
    }
    dana = system.headers("dana")
    booked = await system.scheduler.post("/v1/appointments", json=body, headers=dana)
    assert booked.status_code == 201, booked.text
    identifier = UUID(booked.json()["appointment"]["id"])
    path = f"/v1/appointments/{identifier}"
    await wait_until_sent(system, path)
    later = {"start": (start + timedelta(minutes=30)).isoformat()}
    moved = await system.scheduler.post(f"{path}/move", json=later, headers=dana)
    assert moved.status_code == 200, moved.text
    await wait_until_sent(system, path)
    cancelled = await system.scheduler.post(f"{path}/cancel", headers=dana)
    assert cancelled.status_code == 200, cancelled.text
    await wait_until_sent(system, path)

    subjects = {
        str(mail["Message-ID"]): mail["Subject"] for mail in system.emails("amara", identifier)
    }
    domain = next(iter(subjects)).rpartition("@")[2]
    assert subjects == {
        f"<{identifier}.{sequence}.changed@{domain}": f"Appointment {what}: Harbor Street Practice"
        for sequence, what in enumerate(("confirmed", "moved", "cancelled"))
    }


async def test_staff_send_an_email_again(system: System, free_hours: FreeHours) -> None:
    """They say the same, each under an id of its own; one that waits is not sent twice."""
    request = await system.ask("amara", free_hours.take())
    decided = (await system.decide(request, "approve")).json()
    path = f"/v1/appointments/{decided['appointment']['id']}"
    first = await wait_until_sent(system, path)
    dana = system.headers("dana")

    clicks = [await system.scheduler.post(f"{path}/resend-email", headers=dana) for _ in range(2)]

    assert clicks[0].status_code == 200, clicks[0].text
    assert clicks[0].json()["version"] == first["version"]
    assert clicks[1].status_code in {200, 409}  # on its way, or sent already

    async def all_sent() -> bool:
        again = await wait_until_sent(system, path)
        sent = len(system.emails("amara", request))
        return again["email"]["at"] > first["email"]["at"] and sent == expected

    expected = 1 + sum(click.status_code == 200 for click in clicks)
    await eventually(all_sent, "each delivery is there, once")
    mails = system.emails("amara", request)
    assert len({str(mail["Message-ID"]) for mail in mails}) == expected
    assert len({str(mail["Subject"]) for mail in mails}) == 1
