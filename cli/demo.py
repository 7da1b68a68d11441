"""Drive the main job once through the running parts, as a client and a clinician would.

One request approved with a change, one declined, one approved by a double click, one that clashes.
Every step says what came back; the last line is `demo: OK` only if all of it was right.
"""

import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from http import HTTPStatus
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx

from cli.mailboxes import Mailbox
from demo_practice.calendar import SERVICES
from demo_practice.people import CLIENTS, DANA, PRACTICE

_PATIENCE_SECONDS: Final = 30.0
_ZONE: Final = ZoneInfo(PRACTICE.time_zone)


class DemoFailed(Exception):
    """Something was not as it must be."""


@dataclass(frozen=True, slots=True)
class _Parts:
    intake: httpx.Client
    scheduler: httpx.Client
    mailbox: Mailbox
    token_for: Callable[[str], str]

    def as_person(self, key: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token_for(key)}"}


def run_demo(
    intake_url: str, scheduler_url: str, mailbox: Mailbox, token_for: Callable[[str], str]
) -> int:
    """Run it; 0 only if all was right."""
    with (
        httpx.Client(base_url=intake_url, timeout=10) as intake,
        httpx.Client(base_url=scheduler_url, timeout=15) as scheduler,
    ):
        parts = _Parts(intake, scheduler, mailbox, token_for)
        try:
            _drive(parts)
        except (DemoFailed, httpx.HTTPError) as error:
            _say(f"demo: FAILED: {error or type(error).__name__}")
            return 1
    _say("demo: OK")
    return 0


def _drive(parts: _Parts) -> None:
    start = _free_hour(parts)
    _say(f"The times below are in {PRACTICE.time_zone}; Dana's free hour is {_local(start)}.\n")
    _approve_with_a_change(parts, start)
    declined = _decline(parts, start + timedelta(hours=2))
    _double_click(parts, start + timedelta(hours=3))
    _clash(parts, start + timedelta(hours=3))
    # All e-mails after the decline have arrived by now: one for it would have, too.
    late = [mail for mail in _mails(parts, "benjamin") if declined in str(mail["Message-ID"])]
    _check(not late, "the declined client got no e-mail")


def _approve_with_a_change(parts: _Parts, start: datetime) -> None:
    _say("1. Amara asks for an appointment; Dana approves it an hour later than asked.")
    request = _ask(parts, "amara", start)
    booked = start + timedelta(hours=1)
    answer = _post(parts, request, "approve", {"start": booked.isoformat()})
    _check(answer.status_code == HTTPStatus.OK, f"approved: {_brief(answer)}")
    mail = _wait_for_mail(parts, "amara", request)
    text = _text(mail)
    _show(mail)
    changed = f"you asked for {_spoken(start)}; we booked {_spoken(booked)}"
    _check(changed in " ".join(text.split()), "the e-mail says what was changed")
    _check("90834" not in text, "the e-mail holds no service code")


def _decline(parts: _Parts, start: datetime) -> str:
    _say("2. Benjamin asks; Dana declines.")
    request = _ask(parts, "benjamin", start)
    answer = _post(parts, request, "decline", {"reason": "On leave that week."})
    _check(answer.status_code == HTTPStatus.OK, f"declined: {_brief(answer)}")
    return request


def _double_click(parts: _Parts, start: datetime) -> None:
    _say("3. Chloé asks; Dana clicks twice on approve.")
    request = _ask(parts, "chloe", start)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: _post(parts, request, "approve", {}), range(2)))
    for answer in answers:
        _check(answer.status_code == HTTPStatus.OK, f"answered: {_brief(answer)}")
    appointments = {answer.json()["appointment"]["id"] for answer in answers}
    repeated = sorted(answer.json()["repeated"] for answer in answers)
    _check(len(appointments) == 1, "both answers name one appointment")
    _check(repeated == [False, True], "one of them says that it was decided already")
    _show(_wait_for_mail(parts, "chloe", request))


def _clash(parts: _Parts, taken: datetime) -> None:
    _say("4. Darius asks for the hour that Chloé has now; Dana approves it, and then otherwise.")
    request = _ask(parts, "darius", taken)
    answer = _post(parts, request, "approve", {})
    problem = answer.json()
    _check(
        answer.status_code == HTTPStatus.CONFLICT and problem["type"].endswith(":slot-taken"),
        f"refused: {_brief(answer)}",
    )
    _check(
        [clash["client_name"] for clash in problem["clashes"]] == ["Chloé Lambert"],
        "the refusal names what it clashes with",
    )
    later = taken + timedelta(hours=1)
    answer = _post(parts, request, "approve", {"start": later.isoformat()})
    _check(answer.status_code == HTTPStatus.OK, f"approved an hour later: {_brief(answer)}")
    _show(_wait_for_mail(parts, "darius", request))
    for client in ("amara", "chloe", "darius"):
        ids = [str(mail["Message-ID"]) for mail in _mails(parts, client)]
        _check(len(ids) == len(set(ids)), f"{client} got each e-mail once")


def _ask(parts: _Parts, client: str, start: datetime) -> str:
    answer = parts.intake.post(
        "/v1/appointment-requests",
        json={
            "type": "new",
            "service_id": str(SERVICES["session"].id),
            "clinician_id": str(DANA.id),
            "start": start.isoformat(),
        },
        headers=parts.as_person(client),
    )
    _check(
        answer.status_code == HTTPStatus.ACCEPTED,
        f"{client} asks for {_local(start)}: {answer.status_code}, "
        f"{answer.headers.get('Location', answer.text)}",
    )
    request: str = answer.json()["id"]
    path, headers = f"/v1/appointment-requests/{request}", parts.as_person("dana")
    _wait_until(
        lambda: parts.scheduler.get(path, headers=headers).is_success,
        "the request appears for staff",
    )
    return request


def _post(parts: _Parts, request: str, verb: str, body: dict[str, str]) -> httpx.Response:
    return parts.scheduler.post(
        f"/v1/appointment-requests/{request}/{verb}", json=body, headers=parts.as_person("dana")
    )


def _free_hour(parts: _Parts) -> datetime:
    """Return the first of four hours in a row that the portal shows as open, some weeks ahead."""
    answer = parts.scheduler.get("/health/ready")
    _check(answer.status_code == HTTPStatus.OK, f"the scheduler is ready: {answer.status_code}")
    now = datetime.now(UTC)
    answer = parts.intake.get(
        f"/v1/practices/{PRACTICE.slug}/availability",
        params={
            "service_id": str(SERVICES["session"].id),
            "clinician_id": str(DANA.id),
            "from": (now + timedelta(days=25)).isoformat(),
            "until": (now + timedelta(days=85)).isoformat(),
        },
        headers=parts.as_person("amara"),
    )
    _check(answer.status_code == HTTPStatus.OK, f"Amara sees open times: {answer.status_code}")
    starts = {datetime.fromisoformat(slot["start"]) for slot in answer.json()["slots"]}
    free = [
        start
        for start in sorted(starts)
        if all(start + timedelta(hours=hours) in starts for hours in range(4))
    ]
    _check(bool(free), "four of them follow each other")
    return random.choice(free)  # noqa: S311  earlier demos have used others


def _mails(parts: _Parts, client: str) -> list[EmailMessage]:
    return parts.mailbox.messages_to(CLIENTS[client].email)


def _wait_for_mail(parts: _Parts, client: str, request: str) -> EmailMessage:
    found: list[EmailMessage] = []

    def arrived() -> bool:
        found[:] = [mail for mail in _mails(parts, client) if request in str(mail["Message-ID"])]
        return bool(found)

    _wait_until(arrived, f"an e-mail arrives for {client}")
    _check(len(found) == 1, f"number of e-mails about it: {len(found)}")
    return found[0]


def _wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise DemoFailed(f"waited {_PATIENCE_SECONDS:.0f} s in vain: {what}")
        time.sleep(0.05)
    _say(f"   ok: {what}")


def _check(holds: bool, what: str) -> None:
    if not holds:
        raise DemoFailed(what)
    _say(f"   ok: {what}")


def _brief(answer: httpx.Response) -> str:
    body: dict[str, Any] = answer.json()
    if "type" in body:
        return f"{answer.status_code} {body['type']}"
    decision = body["request"]["decision"]
    return f"{answer.status_code} {decision['status']} by {decision['by']}"


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return part.get_content() if part is not None else ""


def _show(mail: EmailMessage) -> None:
    _say(f"     To: {mail['To']}\n     Subject: {mail['Subject']}")
    for line in _text(mail).strip().splitlines():
        _say(f"     | {line}")
    _say("")


def _local(instant: datetime) -> str:
    return instant.astimezone(_ZONE).strftime("%a %d %b %Y %H:%M")


def _spoken(instant: datetime) -> str:
    local = instant.astimezone(_ZONE)
    clock = local.strftime("%I:%M %p").lstrip("0")
    return f"{local:%A, %B} {local.day}, {local.year} at {clock}"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
