"""The e-mail that invites a client to the practice's portal."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from shared.schemas.client_invited import ClientInvited


def compose_invitation(
    event: ClientInvited, *, mail_from: str, mail_domain: str, now: datetime
) -> EmailMessage:
    """Return the e-mail; its Message-ID is the same whenever it is composed for the same event."""
    practice, client = event.data.practice, event.data.client
    message = EmailMessage(policy=SMTP)
    message["Subject"] = f"Ask for appointments online: {practice.name}"
    message["From"] = mail_from
    message["To"] = client.email
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{event.id.replace(':', '.')}@{mail_domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"{event.data.portal_url}\n\n{practice.name}\n")
    return message
