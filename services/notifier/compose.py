"""Which e-mail is made of what."""

from datetime import datetime
from email.message import EmailMessage

from services.notifier.client_news import ClientNews
from services.notifier.compose_decline import compose_decline
from services.notifier.compose_email import compose_email
from services.notifier.compose_invitation import compose_invitation
from services.notifier.notices import Content
from shared.schemas.request_declined import RequestDeclined


def compose(content: Content, *, mail_from: str, mail_domain: str, now: datetime) -> EmailMessage:
    """Return the e-mail, dated `now`.

    Raises:
        ValueError: no e-mail can be made of it.

    """
    if isinstance(content, ClientNews):
        return compose_email(content, mail_from=mail_from, mail_domain=mail_domain, now=now)
    if isinstance(content, RequestDeclined):
        return compose_decline(content, mail_from=mail_from, mail_domain=mail_domain, now=now)
    return compose_invitation(content, mail_from=mail_from, mail_domain=mail_domain, now=now)
