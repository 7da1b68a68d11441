"""Where the e-mails of a trial arrive: a Maildir without Docker, Mailpit with it."""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Protocol

import httpx


class Mailbox(Protocol):
    """Reads what arrived."""

    def messages_to(self, address: str) -> list[EmailMessage]:
        """Return the e-mails to an address, in no promised order."""


class MaildirMailbox:
    """The mail catcher's directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def messages_to(self, address: str) -> list[EmailMessage]:
        """Return the e-mails to an address."""
        files = [path for part in ("new", "cur") for path in (self._directory / part).glob("*")]
        return [
            message for path in files if address in (message := _parse(path.read_bytes()))["To"]
        ]


class MailpitMailbox:
    """Mailpit's HTTP API (`/api/v1`)."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=10)

    def messages_to(self, address: str) -> list[EmailMessage]:
        """Return the e-mails to an address, of the last 200."""
        listed = self._client.get("/api/v1/messages", params={"limit": 200}).raise_for_status()
        return [
            _parse(self._client.get(f"/api/v1/message/{item['ID']}/raw").raise_for_status().content)
            for item in listed.json()["messages"]
            if any(to["Address"] == address for to in item["To"])
        ]


def _parse(content: bytes) -> EmailMessage:
    return BytesParser(EmailMessage, policy=policy.default).parsebytes(content)
