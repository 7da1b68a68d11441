"""List the services of a practice, and find one of them."""

from collections.abc import Sequence
from uuid import UUID

from services.scheduler.domain.people import Service, StaffMember
from services.scheduler.domain.record_refusals import ServiceNotFound
from services.scheduler.mongo.store import Store


async def list_services(
    store: Store, actor: StaffMember, *, active: bool | None
) -> Sequence[Service]:
    """Return what the practice offers, by label; None is with what it does not offer any more."""
    found = await store.services.of_practice(actor.practice_id)
    return [service for service in found if active in (None, service.active)]


async def find_service(store: Store, actor: StaffMember, service_id: UUID) -> Service:
    """Return a service of the actor's practice; raises ServiceNotFound."""
    service = await store.services.get(actor.practice_id, service_id)
    if service is None:
        raise ServiceNotFound
    return service
