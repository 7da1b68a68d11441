"""From a letter to the message that is sent: headers, and its parts in the order readers expect.

`multipart/mixed` of `multipart/alternative` (plain text, HTML, the calendar's part) and the same
calendar file once more as an attachment: ADR 19 says who needs which.
"""

import re
from base64 import encodebytes
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, BaseHeader
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

from services.notifier.letter import Letter, to_html, to_text
from shared.schemas.appointment_details import Addressee, PracticeContact

_MEANS_SOMETHING: Final = re.compile(r'[()<>\[\]:;@\\,."=?]')
_FILE_NAME: Final = "appointment.ics"


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """An iCalendar object and the method that its MIME type must name too (RFC 6047, 2.4)."""

    method: str
    content: str


@dataclass(frozen=True, slots=True)
class Sending:
    """From whom an e-mail is, to whom, and which one it is."""

    event_id: str
    practice: PracticeContact
    client: Addressee
    mail_from: str
    mail_domain: str
    now: datetime


def to_message(
    letter: Letter, sending: Sending, calendar: CalendarFile | None = None
) -> EmailMessage:
    """Return the e-mail; its Message-ID is the same whenever it is composed for the same event."""
    sender = sender_name(sending.practice)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = letter.subject
    message["From"] = _address(sender, sending.mail_from)
    message["To"] = _address(sending.client.name, sending.client.email)
    replies = reply_address(sending.practice)
    if replies is not None:
        message["Reply-To"] = _address(sender, replies)
    message["Date"] = format_datetime(sending.now)
    message["Message-ID"] = f"<{sending.event_id.replace(':', '.')}@{sending.mail_domain}>"
    # RFC 3834: no holiday replies, please.
    message["Auto-Submitted"] = _header("Auto-Submitted", "auto-generated")
    message["MIME-Version"] = _header("MIME-Version", "1.0")
    _put_in(message, letter, calendar)
    return message


def sender_name(practice: PracticeContact) -> str:
    """Return whom the practice's e-mails are from."""
    return practice.sender_name or practice.name


def reply_address(practice: PracticeContact) -> str | None:
    """Return where answers go; None when nobody would read them."""
    return practice.reply_to or practice.email


def plain_name(name: str) -> str:
    """Return a name without what would need quotes.

    Python's `email` forgets the quotes of a long name when it folds it, so that its commas separate
    addresses; in a calendar file a quote cannot be inside a quoted name.
    """
    return " ".join(_MEANS_SOMETHING.sub(" ", name).split())


def _put_in(message: EmailMessage, letter: Letter, calendar: CalendarFile | None) -> None:
    parts = [
        _part("text/plain", {"charset": "utf-8"}, to_text(letter)),
        _part("text/html", {"charset": "utf-8"}, to_html(letter)),
    ]
    if calendar is None:
        _set_parts(message, "alternative", parts)
        return
    of_calendar = {"charset": "utf-8", "method": calendar.method}
    alternatives = MIMEPart(policy=SMTP)
    _set_parts(
        alternatives, "alternative", [*parts, _part("text/calendar", of_calendar, calendar.content)]
    )
    attached = _part("application/ics", {"name": _FILE_NAME}, calendar.content)
    attached["Content-Disposition"] = _header(
        "Content-Disposition", f'attachment; filename="{_FILE_NAME}"'
    )
    _set_parts(message, "mixed", [alternatives, attached])


def _set_parts(message: MIMEPart, kind: str, parts: list[MIMEPart]) -> None:
    message["Content-Type"] = _header("Content-Type", f"multipart/{kind}")
    for part in parts:
        message.attach(part)


def _part(kind: str, parameters: dict[str, str], text: str) -> MIMEPart:
    # By hand, as `set_content` parses the headers it writes again and again: half of all the time.
    part = MIMEPart(policy=SMTP)
    told = "".join(f'; {name}="{value}"' for name, value in parameters.items())
    part["Content-Type"] = _header("Content-Type", kind + told)
    lines = "\n".join(text.splitlines()) + "\n"
    if kind.startswith("text/") and "method" not in parameters:
        part["Content-Transfer-Encoding"] = _header("Content-Transfer-Encoding", "quoted-printable")
        part.set_payload(b2a_qp(lines.encode()).decode("ascii"))
    else:  # a calendar file's lines end as they are written, whoever passes it on
        part["Content-Transfer-Encoding"] = _header("Content-Transfer-Encoding", "base64")
        part.set_payload(encodebytes(lines.replace("\n", "\r\n").encode()).decode("ascii"))
    return part


@lru_cache(maxsize=64)
def _header(name: str, value: str) -> BaseHeader:
    """Return a header of ours, parsed; they are the same in all e-mails."""
    header: BaseHeader = SMTP.header_factory(name, value)
    return header


def _address(name: str, address: str) -> Address:
    return Address(display_name=plain_name(name), addr_spec=address)
