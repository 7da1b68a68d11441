"""Hold requests just taken in against the others that wait (PRODUCT 2).

Two clients who ask for the same time both wait, and staff see both; who asked second is flagged.
So is what a client asks for beyond what may wait of theirs. Looked for once they are written, so
that of two taken in at the same moment at least one is seen by the other; and only ever added, so
that a repetition changes nothing.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from services.scheduler.domain.appointment_request import AppointmentRequest, RequestFlag
from services.scheduler.domain.intervals import Interval
from services.scheduler.mongo.store import Store
from services.scheduler.mongo.waiting_requests import Waiting
from services.scheduler.use_cases.portal_policy import Portal


async def hold_against_others(
    store: Store, portals: Mapping[UUID, Portal], requests: Sequence[AppointmentRequest]
) -> None:
    """Flag who asked for a time that another waits for, and who has too many requests waiting."""
    for practice_id, portal in portals.items():
        own = [one for one in requests if one.practice_id == practice_id]
        ids = {one.id for one in own}
        asked_for: set[UUID] = set()
        if portal.policy.pending_holds_slot:
            asked_for = await _asked_for_before(store, practice_id, own)
        too_many = await _too_many(store, practice_id, own, portal.policy.most_pending)
        flag = store.waiting_requests.flag
        await flag(practice_id, asked_for, RequestFlag.SLOT_ASKED_FOR)
        await flag(practice_id, too_many & ids, RequestFlag.TOO_MANY_PENDING)


async def _asked_for_before(
    store: Store, practice_id: UUID, requests: Iterable[AppointmentRequest]
) -> set[UUID]:
    """Return, of each two that want the same time of a clinician, the one that came later.

    Of two of one person's own, none: they may have thought better of it.
    """
    wanted: dict[UUID, list[tuple[UUID, Interval]]] = {}
    for request in requests:
        interval = request.asked.interval
        if request.asked.clinician_id is not None and interval is not None:
            wanted.setdefault(request.asked.clinician_id, []).append((request.id, interval))
    found = await asyncio.gather(
        *(
            store.waiting_requests.around(practice_id, clinician, _span(asked))
            for clinician, asked in wanted.items()
        )
    )
    later: set[UUID] = set()
    for waiting, asked in zip(found, wanted.values(), strict=True):
        by_id = {one.id: one for one in waiting}
        for identifier, _ in asked:
            one = by_id.get(identifier)
            if one is None:
                continue  # decided, or taken back, by now
            later |= {max(one, other).id for other in waiting if one.is_in_the_way_of(other)}
    return later


def _span(asked: Sequence[tuple[UUID, Interval]]) -> Interval:
    return Interval(
        min(interval.start for _, interval in asked), max(interval.end for _, interval in asked)
    )


async def _too_many(
    store: Store, practice_id: UUID, requests: Iterable[AppointmentRequest], most: int
) -> set[UUID]:
    """Return what waits beyond the first `most` of each person's."""
    who = [one.requester for one in requests]
    clients = {one.client_id for one in who if not one.is_new and one.client_id is not None}
    births = {one.birth_date for one in who if one.is_new and one.birth_date is not None}
    beyond: set[UUID] = set()
    for client_id, count in (
        await store.waiting_requests.count_of_clients(practice_id, clients)
    ).items():
        if count > most:
            beyond |= await store.waiting_requests.beyond(practice_id, client_id, most)
    of_person: dict[object, list[Waiting]] = {}
    for waiting in await store.waiting_requests.of_new(practice_id, births):
        of_person.setdefault(waiting.person, []).append(waiting)
    for own in of_person.values():
        beyond |= {one.id for one in sorted(own)[most:]}
    return beyond
