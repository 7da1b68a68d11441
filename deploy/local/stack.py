"""The whole of Openchair on this machine: which processes there are, and their environment.

Real servers on ports and in directories of their own; nothing here touches a server of the system.
"""

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import httpx

from deploy.local.errors import LocalServerError
from deploy.local.mongodb import MongoDBServer
from deploy.local.ports import free_port
from deploy.local.rabbitmq import RabbitMQServer
from shared.auth.local_issuer import LocalIssuer

ROOT: Final = Path(__file__).resolve().parents[2]
PREFERRED_PORTS: Final[dict[str, int | None]] = {
    "request_intake": 8000,
    "scheduler": 8001,
    "notifier": 8002,
    "mail catcher": 1025,
}
ANY_PORTS: Final[dict[str, int | None]] = dict.fromkeys(PREFERRED_PORTS)
MAIL_CATCHER: Final = "mail catcher"
SERVICES: Final = ("request_intake", "scheduler", "notifier")
_READY_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Process:
    """One process to run, with the whole of its environment."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


class Server(Protocol):
    """RabbitMQ or MongoDB, native or in a container."""

    @property
    def url(self) -> str:
        """Where clients connect."""

    def start(self) -> None:
        """Start; returns when clients are served."""

    def stop(self) -> None:
        """Stop; harmless when stopped."""


class LocalStack:
    """Two servers, three services and a mail catcher, with everything they keep in `directory`."""

    def __init__(
        self,
        directory: Path,
        *,
        rabbitmq: Server | None = None,
        mongodb: Server | None = None,
        ports: Mapping[str, int | None] = PREFERRED_PORTS,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = directory.resolve()
        _claim(self.directory)
        self.rabbitmq = rabbitmq or RabbitMQServer(self.directory / "rabbitmq")
        self.mongodb = mongodb or MongoDBServer(self.directory / "mongodb")
        self.maildir = self.directory / "mail"
        self.key_file = self.directory / "local-issuer.json"
        self.ports = {name: free_port(port) for name, port in ports.items()}
        self._extra = dict(extra or {})

    def start_servers(self) -> None:
        """Start RabbitMQ and MongoDB; raises LocalServerError, and leaves nothing running."""
        LocalIssuer.create_key(self.key_file)
        try:
            self.mongodb.start()
            self.rabbitmq.start()
        except BaseException:
            self.stop_servers()
            raise

    def stop_servers(self) -> None:
        """Stop both; harmless when they are stopped."""
        self.rabbitmq.stop()
        self.mongodb.stop()

    def url(self, service: str) -> str:
        """Return where a service answers HTTP."""
        return f"http://127.0.0.1:{self.ports[service]}"

    def processes(self) -> list[Process]:
        """Return what to run once the servers are up."""
        catcher = [
            *("-m", "deploy.local.mail_catcher"),
            *("--port", str(self.ports[MAIL_CATCHER]), "--maildir", str(self.maildir)),
        ]
        python = [sys.executable, "-X", "faulthandler"]
        services = [
            Process(name, [*python, "-m", f"services.{name}"], self.environment(name))
            for name in SERVICES
        ]
        return [Process(MAIL_CATCHER, [*python, *catcher], self._base()), *services]

    def environment(self, service: str) -> dict[str, str]:
        """Return a service's environment: what it needs, and no more."""
        own: dict[str, str] = {
            "APP_ENV": "dev",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_PORT": str(self.ports[service]),
            "RABBITMQ_URL": self.rabbitmq.url,
        }
        if service in ("request_intake", "scheduler"):
            own["LOCAL_ISSUER_KEY_FILE"] = str(self.key_file)
        if service == "request_intake":
            own["SCHEDULER_URL"] = self.url("scheduler")
        if service in ("scheduler", "notifier"):
            own["MONGODB_URL"] = self.mongodb.url
        if service == "notifier":
            own |= {
                "SMTP_HOST": "127.0.0.1",
                "SMTP_PORT": str(self.ports[MAIL_CATCHER]),
                "SMTP_SECURITY": "none",
                "MAIL_FROM": "appointments@example.org",
            }
        return {**self._base(), **own, **self._extra}

    def command_settings(self) -> dict[str, str]:
        """Return what the `openchair` command needs to know of this stack."""
        return {
            "app_env": "dev",
            "local_issuer_key_file": str(self.key_file),
            "mongodb_url": self.mongodb.url,
            "rabbitmq_url": self.rabbitmq.url,
            "intake_url": self.url("request_intake"),
            "scheduler_url": self.url("scheduler"),
            "maildir": str(self.maildir),
        }

    def announce(self, file: Path) -> None:
        """Write those settings, readable by the owner alone: they hold RabbitMQ's password."""
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump({**self.command_settings(), "pid": os.getpid()}, stream)

    def wait_until_ready(self, limit: float = _READY_SECONDS) -> None:
        """Return when every service says that it is ready and talks to RabbitMQ.

        Raises:
            LocalServerError: one was not within `limit` seconds.

        """
        deadline = time.monotonic() + limit
        for service in SERVICES:
            while not _is_ready(self.url(service)):
                if time.monotonic() > deadline:
                    raise LocalServerError(f"{service} was not ready within {limit:g} s")
                time.sleep(0.05)

    def _base(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def _claim(directory: Path) -> None:
    """Make the directory, or make sure that what is in it is ours and was made here."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        note = directory / "made-at"
        if not note.exists():
            note.write_text(str(directory), encoding="utf-8")
        made_at = note.read_text(encoding="utf-8")
        owner = directory.stat().st_uid
    except OSError as error:
        raise LocalServerError(f"{error.strerror}: {error.filename}") from None
    if made_at != str(directory):
        # RabbitMQ's data names its own place, and would be written back there.
        raise LocalServerError(f"{directory} was moved or copied: delete it, and run this again")
    if owner != os.getuid():
        raise LocalServerError(
            f"{directory} belongs to another user: run as that one, or delete it"
        )


def _is_ready(url: str) -> bool:
    try:
        answer = httpx.get(f"{url}/health/ready", timeout=5)
    except httpx.HTTPError:
        return False
    return answer.is_success and all(answer.json()["checks"].values())
