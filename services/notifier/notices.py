"""From an event to what the client is to be told by e-mail, if anything."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.notifier.client_news import About, ClientEvent, ClientNews, news_of
from shared.schemas.appointment_changed import AppointmentChanged
from shared.schemas.client_invited import ClientInvited
from shared.schemas.request_approved import RequestApproved
from shared.schemas.request_declined import RequestDeclined

TellingEvent = ClientEvent | RequestDeclined | ClientInvited
Content = ClientNews | RequestDeclined | ClientInvited
Models = Mapping[str, type[TellingEvent]]

APPROVALS: Final[Models] = {
    "openchair.request.approved.v1": RequestApproved,
    "openchair.request.declined.v1": RequestDeclined,
    "openchair.appointment.changed.v1": AppointmentChanged,
}
"""What `notifier.approvals` brings, by type."""

INVITATIONS: Final[Models] = {"openchair.client.invited.v1": ClientInvited}
"""What `notifier.invitations` brings."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What an e-mail is about and what it is made of.

    `is_wanted` is False when nobody is to be e-mailed; from `over_at` (UTC) on the e-mail would be
    of no use, None when it always is.
    """

    about: About
    content: Content
    is_wanted: bool = True
    over_at: datetime | None = None


def notice_of(event: TellingEvent) -> Notice:
    """Return what an event tells the client."""
    if isinstance(event, RequestApproved | AppointmentChanged):
        news = news_of(event)
        return Notice(news.about, news, is_wanted=news.is_wanted, over_at=news.over_at)
    about = About(event.id, event.practiceid, event.correlationid)
    if isinstance(event, ClientInvited):
        return Notice(replace(about, client_id=event.data.client.client_id), event)
    # Staff contact the client themselves, unless they wrote a message (PRODUCT 6, 8.7).
    about = replace(about, request_id=event.data.request_id)
    return Notice(about, event, is_wanted=event.data.message is not None)
