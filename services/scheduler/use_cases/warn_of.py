"""What staff should know of a booking they are about to make, or just made."""

import asyncio
from collections.abc import Iterable
from typing import Final

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.people import Practice, StaffMember
from services.scheduler.domain.warnings import (
    BookingWarning,
    WarningCode,
    double_bookings,
    outside_hours,
)
from services.scheduler.domain.work_schedule import WorkSchedule, working_time
from services.scheduler.mongo.appointments import AppointmentFilter
from services.scheduler.mongo.store import Store

_MOST: Final = 20


async def warn_of_booking(
    store: Store, actor: StaffMember, practice: Practice, wanted: Appointment
) -> tuple[BookingWarning, ...]:
    """Return the client's other appointments at that time that the actor may see, and the hours."""
    if not wanted.is_booked:
        return ()
    schedule, others = await asyncio.gather(
        store.work_schedules.get(practice.id, wanted.booking.clinician_id),
        store.appointments.find(
            actor,
            AppointmentFilter(within=wanted.booking.interval, client_id=wanted.client_id),
            limit=_MOST,
        ),
    )
    return warnings_of(practice, schedule, others, wanted)


def warnings_of(
    practice: Practice,
    schedule: WorkSchedule | None,
    others: Iterable[Appointment],
    wanted: Appointment,
) -> tuple[BookingWarning, ...]:
    """Return the same from records that were read; `others` are the client's appointments."""
    if schedule is None or schedule.is_empty:
        hours: tuple[BookingWarning, ...] = (BookingWarning(WarningCode.NO_WORK_SCHEDULE),)
    else:
        interval = wanted.booking.interval
        working = working_time(schedule, practice.closures, practice.time_zone, interval)
        hours = outside_hours(interval, working)
    return (*double_bookings(wanted, others), *hours)
