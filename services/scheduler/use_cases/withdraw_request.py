"""Withdraw a request: its client took it back; nothing was booked, and nothing changes that was."""

from datetime import datetime
from typing import Final

from services.scheduler.domain.appointment_request import AppointmentRequest, Decision, Edits
from services.scheduler.mongo.store import Store
from services.scheduler.mongo.withdrawals import Withdrawal
from services.scheduler.use_cases.change_calendar import LostRace
from services.scheduler.use_cases.decide import history_entry
from shared.mongo import Session
from shared.schemas.vocabulary import RequestStatus

THE_CLIENT: Final = "the client"


async def withdraw_request(store: Store, withdrawal: Withdrawal, *, now: datetime) -> None:
    """Keep the withdrawal, and close the request if it is here and waits.

    It may arrive before the submission, which then finds it. Who did not make the request withdraws
    nothing; a request that was decided stays as it was decided.
    """
    await store.withdrawals.keep(withdrawal)
    await apply_withdrawal(store, withdrawal, now=now)


async def apply_withdrawal(store: Store, withdrawal: Withdrawal, *, now: datetime) -> None:
    """Close the request that a kept withdrawal is about, if it is theirs and waits."""
    while True:
        request = await store.requests.get_submitted(withdrawal.practice_id, withdrawal.request_id)
        if request is None or not _is_theirs(request, withdrawal):
            return
        if request.status is not RequestStatus.PENDING:
            return
        try:
            await _write(store, request, withdrawal, now)
        except LostRace:
            continue  # read again: it is decided now, or changed
        return


def _is_theirs(request: AppointmentRequest, withdrawal: Withdrawal) -> bool:
    if withdrawal.client_id is not None:
        return request.requester.client_id == withdrawal.client_id
    return request.requester.is_new and request.submitted_by == withdrawal.withdrawn_by


async def _write(
    store: Store, request: AppointmentRequest, withdrawal: Withdrawal, now: datetime
) -> None:
    decision = Decision(
        status=RequestStatus.WITHDRAWN,
        by_staff_id=None,
        by_name=THE_CLIENT,
        at=now,
        edits=Edits(),
        reason=None,
        appointment_id=None,
    )
    withdrawn = request.decide(decision)

    async def body(session: Session) -> None:
        written = await store.requests.save_decision(
            None, request, withdrawn, visible=set(), session=session
        )
        if not written:
            raise LostRace
        await store.history.add(
            history_entry(
                request,
                decision,
                before={"status": request.status.value},
                after={"status": withdrawn.status.value, "asked_at": withdrawal.at},
            ),
            session=session,
        )

    await store.transaction(body)
