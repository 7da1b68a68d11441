"""A calendar that subscribes: the running scheduler, and an address that must not get about."""

from typing import Any

import httpx
from icalendar import Calendar

from demo_practice.people import DANA
from tests.harness.polling import eventually
from tests.harness.staff_api import path_of
from tests.harness.system import FreeHours, System

PATH = f"/v1/staff/{DANA.id}/calendar-feed"


async def share(system: System, person: str = "dana") -> str:
    """Share Dana's calendar; return where it is read."""
    answer = await system.scheduler.post(PATH, headers=system.headers(person))
    assert answer.status_code == 201, answer.text
    url = answer.json()["url"]
    assert url.startswith(f"{system.stack.url('scheduler')}/calendars/")
    return path_of(url)


def uids(answer: httpx.Response) -> set[str]:
    """Return the ids of the events that a calendar reads."""
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    events: list[Any] = list(Calendar.from_ical(answer.content).walk("VEVENT"))
    return {str(event["UID"]) for event in events}


async def test_a_calendar_follows_what_staff_decide(system: System, free_hours: FreeHours) -> None:
    """Nothing of what waits; what is booked as soon as it is; nothing of what is cancelled."""
    path = await share(system)
    start = free_hours.take()
    request = await system.ask("amara", start)
    before = await system.scheduler.get(path)

    booked = (await system.decide(request, "approve")).json()["appointment"]
    after = await system.scheduler.get(path, headers={"If-None-Match": before.headers["ETag"]})
    again = await system.scheduler.get(path, headers={"If-None-Match": after.headers["ETag"]})

    assert uids(after) - uids(before) == {f"{booked['id']}@openchair"}
    assert (again.status_code, again.content) == (304, b"")
    cancelled = await system.scheduler.post(
        f"/v1/appointments/{booked['id']}/cancel", headers=system.headers("dana")
    )
    assert cancelled.status_code == 200
    last = await system.scheduler.get(path, headers={"If-None-Match": after.headers["ETag"]})
    assert uids(last) == uids(before)
    for name in ("Amara", "Okafor", "Benjamin", "Walsh", "+1 212"):
        assert name not in last.text


async def test_the_address_gets_into_no_log_and_no_figure(system: System) -> None:
    """Neither while it leads somewhere nor afterwards; the route is named by its template."""
    path = await share(system, "priya")
    secret = path.removeprefix("/calendars/").removesuffix(".ics")
    assert (await system.scheduler.get(path)).status_code == 200
    assert (await system.scheduler.head(path)).content == b""
    assert (await system.scheduler.get(f"/calendars/{secret}")).status_code == 404
    ended = await system.scheduler.delete(PATH, headers=system.headers("dana"))
    assert ended.status_code == 204
    assert (await system.scheduler.get(path)).status_code == 404

    async def logged() -> bool:
        return '"route": "/calendars/{token}.ics", "status": 404' in system.log_text()

    await eventually(logged, "the last reading is in the log")
    metrics = (await system.scheduler.get("/metrics")).text
    assert 'route="/calendars/{token}.ics",status="200"' in metrics
    for kept in (system.log_text(), metrics):
        assert secret not in kept
        assert secret[:12] not in kept
