"""Tick off that somebody told a declined client (PRODUCT 8.7), or take the tick back."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.appointment_request import AppointmentRequest, FollowUp
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import NothingToFollowUp
from services.scheduler.mongo.history import HistoryEntry
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_calendar import LostRace
from services.scheduler.use_cases.decide import find_request
from shared.mongo import Session


async def follow_up(
    store: Store, actor: StaffMember, request_id: UUID, *, done: bool, now: datetime
) -> AppointmentRequest:
    """Return the request with its follow-up done or open; doing so again changes nothing.

    Raises:
        RequestNotFound, NothingToFollowUp: it was not declined.

    """
    while True:
        request = await find_request(store, actor, request_id)
        if request.follow_up is None:
            raise NothingToFollowUp
        if request.follow_up.done is done:
            return request
        ticked = FollowUp(done, actor.name, now) if done else FollowUp()
        followed_up = replace(request, follow_up=ticked, version=request.version + 1)
        try:
            await _write(store, actor, request, followed_up, now)
        except LostRace:
            continue
        return followed_up


async def _write(
    store: Store,
    actor: StaffMember,
    before: AppointmentRequest,
    after: AppointmentRequest,
    now: datetime,
) -> None:
    done = after.follow_up is not None and after.follow_up.done

    async def body(session: Session) -> None:
        if not await store.requests.save_follow_up(before, after, session=session):
            raise LostRace
        await store.history.add(
            HistoryEntry(
                id=f"{after.id}:{after.version}:follow-up",
                practice_id=after.practice_id,
                request_id=after.id,
                appointment_id=None,
                action="client-told" if done else "client-not-told",
                by_staff_id=actor.id,
                by_name=actor.name,
                at=now,
                before={"follow_up_done": not done},
                after={"follow_up_done": done},
            ),
            session=session,
        )

    await store.transaction(body)
