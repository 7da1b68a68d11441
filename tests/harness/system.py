"""The whole system as a user meets it: three processes, real servers, a mail catcher."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx

from cli.mailboxes import MaildirMailbox
from demo_practice.calendar import SERVICES
from demo_practice.people import CLIENTS, DANA, PRACTICE, find_person
from deploy.local.process import ChildProcess
from deploy.local.run import prepare_databases
from deploy.local.stack import ANY_PORTS, MAIL_CATCHER, LocalStack
from services.scheduler.mongo.store import Store
from shared import mongo
from shared.auth.local_issuer import LocalIssuer
from tests.harness.polling import eventually
from tests.harness.servers import Servers

RETRY_DELAYS = "[1,2,2,3,5,5,5,5]"
_STOP_SECONDS = 30.0
_OFTEN = dict.fromkeys(
    (
        "READS_PER_MINUTE",
        "WRITES_PER_MINUTE",
        "CALLS_PER_MINUTE_OF_ADDRESS",
        "CALLS_PER_MINUTE_OF_PORTAL",
    ),
    "1000000",
)
"""Limits that no test reaches: all of them call from one address."""


class System:
    """Starts it, ends parts of it, and asks it things as demo people."""

    def __init__(self, directory: Path, servers: Servers) -> None:
        self.servers = servers
        self.stack = LocalStack(
            directory,
            rabbitmq=servers.rabbitmq,
            mongodb=servers.mongodb,
            ports=ANY_PORTS,
            extra={"RETRY_DELAYS_SECONDS": RETRY_DELAYS, **_OFTEN},
        )
        self.mailbox = MaildirMailbox(self.stack.maildir)
        self.processes = {
            process.name: ChildProcess(process.name, directory)
            for process in self.stack.processes()
        }
        self.logs = directory
        self.intake = httpx.AsyncClient(base_url=self.stack.url("request_intake"), timeout=15)
        self.scheduler = httpx.AsyncClient(base_url=self.stack.url("scheduler"), timeout=30)

    async def start(self) -> None:
        """Start everything and load the demo practice."""
        LocalIssuer.create_key(self.stack.key_file)
        await prepare_databases(self.servers.mongodb.url)
        await self._let_clients_ask()
        for name in self.processes:
            self.start_process(name)
        await self.wait_until_ready()

    async def _let_clients_ask(self) -> None:
        """Lift the limit on what one client may have waiting: all tests ask as a few."""
        client = mongo.connect(self.servers.mongodb.url)
        settings = Store(client).portal_settings
        kept = await settings.get(PRACTICE.id)
        await settings.save(replace(kept, most_pending=1_000_000))
        await mongo.close(client)

    async def stop(self) -> None:
        """Stop the processes; the servers are whoever's started them."""
        await self.intake.aclose()
        await self.scheduler.aclose()
        for process in self.processes.values():
            process.stop(_STOP_SECONDS)

    def start_process(self, name: str) -> None:
        """Start one process."""
        process = next(item for item in self.stack.processes() if item.name == name)
        self.processes[name].start(process.command, process.environment)

    def kill_process(self, name: str) -> None:
        """End one process with SIGKILL."""
        self.processes[name].kill()

    async def wait_until_ready(self) -> None:
        """Return when every service is ready and talks to all it needs."""
        await asyncio.to_thread(self.stack.wait_until_ready)

    def headers(self, person: str, **more: str) -> dict[str, str]:
        """Return the headers of a demo person."""
        found = find_person(person)
        assert found is not None
        issuer = LocalIssuer.load(self.stack.key_file)
        claims = {"sub": found.key, "practice_id": str(found.practice.id), **found.claims}
        token = issuer.sign(claims, audience="openchair", now=datetime.now(UTC))
        return {"Authorization": f"Bearer {token}", **more}

    async def submit(
        self, client: str, start: datetime, *, key: str | None = None, **fields: Any
    ) -> httpx.Response:
        """Ask for a session with Dana as a client would."""
        body = {
            "service_id": str(SERVICES["session"].id),
            "clinician_id": str(DANA.id),
            "start": start.isoformat(),
            **fields,
        }
        more = {"Idempotency-Key": key} if key else {}
        return await self.intake.post(
            "/v1/appointment-requests", json=body, headers=self.headers(client, **more)
        )

    async def ask(self, client: str, start: datetime, **fields: Any) -> UUID:
        """Ask, and return the id once staff see the request."""
        answer = await self.submit(client, start, **fields)
        assert answer.status_code == 202, answer.text
        request_id = UUID(answer.json()["id"])

        async def seen() -> bool:
            return (await self.review(request_id)).status_code == 200

        await eventually(seen, "the request appears for staff")
        return request_id

    async def pending(self, *, limit: int = 200) -> list[dict[str, Any]]:
        """Return all that waits, as the practice scheduler pages through it."""
        found: list[dict[str, Any]] = []
        params: dict[str, str | int] = {"limit": limit}
        while True:
            answer = await self.scheduler.get(
                "/v1/appointment-requests", headers=self.headers("priya"), params=params
            )
            page = answer.raise_for_status().json()
            found += page["items"]
            if page["next_cursor"] is None:
                return found
            params["cursor"] = page["next_cursor"]

    async def review(self, request_id: UUID, person: str = "priya") -> httpx.Response:
        """Read one request as a member of staff."""
        return await self.scheduler.get(
            f"/v1/appointment-requests/{request_id}", headers=self.headers(person)
        )

    async def decide(
        self,
        request_id: UUID,
        verb: str,
        body: Mapping[str, Any] | None = None,
        *,
        person: str = "dana",
        if_match: str | None = None,
    ) -> httpx.Response:
        """Approve or decline as a member of staff."""
        more = {} if if_match is None else {"If-Match": if_match}
        return await self.scheduler.post(
            f"/v1/appointment-requests/{request_id}/{verb}",
            json=dict(body or {}),
            headers=self.headers(person, **more),
        )

    def emails(self, client: str, request_id: UUID) -> list[EmailMessage]:
        """Return the e-mails to a client about a request."""
        address = CLIENTS[client].email
        return [
            mail
            for mail in self.mailbox.messages_to(address)
            if str(request_id) in str(mail["Message-ID"])
        ]

    async def email(self, client: str, request_id: UUID) -> EmailMessage:
        """Return the one e-mail to a client about a request, once it is there."""

        async def arrived() -> list[EmailMessage]:
            return self.emails(client, request_id)

        found = await eventually(arrived, "the e-mail arrives")
        assert len(found) == 1
        return found[0]

    def log_text(self) -> str:
        """Return what all services have logged."""
        return "".join(
            self.processes[name].log.read_text(encoding="utf-8")
            for name in self.processes
            if name != MAIL_CATCHER
        )


class FreeHours:
    """Hours of Dana's that nothing else in this run uses."""

    def __init__(self) -> None:
        tomorrow = datetime.now(UTC) + timedelta(days=60)
        self._next = tomorrow.replace(hour=14, minute=0, second=0, microsecond=0)

    def take(self) -> datetime:
        """Return the next one; UTC."""
        taken = self._next
        self._next += timedelta(hours=2)
        return taken


def new_key() -> str:
    """Return an idempotency key nobody used."""
    return uuid4().hex
