"""Repeat what follows a change, once nobody can be at work any more who had read what was before.

Editing a client writes the record first and then who may see what; whoever had read the record
before, and writes after, looks again at the end (`show_to_assigned`, `recheck_originals`). Any of
them can be ended in between, which nothing would tell. So each change is noted with its record, and
all that follows it is done once more after a minute, whether anything is missing or not (ADR 0021).
"""

from datetime import datetime, timedelta
from typing import Final

from services.scheduler.mongo.store import Store
from services.scheduler.mongo.unsettled import Changed, UnsettledChange
from services.scheduler.use_cases.edit_client import carry_over

AFTER: Final = timedelta(minutes=1)
"""Longer than anything takes from its reading to its writing: a transaction ends in ten seconds."""

_BATCH: Final = 100


async def settle_changes(store: Store, *, now: datetime) -> int:
    """Settle what was changed a minute ago and before; return how many changes that were.

    Several at once do no harm, nor does one that ends halfway.
    """
    settled = 0
    while changes := await store.unsettled.noted_until(now - AFTER, limit=_BATCH):
        for change in changes:
            await _settle(store, change, now)
            await store.unsettled.remove(change)
        settled += len(changes)
    return settled


async def _settle(store: Store, change: UnsettledChange, now: datetime) -> None:
    match change.kind:
        case Changed.CLIENT:
            clients = await store.clients.get_many([change.record_id])
            for client in clients.values():
                await carry_over(store, client, now=now)
        case Changed.APPOINTMENT:
            appointments = await store.appointments.get_many([change.record_id])
            for appointment in appointments.values():
                await store.requests.flag_if_changed(appointment)
