"""`notification.sent`: a mail server took the e-mail of an event (notifier to scheduler)."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.schemas.envelope import Envelope, EventData
from shared.schemas.fields import UtcDatetime


class NotificationSentData(EventData):
    """Ids and the time only. `event_id` is that of the event which the e-mail told of.

    `appointment_id` is there when that event was about one, `request_id` when it was the decision
    of a request, `client_id` when it was an invitation.
    """

    event_id: str = Field(pattern=r"^[A-Za-z0-9._:-]{1,200}$")
    appointment_id: UUID | None = None
    request_id: UUID | None = None
    client_id: UUID | None = None
    at: UtcDatetime


class NotificationSent(Envelope[NotificationSentData]):
    """The e-mail has left us; its id is "<event id>:sent"."""

    type: Literal["openchair.notification.sent.v1"] = "openchair.notification.sent.v1"
    id: str = Field(pattern=r"^[A-Za-z0-9._:-]{1,200}:sent$")
