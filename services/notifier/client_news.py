"""What a client is to be told of their appointment, whichever event says so."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.schemas.appointment_changed import AppointmentChange, AppointmentChanged
from shared.schemas.appointment_details import (
    Booked,
    Change,
    PracticeContact,
    Previous,
    Recipient,
)
from shared.schemas.request_approved import RequestApproved
from shared.schemas.vocabulary import RequestType

ClientEvent = RequestApproved | AppointmentChanged

_DONE: Final = {
    RequestType.NEW: AppointmentChange.BOOKED,
    RequestType.RESCHEDULE: AppointmentChange.MOVED,
    RequestType.CANCELLATION: AppointmentChange.CANCELLED,
}


class ComparedWith(StrEnum):
    """What the changes are a change of."""

    ASKED = "asked"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class About:
    """What an e-mail is about, in ids.

    `appointment_id` and `sequence` are there when it is about an appointment as it was after that
    change, `request_id` when it tells of a decision, `client_id` when it is an invitation.
    """

    event_id: str
    practice_id: UUID
    correlation_id: str
    appointment_id: UUID | None = None
    sequence: int | None = None
    request_id: UUID | None = None
    client_id: UUID | None = None

    @property
    def subject(self) -> str:
        """What events about the e-mail name as their subject."""
        return str(self.appointment_id or self.request_id or self.client_id or self.event_id)


@dataclass(frozen=True, slots=True)
class ClientNews:
    """An appointment that was booked, moved or cancelled, with all that its e-mail says.

    `is_wanted` is False when the practice does not e-mail its clients of this.
    """

    about: About
    is_wanted: bool
    done: AppointmentChange
    practice: PracticeContact
    client: Recipient
    appointment: Booked
    previous: Previous | None
    compared_with: ComparedWith
    changes: tuple[Change, ...]

    @property
    def keeps_its_time(self) -> bool:
        """Say whether it begins when it did before."""
        return self.previous is not None and self.previous.start == self.appointment.start

    @property
    def over_at(self) -> datetime:
        """From when on (UTC) nobody is helped by the news.

        That is the appointment's end, and for one that was cancelled when it would have begun.
        """
        if self.done is not AppointmentChange.CANCELLED:
            return self.appointment.end
        return self.appointment.start if self.previous is None else self.previous.start


def news_of(event: ClientEvent) -> ClientNews:
    """Return what an event tells the client."""
    data = event.data
    if isinstance(event, RequestApproved):
        request_id, is_wanted = event.data.request_id, True
        done, compared_with = _DONE[event.data.request_type], ComparedWith.ASKED
    else:
        request_id, is_wanted = None, event.data.notify_client
        done, compared_with = event.data.change, ComparedWith.BEFORE
    return ClientNews(
        about=About(
            event_id=event.id,
            practice_id=event.practiceid,
            correlation_id=event.correlationid,
            appointment_id=data.appointment.appointment_id,
            sequence=data.appointment.sequence,
            request_id=request_id,
        ),
        is_wanted=is_wanted,
        done=done,
        practice=data.practice,
        client=data.client,
        appointment=data.appointment,
        previous=data.previous,
        compared_with=compared_with,
        changes=data.changes,
    )
