"""A booked slot of one clinician with one client, and how it changes."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.scheduler.domain.refusals import OriginalGone
from shared.schemas.vocabulary import Modality


class AppointmentStatus(StrEnum):
    """PRODUCT "Lifecycle of a request"."""

    BOOKED = "booked"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Booking:
    """What is agreed for a slot; `start` in UTC, `minutes` its length, `alert` for staff only."""

    start: datetime
    minutes: int
    clinician_id: UUID
    clinician_name: str
    service_id: UUID
    service_code: str
    service_label: str
    appointment_type: str
    modality: Modality
    location: str | None
    alert: str | None

    @property
    def end(self) -> datetime:
        """The first instant that is free again."""
        return self.start + timedelta(minutes=self.minutes)

    @property
    def utc_days(self) -> tuple[date, ...]:
        """The UTC days it touches, in order; two when it crosses midnight."""
        first = self.start.astimezone(UTC).date()
        last = (self.end - timedelta(microseconds=1)).astimezone(UTC).date()
        return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


@dataclass(frozen=True, slots=True)
class Appointment:
    """`sequence` starts at 0 and rises with each change that a calendar must hear of (RFC 5545)."""

    id: UUID
    practice_id: UUID
    client_id: UUID
    client_name: str
    booking: Booking
    status: AppointmentStatus = AppointmentStatus.BOOKED
    sequence: int = 0

    def move(self, booking: Booking) -> "Appointment":
        """Return it at another time, or otherwise changed; raises OriginalGone when cancelled."""
        self._must_be_booked()
        return replace(self, booking=booking, sequence=self.sequence + 1)

    def cancel(self) -> "Appointment":
        """Return it cancelled; raises OriginalGone when it is already."""
        self._must_be_booked()
        return replace(self, status=AppointmentStatus.CANCELLED, sequence=self.sequence + 1)

    def _must_be_booked(self) -> None:
        if self.status is not AppointmentStatus.BOOKED:
            raise OriginalGone
