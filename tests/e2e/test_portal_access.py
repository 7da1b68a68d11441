"""A client who was never invited, is, and is not any more, at the portal's own door."""

from datetime import timedelta

import httpx

from demo_practice.people import CLIENTS
from tests.harness.polling import eventually
from tests.harness.system import FreeHours, System

CLIENT = "paulo"
RECORD = f"/v1/clients/{CLIENTS[CLIENT].id}"


async def read(system: System) -> httpx.Response:
    """Read the client's own appointments at the portal."""
    return await system.intake.get("/v1/appointments", headers=system.headers(CLIENT))


def code(answer: httpx.Response) -> tuple[int, str]:
    """Return the status and the end of a problem's type."""
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def test_from_no_access_to_the_portal_and_back(system: System, free_hours: FreeHours) -> None:
    """Reads and requests are refused without access; an invitation opens the portal."""
    priya, start = system.headers("priya"), free_hours.take()
    turned_away = (403, "portal-access-withdrawn")
    assert code(await read(system)) == turned_away
    assert code(await system.submit(CLIENT, start)) == turned_away

    invited = await system.scheduler.post(f"{RECORD}/invite", headers=priya)

    assert (invited.status_code, invited.json()["portal_access"]) == (200, "invited")
    assert (await read(system)).status_code == 200
    request = await system.ask(CLIENT, start)
    told = (await system.scheduler.get(RECORD, headers=priya)).json()
    assert told["portal_access"] == "active"
    withdrawn = await system.scheduler.delete(f"{RECORD}/portal-access", headers=priya)
    assert withdrawn.json()["portal_access"] == "none"

    async def is_refused() -> bool:
        return (await read(system)).status_code == 403

    await eventually(is_refused, "what was read before is not told any more")
    assert code(await read(system)) == turned_away
    later = start + timedelta(days=1)
    assert code(await system.submit(CLIENT, later)) == turned_away
    flags = (await system.review(request)).json()["flags"]
    assert "client-without-portal-access" not in flags
