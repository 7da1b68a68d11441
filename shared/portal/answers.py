"""What the portal reads, as the scheduler answers it and intake passes it on; instants in UTC."""

from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, Field

from shared.schemas.vocabulary import Modality, RequestStatus, RequestType

MOST_OWN_APPOINTMENTS: Final = 200
"""A client is told no more of their own upcoming appointments."""


class SlotAnswer(BaseModel):
    """An open time, with those who are free then.

    `start_at_practice` and `start_in_zone` are the same instant as `start`, with the offset of the
    practice's zone and of the one that was asked for.
    """

    start: datetime
    start_at_practice: datetime
    start_in_zone: datetime
    clinician_ids: list[UUID]


class AvailabilityAnswer(BaseModel):
    """Open times in order; `minutes` is how long the service takes."""

    service_id: UUID
    minutes: int
    practice_time_zone: str
    time_zone: str
    slots: list[SlotAnswer]


class OwnAppointmentAnswer(BaseModel):
    """One's own appointment."""

    id: UUID
    start: datetime
    end: datetime
    minutes: int
    clinician_id: UUID
    clinician_name: str
    service_id: UUID
    appointment_type: str
    modality: Modality
    location: str | None
    pending_request_id: UUID | None = Field(
        description="One's own request to move or cancel it that waits."
    )


class OwnAppointmentsAnswer(BaseModel):
    """One's own upcoming appointments, earliest first."""

    items: list[OwnAppointmentAnswer]


class OwnRequestAnswer(BaseModel):
    """One's own request as it stands.

    `booked_start` is when the appointment is that it led to, and may be otherwise than asked.
    """

    id: UUID
    type: RequestType
    status: RequestStatus
    start: datetime | None
    service: str | None
    clinician_id: UUID | None
    clinician_name: str | None
    appointment_id: UUID | None
    original_start: datetime | None
    note: str | None
    submitted_at: datetime
    decided_at: datetime | None
    booked_start: datetime | None


class OwnRequestsAnswer(BaseModel):
    """One's own requests, latest first; pass `next_cursor` on as `cursor`."""

    items: list[OwnRequestAnswer]
    next_cursor: str | None
