"""Approve a request: book, move or cancel, in one transaction with the event that tells the client.

Everything is read and worked out first; the transaction then writes it all, each write on the
condition that what was read still holds. Whoever loses a race reads again.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import AppointmentRequest, Decision, Edits
from services.scheduler.domain.booking_plan import NOTHING_CONFIRMED, Confirmed
from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import Clash, Refusal
from services.scheduler.events import approved_event
from services.scheduler.mongo import bookings
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_calendar import (
    CalendarChange,
    LostRace,
    write_calendar_change,
)
from services.scheduler.use_cases.decide import (
    Decided,
    Ruling,
    history_entry,
    is_as_read,
    require_version,
    standing_decision,
)
from services.scheduler.use_cases.plan_approval import ApprovalPlan, find_records, plan_approval
from services.scheduler.use_cases.show_to_assigned import is_settled, recheck
from shared.messaging.topology import SCHEDULING
from shared.mongo import Session
from shared.schemas.request_approved import RequestApproved
from shared.schemas.vocabulary import RequestStatus


async def approve_request(
    store: Store,
    actor: StaffMember,
    request_id: UUID,
    edits: Edits,
    *,
    confirmed: Confirmed = NOTHING_CONFIRMED,
    expected_version: int | None,
    now: datetime,
) -> Decided:
    """Approve it with these edits, or return the same decision when it stands already.

    Raises:
        Refusal: see `domain.refusals`; nothing was written then.

    """
    ruling = Ruling(RequestStatus.APPROVED, edits)
    while True:
        records = await find_records(store, actor, request_id, edits)
        request = records.request
        if (standing := await standing_decision(store, request, ruling)) is not None:
            return standing
        require_version(request.version, expected_version)
        try:
            plan = await plan_approval(store, actor, records, edits, confirmed, now=now)
        except Refusal:
            if await is_as_read(store, request):
                raise
            continue  # what is in the way may be this request's own approval: read again
        await store.calendar_days.ensure(
            request.practice_id, plan.appointment.booking, there=plan.days
        )
        decision = ruling.to_decision(actor, now, plan.appointment.id)
        approval = _prepared(store, actor, request, plan, decision=decision, confirmed=confirmed)
        try:
            seen_by = await store.transaction(approval.write)
        except LostRace:
            continue  # read again: it is decided now, or changed
        if not is_settled(request, plan.client, seen_by):
            await recheck(store, [plan.client])
        if plan.original is not None:
            await store.requests.flag_if_changed(plan.appointment)
        return Decided(
            approval.decided, approval.appointment, repeated=False, warnings=plan.warnings
        )


@dataclass(frozen=True, slots=True)
class _Approval:
    """The writes of one approval; `write` may run several times in transactions of its own.

    `decided` and `appointment` are as they will be stored, with the e-mail that `event` asks for
    waiting.
    """

    store: Store
    actor: StaffMember
    request: AppointmentRequest
    plan: ApprovalPlan
    decision: Decision
    confirmed: Confirmed
    decided: AppointmentRequest
    appointment: Appointment
    event: RequestApproved

    async def write(self, session: Session) -> frozenset[UUID]:
        """Write it all; return who could see the request until then."""
        # The decision comes first: of two at once, the loser must not meet the winner's booking.
        seen_by = await self.store.requests.save_approval(
            self.actor,
            self.request,
            self.decided,
            visible=set(self.plan.client.assigned_staff_ids),
            session=session,
        )
        if seen_by is None:
            raise LostRace
        if self.plan.client_is_new:
            await self._add_client(session)
        clashes = await write_calendar_change(
            self.store,
            self.actor,
            CalendarChange(
                self.plan.client,
                self.plan.original,
                self.appointment,
                request_id=self.request.id,
                overlap_allowed=self.confirmed.overlap,
            ),
            session,
        )
        await self.store.history.add(
            history_entry(
                self.request, self.decision, before=self._before(), after=self._after(clashes)
            ),
            session=session,
        )
        await self.store.outbox.add(
            self.event, exchange=SCHEDULING, routing_key="request.approved", session=session
        )
        return seen_by

    async def _add_client(self, session: Session) -> None:
        # Two requests of one new client, approved at once, are to make one record.
        client = self.plan.client
        await self.store.practices.take_turn(client.practice_id, session=session)
        alike = await self.store.clients.resembling(
            client.practice_id,
            email=client.email,
            name=client.name,
            birth_date=client.birth_date,
            session=session,
        )
        if alike and not self.confirmed.new_client:
            raise LostRace
        await self.store.clients.add(client, session=session)

    def _before(self) -> dict[str, object]:
        original = self.plan.original
        return {
            "status": self.request.status.value,
            "appointment": original and bookings.to_document(original.booking),
        }

    def _after(self, clashes: tuple[Clash, ...]) -> dict[str, object]:
        return {
            "status": self.decision.status.value,
            "appointment_status": self.plan.appointment.status.value,
            "appointment": bookings.to_document(self.plan.appointment.booking),
            "changes": [change.as_members() for change in self.plan.changes],
            "overlaps": [clash.as_members() for clash in clashes],
            "warnings": [warning.as_members() for warning in self.plan.warnings],
            "client_created": self.plan.client_is_new,
        }


def _prepared(
    store: Store,
    actor: StaffMember,
    request: AppointmentRequest,
    plan: ApprovalPlan,
    *,
    decision: Decision,
    confirmed: Confirmed,
) -> _Approval:
    """Return all that can be made before the transaction, so that others wait less for it."""
    event = approved_event(
        request,
        decision,
        practice=plan.practice,
        client=plan.client,
        appointment=plan.appointment,
        previous=plan.original,
        changes=plan.changes,
    )
    waiting = Notification(event.id, NotificationStatus.WAITING, decision.at)
    decided = replace(
        request.decide(decision),
        requester=replace(request.requester, client_id=plan.client.id),
        notification=waiting,
    )
    appointment = replace(plan.appointment, notification=waiting)
    return _Approval(store, actor, request, plan, decision, confirmed, decided, appointment, event)
