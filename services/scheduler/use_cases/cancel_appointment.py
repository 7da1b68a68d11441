"""Cancel an appointment directly."""

import asyncio
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.people import StaffMember
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
from shared.schemas.appointment_changed import AppointmentChange


async def cancel_appointment(
    store: Store,
    actor: StaffMember,
    appointment_id: UUID,
    *,
    expected_version: int | None,
    correlation_id: str,
    now: datetime,
) -> Changed:
    """Cancel it; when it is cancelled already, nothing happens and nobody is e-mailed.

    Raises:
        AppointmentNotFound, StaleVersion, ClientUnknown

    """
    while True:
        before = await find_appointment(store, actor, appointment_id)
        if not before.is_booked:
            return Changed(before, repeated=True)
        require_version(before.version, expected_version)
        practice, client = await asyncio.gather(
            find_practice(store, actor), find_client_of(store, before)
        )
        change = DirectChange(
            actor=actor,
            kind=AppointmentChange.CANCELLED,
            practice=practice,
            client=client,
            before=before,
            after=before.cancel(now),
            overlap_allowed=False,
            correlation_id=correlation_id,
        )
        try:
            return await write_direct_change(store, change)
        except LostRace:
            continue  # read again
