"""The e-mail with what staff wrote to a client whose request they declined (PRODUCT 8.7)."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from shared.schemas.request_declined import RequestDeclined


def compose_decline(
    event: RequestDeclined, *, mail_from: str, mail_domain: str, now: datetime
) -> EmailMessage:
    """Return the e-mail; its Message-ID is the same whenever it is composed for the same event.

    Raises:
        ValueError: staff wrote no message.

    """
    told = event.data.message
    if told is None:
        raise ValueError("nobody wrote a message")
    message = EmailMessage(policy=SMTP)
    message["Subject"] = f"Your request: {told.practice.name}"
    message["From"] = mail_from
    message["To"] = told.client.email
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{event.id.replace(':', '.')}@{mail_domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"{told.text}\n\n{told.practice.name}\n")
    return message
