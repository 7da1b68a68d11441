"""A row of the appointments' file."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from services.scheduler.domain.appointment import Appointment, AppointmentStatus, Booking
from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.booking_plan import Confirmed, plan_booking
from services.scheduler.domain.people import Practice, Service, StaffMember
from services.scheduler.domain.refusals import DurationUnusual, StartTooFar
from services.scheduler.importing.cells import (
    Cells,
    note_text,
    one_of,
    reference,
    short_text,
    whole_minutes,
)
from services.scheduler.importing.client_rows import client_id, why_not
from services.scheduler.importing.csv_file import CsvRow
from services.scheduler.importing.directories import ServiceDirectory, StaffDirectory
from services.scheduler.importing.findings import Code, Finding, Findings
from services.scheduler.importing.local_time import start_in
from shared.schemas.vocabulary import Modality

COLUMNS: Final = (
    "id",
    "client_id",
    "clinician",
    "service",
    "start",
    "minutes",
    "modality",
    "location",
    "status",
    "alert",
)


@dataclass(frozen=True, slots=True)
class AppointmentRow:
    """A row that can be read; `start` in UTC; what is None is what the service usually has."""

    number: int
    id: UUID
    client_id: UUID
    clinician: StaffMember
    service: Service
    start: datetime
    minutes: int | None
    modality: Modality | None
    location: str | None
    status: AppointmentStatus
    alert: str | None

    def plan(self, confirmed: Confirmed, now: datetime) -> Booking | Findings:
        """Return what is booked, under the rules of every booking, or why it cannot be.

        One that is over is looked at from just before its own start.
        """
        if (code := why_not(self.clinician)) is not None:
            return (Finding(code, "clinician"),)
        edits = Edits(
            minutes=self.minutes,
            modality=self.modality,
            location=self.location,
            alert=self.alert,
        )
        try:
            return plan_booking(
                edits,
                start=self.start,
                service=self.service,
                clinician=self.clinician,
                original=None,
                confirmed=confirmed,
                now=min(now, self.start - timedelta(minutes=1)),
            )
        except StartTooFar:
            return (Finding(Code.START_TOO_FAR, "start"),)
        except DurationUnusual:
            return (Finding(Code.DURATION_UNUSUAL, "minutes"),)

    def differences(self, standing: Appointment) -> Findings:
        """Return where the record is not as the row says; an empty cell says nothing."""
        booking = standing.booking
        compared = {
            "client_id": self.client_id != standing.client_id,
            "clinician": self.clinician.id != booking.clinician_id,
            "service": self.service.id != booking.service_id,
            "start": self.start != booking.start,
            "minutes": self.minutes not in (None, booking.minutes),
            "modality": self.modality not in (None, booking.modality),
            "location": self.location not in (None, booking.location),
            "status": self.status is not standing.status,
            "alert": self.alert not in (None, booking.alert),
        }
        return tuple(Finding(Code.DIFFERS, column) for column in COLUMNS if compared.get(column))


class AppointmentReader:
    """Reads the rows of one practice's file."""

    def __init__(
        self, practice: Practice, staff: StaffDirectory, services: ServiceDirectory
    ) -> None:
        self._practice_id = practice.id
        self._staff = staff
        self._services = services
        self._start = start_in(ZoneInfo(practice.time_zone))

    def read(self, row: CsvRow) -> AppointmentRow | Findings:
        """Return the row, or all that is wrong with it."""
        cells = Cells(row, COLUMNS)
        identifier = cells.take("id", reference)
        client = cells.take("client_id", reference)
        clinician = cells.take("clinician", self._staff.member)
        service = cells.take("service", self._services.service)
        start = cells.take("start", self._start)
        minutes = cells.take("minutes", whole_minutes, needed=False)
        modality = cells.take("modality", _modality, needed=False)
        location = cells.take("location", short_text, needed=False)
        status = cells.take("status", _status, needed=False)
        alert = cells.take("alert", note_text, needed=False)
        if (
            cells.findings
            or identifier is None
            or client is None
            or clinician is None
            or service is None
            or start is None
        ):
            return tuple(cells.findings)
        return AppointmentRow(
            number=row.number,
            id=uuid5(self._practice_id, f"import:appointment:{identifier}"),
            client_id=client_id(self._practice_id, client),
            clinician=clinician,
            service=service,
            start=start,
            minutes=minutes,
            modality=modality,
            location=location,
            status=status or AppointmentStatus.BOOKED,
            alert=alert,
        )


_modality = one_of(Modality, Code.MODALITY_UNKNOWN)
_status = one_of(AppointmentStatus, Code.STATUS_UNKNOWN)
