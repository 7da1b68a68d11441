"""The main job, over HTTP and SMTP, through three processes and real servers."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from demo_practice.calendar import SERVICES
from demo_practice.people import CLIENTS, DANA, MARCUS
from tests.harness.polling import eventually
from tests.harness.system import FreeHours, System


async def test_an_approved_client_gets_an_email_that_says_what_was_changed(
    system: System, free_hours: FreeHours
) -> None:
    """Amara asks, Dana books an hour later with an alert; the e-mail tells the change alone."""
    asked = free_hours.take()
    booked = asked + timedelta(hours=1)
    request = await system.ask("amara", asked, note="My knee hurts.")

    answer = await system.decide(
        request, "approve", {"start": booked.isoformat(), "alert": "Bring the form."}
    )

    assert answer.status_code == 200
    body = answer.json()
    assert body["appointment"]["start"] == booked.isoformat().replace("+00:00", "Z")
    assert body["appointment"]["alert"] == "Bring the form."
    assert body["request"]["start"] == asked.isoformat().replace("+00:00", "Z")
    mail = await system.email("amara", request)
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert mail["To"] == "Amara Okafor <amara.okafor@example.org>"
    assert mail["Subject"] == "Appointment confirmed: Harbor Street Practice"
    for part in (text, html):
        assert "you asked for" in part
        assert "Dana Reyes" in part
        for private in ("Bring the form", "knee", "90834"):
            assert private not in part


async def test_a_declined_client_gets_no_email(system: System, free_hours: FreeHours) -> None:
    """An e-mail approved after the decline arrives; none ever arrives for the decline."""
    declined = await system.ask("benjamin", free_hours.take())
    approved = await system.ask("benjamin", free_hours.take())

    assert (await system.decide(declined, "decline", {"reason": "On leave."})).status_code == 200
    assert (await system.decide(approved, "approve")).status_code == 200

    await system.email("benjamin", approved)
    assert system.emails("benjamin", declined) == []


async def test_many_clicks_make_one_appointment_and_one_email(
    system: System, free_hours: FreeHours
) -> None:
    """Eight identical approvals at once: all answer the one decision, one of them took it."""
    request = await system.ask("chloe", free_hours.take())

    answers = await asyncio.gather(*(system.decide(request, "approve") for _ in range(8)))

    assert [answer.status_code for answer in answers] == [200] * 8
    assert len({answer.json()["appointment"]["id"] for answer in answers}) == 1
    assert [answer.json()["repeated"] for answer in answers].count(False) == 1
    await system.email("chloe", request)
    barrier = await system.ask("chloe", free_hours.take())
    await system.decide(barrier, "approve")
    await system.email("chloe", barrier)
    assert len(system.emails("chloe", request)) == 1


async def test_a_clash_is_refused_with_what_it_clashes_with(
    system: System, free_hours: FreeHours
) -> None:
    """Half an overlap is enough; afterwards another time is booked."""
    start = free_hours.take()
    first = await system.ask("amara", start)
    second = await system.ask("darius", start + timedelta(minutes=30))
    assert (await system.decide(first, "approve")).status_code == 200

    refused = await system.decide(second, "approve")

    problem = refused.json()
    assert refused.status_code == 409
    assert problem["type"] == "urn:openchair:problem:slot-taken"
    assert [clash["client_name"] for clash in problem["clashes"]] == ["Amara Okafor"]
    later = start + timedelta(minutes=45)
    assert (await system.decide(second, "approve", {"start": later.isoformat()})).is_success


async def test_each_refusal_has_a_problem_type_of_its_own(
    system: System, free_hours: FreeHours
) -> None:
    """A second decision, an unknown id, a stale version, an unknown clinician."""
    request = await system.ask("amara", free_hours.take())
    stale = await system.decide(request, "approve", if_match='"7"')
    assert (stale.status_code, stale.json()["type"][-13:]) == (412, "stale-version")
    unknown = await system.decide(uuid4(), "approve")
    assert (unknown.status_code, unknown.json()["type"][-17:]) == (404, "request-not-found")
    nobody = await system.decide(request, "approve", {"clinician_id": str(uuid4())})
    assert (nobody.status_code, nobody.json()["type"][-17:]) == (409, "clinician-unknown")

    current = (await system.review(request)).headers["ETag"]
    assert (await system.decide(request, "decline", if_match=current)).status_code == 200
    second = await system.decide(request, "approve", if_match=current)

    assert (second.status_code, second.json()["type"][-15:]) == (409, "already-decided")
    assert second.json()["decision"]["status"] == "declined"
    assert second.json()["decision"]["by"] == "Dana Reyes"


async def test_a_waiting_reschedule_moves_and_a_waiting_cancellation_cancels(
    system: System,
) -> None:
    """The demo practice's own: the client hears of the new time, and of the cancellation."""
    waiting = {
        (item["type"], item["client"]["name"]): item
        for item in await system.pending()
        if item["type"] != "new"
    }
    move = waiting["reschedule", "Liam O'Connell"]
    cancel = waiting["cancellation", "Hannah Lindgren"]

    moved = await system.decide(UUID(move["id"]), "approve", person="marcus")
    cancelled = await system.decide(UUID(cancel["id"]), "approve", person="priya")

    assert moved.json()["appointment"]["id"] == move["original"]["appointment_id"]
    assert moved.json()["appointment"]["sequence"] == 1
    assert moved.json()["appointment"]["start"] == move["start"]
    assert cancelled.json()["appointment"]["status"] == "cancelled"
    mail = await system.email("liam", UUID(move["id"]))
    assert mail["Subject"] == "Appointment moved: Harbor Street Practice"
    mail = await system.email("hannah", UUID(cancel["id"]))
    assert mail["Subject"] == "Appointment cancelled: Harbor Street Practice"


async def test_a_new_client_becomes_a_client_of_the_clinician_who_sees_them(
    system: System, free_hours: FreeHours
) -> None:
    """The portal asks for somebody without a record; approval makes the record."""
    who = {
        "name": "Wren Abernathy",
        "birth_date": "1991-05-06",
        "email": "wren.abernathy@example.org",
        "phone": "+1 212 555 0199",
    }
    start = free_hours.take()
    answer = await system.submit(
        "portal", start, prospective_client=who, service_id=str(SERVICES["intake"].id)
    )
    assert answer.status_code == 202, answer.text
    request = UUID(answer.json()["id"])

    async def seen_by_dana() -> bool:
        return (await system.review(request, "dana")).status_code == 200

    await eventually(seen_by_dana, "the clinician asked for sees the request")
    assert (await system.review(request, "marcus")).status_code == 404
    decided = await system.decide(request, "approve")

    assert decided.json()["request"]["client"]["client_id"] is not None

    async def arrived() -> bool:
        return bool(system.mailbox.messages_to("wren.abernathy@example.org"))

    await eventually(arrived, "the new client is e-mailed")


async def test_a_retry_with_the_same_key_is_the_same_request(
    system: System, free_hours: FreeHours
) -> None:
    """Same key, same id; the same key for something else is refused."""
    start = free_hours.take()
    first = await system.submit("amara", start, key="key-of-amara")
    again = await system.submit("amara", start, key="key-of-amara")
    other = await system.submit("amara", start + timedelta(hours=1), key="key-of-amara")
    elsewhere = await system.submit("darius", start, key="key-of-amara")

    assert first.status_code == again.status_code == 202
    assert first.json()["id"] == again.json()["id"]
    assert first.headers["Location"] == f"/v1/appointment-requests/{first.json()['id']}"
    assert (other.status_code, other.json()["type"][-22:]) == (409, "idempotency-key-reused")
    assert elsewhere.json()["id"] != first.json()["id"]


async def test_who_may_see_a_request_is_decided_in_the_query(
    system: System, free_hours: FreeHours
) -> None:
    """Dana's client: Dana and the scheduler see it; Marcus and the other practice do not."""
    request = await system.ask("amara", free_hours.take())

    seen = {person: (await system.review(request, person)).status_code for person in _EVERYBODY}

    assert seen == _EVERYBODY
    for person in ("marcus", "ines", "olga"):
        assert (await system.decide(request, "approve", person=person)).status_code == 404
        listed = await system.scheduler.get(
            "/v1/appointment-requests", headers=system.headers(person), params={"limit": 200}
        )
        assert str(request) not in listed.text


_EVERYBODY = {"dana": 200, "priya": 200, "marcus": 404, "ines": 404, "olga": 404, "amara": 403}


async def test_the_list_is_paged_without_gaps_or_repeats(system: System) -> None:
    """Small pages together are what large ones are, in order of the time asked for."""
    by_small_pages = await system.pending(limit=7)
    by_large_pages = await system.pending(limit=200)

    ids = [item["id"] for item in by_small_pages]
    times = [item["start"] or item["original"]["start"] for item in by_small_pages]
    assert ids == [item["id"] for item in by_large_pages]
    assert len(ids) == len(set(ids)) >= 8
    assert times == sorted(times)


async def test_one_correlation_id_goes_through_all_three_services(
    system: System, free_hours: FreeHours
) -> None:
    """The portal's id is in the logs of intake, scheduler and notifier."""
    answer = await system.intake.post(
        "/v1/appointment-requests",
        json={
            "service_id": str(SERVICES["session"].id),
            "clinician_id": str(DANA.id),
            "start": free_hours.take().isoformat(),
        },
        headers=system.headers("amara", **{"X-Correlation-ID": "trace-me-through"}),
    )
    request = UUID(answer.json()["id"])

    async def seen() -> bool:
        return (await system.review(request)).status_code == 200

    await eventually(seen, "the request appears")
    await system.decide(request, "approve")
    await system.email("amara", request)

    async def services() -> bool:
        lines = [json.loads(line) for line in system.log_text().splitlines()]
        told = {line["service"] for line in lines if line.get("correlation_id") == _TRACE}
        return told == {"request_intake", "scheduler", "notifier"}

    await eventually(services, "all three services have logged it")


_TRACE = "trace-me-through"


async def test_the_logs_of_a_whole_run_name_nobody(system: System, free_hours: FreeHours) -> None:
    """Every line is JSON, and holds no name, address, number or note of any demo client."""
    request = await system.ask("chloe", free_hours.take(), note="Sleepless since Thursday.")
    await system.decide(request, "approve", {"alert": "Allergic to cats."})
    await system.email("chloe", request)

    text = system.log_text()

    assert len([json.loads(line) for line in text.splitlines()]) > 20
    private = ["Sleepless", "Allergic", MARCUS.name, DANA.name]
    for client in CLIENTS.values():
        private += [client.name, client.email, client.phone, client.name.split()[1]]
    assert [word for word in private if word in text] == []
    # By itself: ids and times may hold the same digits.
    assert re.findall(r"(?<![0-9a-f.-])90834(?![0-9a-f-])", text) == []


async def test_a_start_in_the_past_cannot_be_approved(
    system: System, free_hours: FreeHours
) -> None:
    """Staff who pick a time that is over are told to choose another."""
    request = await system.ask("amara", free_hours.take())
    over = (datetime.now(UTC) - timedelta(days=1)).replace(second=0, microsecond=0)

    refused = await system.decide(request, "approve", {"start": over.isoformat()})

    assert (refused.status_code, refused.json()["type"][-13:]) == (409, "start-in-past")
    assert (await system.review(request)).json()["status"] == "pending"
