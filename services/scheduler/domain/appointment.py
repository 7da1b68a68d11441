"""A booked slot of one clinician with one client, and how it changes."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.notification import Notification
from services.scheduler.domain.refusals import AppointmentCancelled
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
    def interval(self) -> Interval:
        """The time it takes."""
        return Interval(self.start, self.end)

    @property
    def as_client_knows(self) -> tuple[object, ...]:
        """What the client has been told of it: only a change of this is told to the client."""
        return (
            self.start,
            self.minutes,
            self.clinician_id,
            self.appointment_type,
            self.modality,
            self.location,
        )

    @property
    def utc_days(self) -> tuple[date, ...]:
        """The UTC days it touches, in order; two when it crosses midnight."""
        return self.interval.utc_days


@dataclass(frozen=True, slots=True)
class Appointment:
    """An appointment as it stands.

    `sequence` starts at 0 and rises with each change that a calendar must hear of (RFC 5545);
    `version` rises with every change and is the ETag. `changed_at` in UTC.
    """

    id: UUID
    practice_id: UUID
    client_id: UUID
    client_name: str
    booking: Booking
    changed_at: datetime
    status: AppointmentStatus = AppointmentStatus.BOOKED
    sequence: int = 0
    version: int = 1
    notification: Notification | None = None

    @property
    def is_booked(self) -> bool:
        """Say whether it takes place."""
        return self.status is AppointmentStatus.BOOKED

    @property
    def over_at(self) -> datetime:
        """From when on (UTC) news of it helps nobody: its end, or when it would have begun."""
        return self.booking.end if self.is_booked else self.booking.start

    def move(self, booking: Booking, now: datetime) -> "Appointment":
        """Return it at another time, or otherwise changed; raises AppointmentCancelled.

        What only staff know of it, an alert or a code, is no news to anybody's calendar.
        """
        self._must_be_booked()
        told = booking.as_client_knows != self.booking.as_client_knows
        return replace(
            self,
            booking=booking,
            sequence=self.sequence + told,
            version=self.version + 1,
            changed_at=now,
        )

    def cancel(self, now: datetime) -> "Appointment":
        """Return it cancelled; raises AppointmentCancelled when it is already."""
        self._must_be_booked()
        return replace(
            self,
            status=AppointmentStatus.CANCELLED,
            sequence=self.sequence + 1,
            version=self.version + 1,
            changed_at=now,
        )

    def _must_be_booked(self) -> None:
        if not self.is_booked:
            raise AppointmentCancelled
