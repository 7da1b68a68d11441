"""`notification.failed`: the e-mail of an event will not be sent (notifier to scheduler)."""

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.schemas.envelope import Envelope, EventData
from shared.schemas.fields import UtcDatetime


class FailureReason(StrEnum):
    """Why, in words that hold no address."""

    ADDRESS_REFUSED = "address-refused"
    """The mail server does not take e-mails to that address."""

    EMAIL_REFUSED = "email-refused"
    """It took the address and refused the e-mail."""

    GIVEN_UP = "given-up"
    """Mail servers were away, or said "not now", until the attempts were used up."""

    CANNOT_BE_COMPOSED = "cannot-be-composed"
    """No e-mail can be made of the event."""


class NotificationFailedData(EventData):
    """Ids, the time and the reason. `event_id` is that of the event which was to be told.

    `appointment_id` is there when that event was about one, `request_id` when it was the decision
    of a request, `client_id` when it was an invitation; `smtp_code` when the mail server gave one.
    """

    event_id: str = Field(pattern=r"^[A-Za-z0-9._:-]{1,200}$")
    appointment_id: UUID | None = None
    request_id: UUID | None = None
    client_id: UUID | None = None
    at: UtcDatetime
    reason: FailureReason
    smtp_code: int | None = None


class NotificationFailed(Envelope[NotificationFailedData]):
    """Somebody has to tell the client; its id is "<event id>:failed".

    A later replay may still send the e-mail: then `notification.sent` follows.
    """

    type: Literal["openchair.notification.failed.v1"] = "openchair.notification.failed.v1"
    id: str = Field(pattern=r"^[A-Za-z0-9._:-]{1,200}:failed$")
