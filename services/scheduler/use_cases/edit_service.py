"""Edit a service, or offer it no more.

Appointments keep what they were booked with. Nothing new is booked with a service that is not
active; an appointment that has it may be moved and keep it.
"""

from dataclasses import replace

from services.scheduler.domain.people import Service, StaffMember
from services.scheduler.domain.permissions import Permission, require_permission
from services.scheduler.domain.record_refusals import MinutesOutsideRange
from services.scheduler.domain.refusals import StaleVersion
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.decide import require_version
from services.scheduler.use_cases.list_services import find_service


async def edit_service(store: Store, actor: StaffMember, wanted: Service) -> Service:
    """Replace the record that has the id and version of `wanted`; without a change it stays.

    Raises:
        ServiceNotFound, NotPermitted, StaleVersion, MinutesOutsideRange

    """
    before = await find_service(store, actor, wanted.id)
    require_permission(actor, Permission.EDIT_SERVICES)
    require_version(before.version, wanted.version)
    require_sensible_range(wanted)
    if wanted == before:
        return before
    after = replace(wanted, version=before.version + 1)
    if not await store.services.replace(before, after):
        raise StaleVersion
    return after


def require_sensible_range(service: Service) -> None:
    """Refuse a service that does not allow its own minutes; raises MinutesOutsideRange."""
    if not service.allows(service.minutes):
        raise MinutesOutsideRange(service.fewest_minutes, service.most_minutes)
