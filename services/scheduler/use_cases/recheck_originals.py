"""Flag requests that came in while staff changed the appointment they are about.

A change flags the requests that it finds waiting. One that comes in meanwhile is not there yet, and
was told of the appointment as it was. So who changes an appointment looks for such requests again
when the change is written, and who takes requests in looks at the appointments again: one of the
two always sees the other.
"""

from collections.abc import Iterable

from services.scheduler.domain.appointment import Appointment
from services.scheduler.mongo.store import Store


async def recheck_originals(store: Store, as_read: Iterable[Appointment]) -> None:
    """Flag the requests of appointments that have changed since they were read."""
    before = {one.id: one.version for one in as_read}
    if not before:
        return
    for now in (await store.appointments.get_many(before)).values():
        if now.version != before[now.id]:
            await store.requests.flag_if_changed(now)
