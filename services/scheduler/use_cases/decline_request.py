"""Decline a request: it closes, and staff contact the client themselves (PRODUCT 6).

Where the practice lets them, they may write a message with it, which the client is e-mailed. The
client stays to be contacted until somebody ticks that off: a message does not answer questions.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.appointment_request import AppointmentRequest, Decision
from services.scheduler.domain.notification import Notification, NotificationStatus
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
from services.scheduler.use_cases.write_decline_message import write_decline_message
from shared.messaging.topology import SCHEDULING
from shared.mongo import Session
from shared.schemas.request_declined import DeclineMessage
from shared.schemas.vocabulary import RequestStatus


async def decline_request(
    store: Store,
    actor: StaffMember,
    request_id: UUID,
    reason: str | None,
    *,
    message: str | None = None,
    expected_version: int | None,
    now: datetime,
) -> Decided:
    """Decline it, or return the same decision when it stands already.

    Raises:
        RequestNotFound, AlreadyDecided, StaleVersion, DeclineMessagesOff, ClientNotReachable

    """
    ruling = Ruling(RequestStatus.DECLINED, reason=reason, message=message)
    while True:
        request = await find_request(store, actor, request_id)
        if (standing := await standing_decision(store, request, ruling)) is not None:
            return standing
        require_version(request.version, expected_version)
        told: DeclineMessage | None = None
        if message is not None:
            told = await write_decline_message(store, actor, request, message)
        decision = ruling.to_decision(actor, now)
        declined = _declined(request, decision)
        try:
            await _write(store, actor, request, declined, told)
        except LostRace:
            continue  # read again: it is decided now, or changed
        return Decided(declined, None, repeated=False)


def _declined(request: AppointmentRequest, decision: Decision) -> AppointmentRequest:
    declined = request.decide(decision)
    if decision.message is None:
        return declined
    event_id = f"{request.id}:declined"
    waiting = Notification(event_id, NotificationStatus.WAITING, decision.at)
    return replace(declined, notification=waiting)


async def _write(
    store: Store,
    actor: StaffMember,
    request: AppointmentRequest,
    declined: AppointmentRequest,
    told: DeclineMessage | None,
) -> None:
    decision = declined.decision
    assert decision is not None  # noqa: S101  it was just taken

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
                after={
                    "status": declined.status.value,
                    "reason": decision.reason,
                    "message": decision.message,
                },
            ),
            session=session,
        )
        await store.outbox.add(
            declined_event(declined, decision, told),
            exchange=SCHEDULING,
            routing_key="request.declined",
            session=session,
        )

    await store.transaction(body)
