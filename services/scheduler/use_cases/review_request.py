"""Review one request."""

from uuid import UUID

from services.scheduler.domain.appointment_request import AppointmentRequest
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.decide import find_request
from shared.auth.actors import StaffActor


async def review_request(store: Store, actor: StaffActor, request_id: UUID) -> AppointmentRequest:
    """Return the request; raises RequestNotFound when there is none the actor may see."""
    return await find_request(store, actor, request_id)
