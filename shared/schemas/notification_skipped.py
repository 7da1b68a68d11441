"""`notification.skipped`: the e-mail of an event is of no use any more (notifier to scheduler)."""

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.schemas.envelope import Envelope, EventData
from shared.schemas.fields import UtcDatetime


class SkipReason(StrEnum):
    """Why it would mislead."""

    SUPERSEDED = "superseded"
    """A later change of the appointment was e-mailed, or is about to be."""

    OVER = "over"
    """The appointment is over."""


class NotificationSkippedData(EventData):
    """Ids, the time and the reason; `event_id` is that of the event which was to be told."""

    event_id: str = Field(pattern=r"^[A-Za-z0-9._:-]{1,200}$")
    appointment_id: UUID
    request_id: UUID | None = None
    at: UtcDatetime
    reason: SkipReason


class NotificationSkipped(Envelope[NotificationSkippedData]):
    """Nobody is e-mailed, and nobody has to do anything; its id is "<event id>:skipped"."""

    type: Literal["openchair.notification.skipped.v1"] = "openchair.notification.skipped.v1"
    id: str = Field(pattern=r"^[A-Za-z0-9._:-]{1,200}:skipped$")
