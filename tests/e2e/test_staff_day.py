"""A day of staff over HTTP: calendar, To-Do, preview, booking, moving, cancelling, history."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from demo_practice.calendar import SERVICES
from demo_practice.people import CLIENTS, DANA, MARCUS
from tests.harness.system import FreeHours, System, new_key

BOOKINGS = "/v1/appointments"
REQUESTS = "/v1/appointment-requests"


def wire(instant: datetime) -> str:
    """Return an instant as the API writes it."""
    return instant.isoformat().replace("+00:00", "Z")


async def call(
    system: System,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    *,
    person: str = "dana",
    params: dict[str, Any] | None = None,
    **headers: str,
) -> httpx.Response:
    """Call the scheduler as a member of staff."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return await system.scheduler.request(
        method, path, json=body, params=params, headers=system.headers(person, **more)
    )


async def book(system: System, start: datetime, **more: Any) -> httpx.Response:
    """Book Amara with Dana."""
    headers = {"Idempotency_Key": more.pop("key")} if "key" in more else {}
    body = {
        "client_id": str(CLIENTS["amara"].id),
        "clinician_id": str(DANA.id),
        "service_id": str(SERVICES["session"].id),
        "start": start.isoformat(),
        **more,
    }
    return await call(system, "POST", BOOKINGS, body, **headers)


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Return what an answer refuses with."""
    return answer.status_code, str(answer.json()["type"]).rpartition(":")[2]


async def test_a_booking_is_made_moved_and_cancelled(system: System, free_hours: FreeHours) -> None:
    """Each answers the appointment with its new ETag; its history tells all three."""
    start, later = free_hours.take(), free_hours.take()

    booked = await book(system, start, key=new_key(), alert="Form.")
    assert booked.status_code == 201, booked.text
    one = booked.json()["appointment"]
    path = f"{BOOKINGS}/{one['id']}"
    assert booked.headers["Location"] == path
    assert (booked.headers["ETag"], one["start"], one["alert"]) == ('"1"', wire(start), "Form.")
    assert one["email"]["status"] == "waiting"
    read = await call(system, "GET", path)
    assert (read.headers["ETag"], read.json()["id"]) == ('"1"', one["id"])

    body = {"start": later.isoformat()}
    moved = await call(system, "POST", f"{path}/move", body, If_Match='"1"')
    assert moved.status_code == 200, moved.text
    assert (moved.headers["ETag"], moved.json()["appointment"]["sequence"]) == ('"2"', 1)
    again = await call(system, "POST", f"{path}/move", body, If_Match='"1"')
    assert again.json()["repeated"] is True
    stale = await call(system, "POST", f"{path}/cancel", If_Match='"1"')
    assert problem(stale) == (412, "stale-version")
    gone = await call(system, "POST", f"{path}/cancel", If_Match='"2"')
    assert gone.json()["appointment"]["status"] == "cancelled"
    assert problem(await call(system, "POST", f"{path}/move", body)) == (
        409,
        "appointment-cancelled",
    )

    told = (await call(system, "GET", f"{path}/history")).json()["items"]
    history = [entry for entry in told if entry["by"] != "the notifier"]
    assert [(entry["action"], entry["by"]) for entry in history] == [
        ("booked", "Dana Reyes"),
        ("moved", "Dana Reyes"),
        ("cancelled", "Dana Reyes"),
    ]
    assert history[1]["before"]["appointment"]["start"] == wire(start)
    assert history[1]["after"]["appointment"]["start"] == wire(later)
    hidden = [await call(system, "GET", f"{path}{end}", person="ines") for end in ("", "/history")]
    assert [problem(answer) for answer in hidden] == [(404, "appointment-not-found")] * 2


async def test_a_key_books_once_over_http(system: System, free_hours: FreeHours) -> None:
    """201 the first time, 200 with the same appointment after."""
    start, key = free_hours.take(), new_key()
    first, second = await book(system, start, key=key), await book(system, start, key=key)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["appointment"]["id"] == second.json()["appointment"]["id"]
    assert problem(await book(system, start)) == (409, "slot-taken")
    allowed = await book(system, start, allow_overlap=True)
    assert allowed.status_code == 201


async def test_the_calendar_shows_what_is_booked_and_what_waits(
    system: System, free_hours: FreeHours
) -> None:
    """In a range, of a clinician; by pages in the list of appointments."""
    start = free_hours.take()
    appointment = (await book(system, start)).json()["appointment"]["id"]
    waiting = await system.ask("amara", start + timedelta(minutes=45))
    within = {"from": start.isoformat(), "until": (start + timedelta(hours=2)).isoformat()}

    for person, params, seen in (
        ("priya", within, True),
        ("dana", {**within, "clinician_id": str(DANA.id)}, True),
        ("dana", {**within, "clinician_id": str(MARCUS.id)}, False),
        ("ines", within, False),
    ):
        shown = (await call(system, "GET", "/v1/calendar", person=person, params=params)).json()
        assert ([one["id"] for one in shown["appointments"]] == [appointment]) is seen, person
        assert ([one["id"] for one in shown["requests"]] == [str(waiting)]) is seen
        assert shown["is_cut"] is False
    listed = await call(system, "GET", BOOKINGS, params=within)
    assert [one["id"] for one in listed.json()["items"]] == [appointment]
    first = (await call(system, "GET", BOOKINGS, params={"limit": 2})).json()
    then = await call(
        system, "GET", BOOKINGS, params={"limit": 200, "cursor": first["next_cursor"]}
    )
    whole = (await call(system, "GET", BOOKINGS, params={"limit": 200})).json()["items"]
    together = first["items"] + then.json()["items"]
    assert [one["id"] for one in together[: len(whole)]] == [one["id"] for one in whole]


async def test_ranges_and_cursors_of_nonsense_are_problems(system: System) -> None:
    """Each by its own name, and no list of something else."""
    noon = "2027-03-01T12:00:00Z"
    cases: list[tuple[str, dict[str, str], tuple[int, str]]] = [
        ("/v1/calendar", {}, (422, "invalid-input")),
        ("/v1/calendar", {"from": noon}, (422, "invalid-input")),
        ("/v1/calendar", {"from": noon, "until": noon}, (400, "range-empty")),
        (
            "/v1/calendar",
            {"from": noon, "until": "2027-06-10T12:00:00Z"},
            (400, "range-too-long"),
        ),
        (BOOKINGS, {"from": noon}, (400, "half-a-range")),
        (BOOKINGS, {"until": noon}, (400, "half-a-range")),
        (BOOKINGS, {"from": noon, "until": "2026-03-01T12:00:00Z"}, (400, "range-empty")),
        (BOOKINGS, {"cursor": "x"}, (400, "unknown-cursor")),
        (BOOKINGS, {"limit": "201"}, (422, "invalid-input")),
        (REQUESTS, {"sort": "age"}, (422, "invalid-input")),
    ]
    for path, params, expected in cases:
        assert problem(await call(system, "GET", path, params=params)) == expected, (path, params)
    page = (await call(system, "GET", REQUESTS, params={"limit": 1}, person="priya")).json()
    other = {"cursor": page["next_cursor"], "sort": "-requested"}
    answer = await call(system, "GET", REQUESTS, params=other, person="priya")
    assert problem(answer) == (400, "unknown-cursor")
    assert page["total"]["count"] > 1


async def test_a_request_is_reviewed_previewed_declined_and_followed_up(
    system: System, free_hours: FreeHours
) -> None:
    """What would clash is seen before; who was declined is on the To-Do until ticked off."""
    start = free_hours.take()
    taken = (await book(system, start)).json()["appointment"]["id"]
    request = await system.ask("amara", start, note="Mornings are best.")
    path = f"{REQUESTS}/{request}"

    review = (await call(system, "GET", path)).json()
    assert [clash["appointment_id"] for clash in review["preview"]["clashes"]] == [taken]
    assert taken in [one["id"] for one in review["other_appointments"]]
    assert [entry["action"] for entry in review["history"]] == ["submitted"]
    free = {"start": (start + timedelta(minutes=45)).isoformat()}
    preview = (await call(system, "POST", f"{path}/preview", free)).json()
    assert (preview["clashes"], preview["refusal"]) == ([], None)
    assert [change["field"] for change in preview["changes"]] == ["start"]
    assert problem(await call(system, "PUT", f"{path}/follow-up", {"done": True})) == (
        409,
        "nothing-to-follow-up",
    )

    assert (await system.decide(request, "decline", {"reason": "On leave."})).is_success
    waiting = await clients_to_contact(system)
    assert waiting[request]["phone"] == CLIENTS["amara"].phone
    ticked = await call(system, "PUT", f"{path}/follow-up", {"done": True})
    assert ticked.json()["follow_up"]["by"] == "Dana Reyes"
    assert ticked.headers["ETag"] == '"3"'
    assert request not in await clients_to_contact(system)

    history = (await call(system, "GET", f"{path}/history")).json()["items"]
    assert [entry["action"] for entry in history] == ["submitted", "declined", "client-told"]
    assert history[1]["after"]["reason"] == "On leave."


async def clients_to_contact(system: System) -> dict[UUID, dict[str, Any]]:
    """Return whom Dana is to contact, by request."""
    to_do = (await call(system, "GET", "/v1/to-do")).json()
    assert to_do["requests_to_confirm"]["total"]["count"] >= 0
    return {UUID(one["request"]["id"]): one["contact"] for one in to_do["clients_to_contact"]}
