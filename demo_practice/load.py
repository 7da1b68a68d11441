"""Load the demo practice through the scheduler's own code; loading it again changes nothing."""

from dataclasses import replace
from datetime import UTC, datetime

from demo_practice import portal
from demo_practice.calendar import SERVICES, month_of_appointments
from demo_practice.hours import closures, work_schedules
from demo_practice.people import CLIENTS, OTHER_PRACTICE, PRACTICE, STAFF, demo_id
from demo_practice.requests import waiting_requests
from services.scheduler.domain.appointment import Appointment
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.receive_requests import receive_requests
from shared.mongo import Session


async def load_demo_practice(store: Store, now: datetime | None = None) -> bool:
    """Load it as of `now` (UTC); False when it is there already."""
    if await store.practices.get(PRACTICE.id) is not None:
        return False
    now = now or datetime.now(UTC)
    for member in STAFF.values():
        await store.staff.save(member)
    for schedule in work_schedules(now.date()):
        await store.work_schedules.save(schedule)
    for service in SERVICES.values():
        await store.services.save(service)
    for client in portal.clients(now):
        await store.clients.save(client)
    await store.portal_settings.save(portal.SETTINGS)
    appointments = list(month_of_appointments(now.date()))
    for appointment in appointments:
        await _book(store, appointment)
    # The practices come last: they say that the rest is there. Only the requests need them.
    await store.practices.save(OTHER_PRACTICE)
    await store.practices.save(replace(PRACTICE, closures=closures(now.date())))
    await receive_requests(store, list(waiting_requests(appointments, now)), now=now)
    return True


async def _book(store: Store, appointment: Appointment) -> None:
    client = next(item for item in CLIENTS.values() if item.id == appointment.client_id)
    await store.calendar_days.ensure(appointment.practice_id, appointment.booking)
    if await store.appointments.get_many([appointment.id]):
        return  # an earlier loading was interrupted after this one

    async def body(session: Session) -> None:
        await store.calendar_days.take(appointment, although_taken=False, session=session)
        await store.appointments.add(
            appointment,
            request_id=demo_id(f"request-of:{appointment.id}"),
            visible={*client.assigned_staff_ids, appointment.booking.clinician_id},
            session=session,
        )

    await store.transaction(body)
