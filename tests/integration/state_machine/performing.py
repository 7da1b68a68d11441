"""Does the operations on a real store, through the use cases, and says what each answered."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from services.scheduler.domain import refusals
from services.scheduler.domain.warnings import BookingWarning, WarningCode
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.approve_request import approve_request
from services.scheduler.use_cases.book_appointment import book_appointment
from services.scheduler.use_cases.cancel_appointment import cancel_appointment
from services.scheduler.use_cases.change_appointment import Changed
from services.scheduler.use_cases.decline_request import decline_request
from services.scheduler.use_cases.follow_up import follow_up
from services.scheduler.use_cases.move_appointment import move_appointment
from services.scheduler.use_cases.receive_requests import receive_requests
from services.scheduler.use_cases.show_to_assigned import show_to_assigned
from services.scheduler.use_cases.withdraw_request import withdraw_request
from tests.integration.state_machine.books import DONE, REPEATED
from tests.integration.state_machine.inputs import Inputs
from tests.integration.state_machine.names import Names
from tests.integration.state_machine.operations import (
    Approve,
    Assign,
    Book,
    Cancel,
    Clash,
    Decline,
    FollowUp,
    Move,
    Operation,
    Outcome,
    Submit,
    Withdraw,
)

_CORRELATION: Final = "state-machine"
_LIMIT_SECONDS: Final = 60


async def perform(
    store: Store, names: Names, operations: Sequence[Operation], now: datetime
) -> list[Outcome]:
    """Do all of them at once; what comes to be gets its name in their order."""
    performer = _Performer(store, names, now)
    async with asyncio.timeout(_LIMIT_SECONDS):
        answers = await asyncio.gather(
            *(performer.answer(one) for one in operations), return_exceptions=True
        )
    outcomes = []
    for told in answers:
        if isinstance(told, BaseException):
            raise told
        outcomes.append(
            replace(
                told,
                appointment=names.christen("a", told.appointment),
                client=names.christen("c", told.client),
            )
        )
    return [replace(one, clashes=_with_names(names, one.clashes)) for one in outcomes]


class _Performer:
    def __init__(self, store: Store, names: Names, now: datetime) -> None:
        self._store, self._names, self._now = store, names, now
        self._inputs = Inputs(names)

    async def answer(self, operation: Operation) -> Outcome:
        try:
            return await self._do(operation)
        except refusals.SlotTaken as refusal:
            return Outcome(refusal.code, clashes=frozenset(map(self._clash, refusal.clashes)))
        except refusals.Refusal as refusal:
            return Outcome(refusal.code)

    async def _do(self, operation: Operation) -> Outcome:
        match operation:
            case Submit():
                outcome = await self._submit(operation)
            case Withdraw():
                outcome = await self._withdraw(operation)
            case Approve():
                outcome = await self._approve(operation)
            case Decline():
                outcome = await self._decline(operation)
            case FollowUp():
                outcome = await self._follow_up(operation)
            case Book():
                outcome = _changed(await self._book(operation))
            case Move():
                outcome = _changed(await self._move(operation))
            case Cancel():
                outcome = _changed(await self._cancel(operation))
            case Assign():
                outcome = await self._assign(operation)
        return outcome

    def _clash(self, told: refusals.Clash) -> Clash:
        return Clash(self._names.name_or_none(told.appointment_id), told.start, told.end)

    async def _submit(self, submission: Submit) -> Outcome:
        event = self._inputs.submission(submission, self._now)
        (reason,) = await receive_requests(self._store, [event], now=self._now)
        return Outcome(reason or DONE)

    async def _withdraw(self, told: Withdraw) -> Outcome:
        withdrawal = self._inputs.withdrawal(told, self._now)
        await withdraw_request(self._store, withdrawal, now=self._now)
        return Outcome(DONE)

    async def _approve(self, ruling: Approve) -> Outcome:
        decided = await approve_request(
            self._store,
            self._inputs.member(ruling.actor),
            self._names.id_of(ruling.request),
            self._inputs.edits(ruling.wish),
            confirmed=ruling.confirmed,
            expected_version=ruling.version,
            now=self._now,
        )
        appointment = decided.appointment
        return Outcome(
            REPEATED if decided.repeated else DONE,
            appointment=None if appointment is None else self._names.name_of(appointment.id),
            client=self._names.name_or_none(decided.request.requester.client_id),
            double_booked=_double_booked(decided.warnings),
        )

    async def _decline(self, ruling: Decline) -> Outcome:
        declined = await decline_request(
            self._store,
            self._inputs.member(ruling.actor),
            self._names.id_of(ruling.request),
            ruling.reason,
            expected_version=ruling.version,
            now=self._now,
        )
        return Outcome(REPEATED if declined.repeated else DONE)

    async def _follow_up(self, tick: FollowUp) -> Outcome:
        await follow_up(
            self._store,
            self._inputs.member(tick.actor),
            self._names.id_of(tick.request),
            done=tick.done,
            now=self._now,
        )
        return Outcome(DONE)

    async def _book(self, wanted: Book) -> Changed:
        return await book_appointment(
            self._store,
            self._inputs.member(wanted.actor),
            self._inputs.booking(wanted),
            confirmed=wanted.confirmed,
            idempotency_key=wanted.key,
            correlation_id=_CORRELATION,
            now=self._now,
        )

    async def _move(self, change: Move) -> Changed:
        return await move_appointment(
            self._store,
            self._inputs.member(change.actor),
            self._names.id_of(change.appointment),
            self._inputs.edits(change.wish),
            confirmed=change.confirmed,
            expected_version=change.version,
            correlation_id=_CORRELATION,
            now=self._now,
        )

    async def _cancel(self, change: Cancel) -> Changed:
        return await cancel_appointment(
            self._store,
            self._inputs.member(change.actor),
            self._names.id_of(change.appointment),
            expected_version=change.version,
            correlation_id=_CORRELATION,
            now=self._now,
        )

    async def _assign(self, change: Assign) -> Outcome:
        """Change the record, then show it, in the order that the use case asks for."""
        client_id = self._names.id_of(change.client)
        client = (await self._store.clients.get_many([client_id]))[client_id]
        staff = tuple(self._names.id_of(one) for one in sorted(change.staff))
        changed = replace(client, assigned_staff_ids=staff, version=client.version + 1)
        await self._store.clients.save(changed)
        await show_to_assigned(self._store, changed)
        return Outcome(DONE)


def _changed(changed: Changed) -> Outcome:
    return Outcome(
        REPEATED if changed.repeated else DONE,
        appointment=str(changed.appointment.id),
        client=str(changed.appointment.client_id),
        double_booked=_double_booked(changed.warnings),
    )


def _double_booked(warnings: Iterable[BookingWarning]) -> int:
    return sum(one.code is WarningCode.CLIENT_DOUBLE_BOOKED for one in warnings)


def _with_names(names: Names, clashes: Iterable[Clash]) -> frozenset[Clash]:
    return frozenset(
        replace(clash, appointment=names.christen("a", clash.appointment)) for clash in clashes
    )
