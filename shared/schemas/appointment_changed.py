"""`appointment.changed`: staff booked, moved or cancelled directly (scheduler to notifier)."""

from enum import StrEnum
from typing import Literal

from shared.schemas.appointment_details import (
    Booked,
    Change,
    PracticeContact,
    Previous,
    Recipient,
)
from shared.schemas.envelope import Envelope, EventData
from shared.schemas.fields import UtcDatetime


class AppointmentChange(StrEnum):
    """What staff did."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"


class AppointmentChangedData(EventData):
    """The appointment as it is now; `changes` lists what is otherwise than before.

    `notify_client` is the practice's setting: without it nobody is e-mailed.
    """

    change: AppointmentChange
    changed_at: UtcDatetime
    notify_client: bool
    practice: PracticeContact
    client: Recipient
    appointment: Booked
    previous: Previous | None = None
    changes: tuple[Change, ...] = ()


class AppointmentChanged(Envelope[AppointmentChangedData]):
    """Staff changed the calendar; its id is "<appointment_id>:<sequence>:changed"."""

    type: Literal["openchair.appointment.changed.v1"] = "openchair.appointment.changed.v1"
