"""Decline a request: it closes, and staff contact the client themselves (PRODUCT 6)."""

from datetime import datetime
from uuid import UUID

from services.scheduler.domain.appointment_request import AppointmentRequest, Decision
from services.scheduler.domain.people import StaffMember
from services.scheduler.events import declined_event
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_calendar import LostRace
from services.scheduler.use_cases.decide import (
    Decided,
    Ruling,
    find_request,
    history_entry,
    require_version,
    standing_decision,
)
from shared.messaging.topology import SCHEDULING
from shared.mongo import Session
from shared.schemas.vocabulary import RequestStatus


async def decline_request(
    store: Store,
    actor: StaffMember,
    request_id: UUID,
    reason: str | None,
    *,
    expected_version: int | None,
    now: datetime,
) -> Decided:
    """Decline it, or return the same decision when it stands already.

    Raises:
        RequestNotFound, AlreadyDecided, StaleVersion

    """
    ruling = Ruling(RequestStatus.DECLINED, reason=reason)
    while True:
        request = await find_request(store, actor, request_id)
        if (standing := await standing_decision(store, request, ruling)) is not None:
            return standing
        require_version(request.version, expected_version)
        decision = ruling.to_decision(actor, now)
        declined = request.decide(decision)
        try:
            await _write(store, actor, request, declined, decision)
        except LostRace:
            continue  # read again: it is decided now, or changed
        return Decided(declined, None, repeated=False)


async def _write(
    store: Store,
    actor: StaffMember,
    request: AppointmentRequest,
    declined: AppointmentRequest,
    decision: Decision,
) -> None:
    async def body(session: Session) -> None:
        written = await store.requests.save_decision(
            actor, request, declined, visible=set(), session=session
        )
        if not written:
            raise LostRace
        await store.history.add(
            history_entry(
                request,
                decision,
                before={"status": request.status.value},
                after={"status": declined.status.value, "reason": decision.reason},
            ),
            session=session,
        )
        await store.outbox.add(
            declined_event(declined, decision),
            exchange=SCHEDULING,
            routing_key="request.declined",
            session=session,
        )

    await store.transaction(body)
