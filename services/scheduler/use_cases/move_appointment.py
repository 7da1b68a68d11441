"""Move an appointment, or change it otherwise, directly."""

import asyncio
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.booking_plan import Confirmed, plan_booking
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import (
    AppointmentCancelled,
    ClinicianUnknown,
    ServiceUnknown,
)
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_appointment import (
    Changed,
    DirectChange,
    find_appointment,
    find_client_of,
    find_practice,
    write_direct_change,
)
from services.scheduler.use_cases.change_calendar import LostRace
from services.scheduler.use_cases.decide import require_version
from services.scheduler.use_cases.warn_of import warn_of_booking
from shared.schemas.appointment_changed import AppointmentChange


async def move_appointment(
    store: Store,
    actor: StaffMember,
    appointment_id: UUID,
    edits: Edits,
    *,
    confirmed: Confirmed,
    expected_version: int | None,
    correlation_id: str,
    now: datetime,
) -> Changed:
    """Change what `edits` name; when it is so already, nothing happens and nobody is e-mailed.

    Raises:
        Refusal: a rule or a record stands against it.

    """
    while True:
        before = await find_appointment(store, actor, appointment_id)
        if not before.is_booked:
            raise AppointmentCancelled
        change = await _plan(
            store, actor, before, edits, confirmed, correlation_id=correlation_id, now=now
        )
        if change.after.booking == before.booking:
            return Changed(before, repeated=True)
        require_version(before.version, expected_version)
        try:
            return await write_direct_change(store, change)
        except LostRace:
            continue  # read again


async def _plan(
    store: Store,
    actor: StaffMember,
    before: Appointment,
    edits: Edits,
    confirmed: Confirmed,
    *,
    correlation_id: str,
    now: datetime,
) -> DirectChange:
    practice, client, service, clinician = await asyncio.gather(
        find_practice(store, actor),
        find_client_of(store, before),
        store.services.get(actor.practice_id, edits.service_id or before.booking.service_id),
        store.staff.get(actor.practice_id, edits.clinician_id or before.booking.clinician_id),
    )
    if service is None:
        raise ServiceUnknown
    if clinician is None:
        raise ClinicianUnknown
    booking = plan_booking(
        edits,
        start=None,
        service=service,
        clinician=clinician,
        original=before,
        confirmed=confirmed,
        now=now,
    )
    after = before.move(booking, now)
    return DirectChange(
        actor=actor,
        kind=AppointmentChange.MOVED,
        practice=practice,
        client=client,
        before=before,
        after=after,
        overlap_allowed=confirmed.overlap,
        correlation_id=correlation_id,
        warnings=await warn_of_booking(store, actor, practice, after),
    )
