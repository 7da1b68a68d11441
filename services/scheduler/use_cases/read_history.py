"""Read what happened to a request, an appointment or a client, oldest first (PRODUCT 8.12)."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from services.scheduler.domain.appointment_request import AppointmentRequest
from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo.history import HistoryEntry
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_appointment import find_appointment
from services.scheduler.use_cases.decide import find_request
from services.scheduler.use_cases.list_clients import find_client

SUBMITTED: Final = "submitted"


async def request_history(
    store: Store, actor: StaffMember, request_id: UUID
) -> Sequence[HistoryEntry]:
    """Return a request's; raises RequestNotFound."""
    return await history_of(store, await find_request(store, actor, request_id))


async def appointment_history(
    store: Store, actor: StaffMember, appointment_id: UUID
) -> Sequence[HistoryEntry]:
    """Return an appointment's; raises AppointmentNotFound."""
    appointment = await find_appointment(store, actor, appointment_id)
    return await store.history.of_appointment(appointment.practice_id, appointment.id)


async def client_history(
    store: Store, actor: StaffMember, client_id: UUID
) -> Sequence[HistoryEntry]:
    """Return what happened to a client's access to the portal; raises ClientNotFound."""
    client = await find_client(store, actor, client_id)
    return await store.history.of_client(client.practice_id, client.id)


async def history_of(store: Store, request: AppointmentRequest) -> Sequence[HistoryEntry]:
    """Return the history of a request that the actor may see, from the client's asking on."""
    asked = HistoryEntry(
        id=f"{request.id}:{SUBMITTED}",
        practice_id=request.practice_id,
        request_id=request.id,
        appointment_id=request.asked.appointment_id,
        action=SUBMITTED,
        by_staff_id=None,
        by_name=request.requester.name,
        at=request.submitted_at,
        before={},
        after={"status": "pending"},
    )
    return [asked, *await store.history.of_request(request.practice_id, request.id)]
