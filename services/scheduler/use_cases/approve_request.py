"""Approve a request: book, move or cancel, in one transaction with the event that tells the client.

Everything is read and worked out first; the transaction then writes it all, each write on the
condition that what was read still holds. Whoever loses a race reads again.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.scheduler.domain.appointment import AppointmentStatus, Booking
from services.scheduler.domain.appointment_request import (
    AppointmentRequest,
    Decision,
    Edits,
    RequestStatus,
)
from services.scheduler.domain.refusals import Clash, SlotTaken
from services.scheduler.events import approved_event
from services.scheduler.mongo import bookings
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.admit_staff import admit_staff
from services.scheduler.use_cases.decide import (
    Decided,
    LostRace,
    Ruling,
    find_request,
    history_entry,
    require_version,
    standing_decision,
)
from services.scheduler.use_cases.plan_approval import ApprovalPlan, plan_approval
from shared.auth.actors import StaffActor
from shared.messaging.topology import SCHEDULING
from shared.mongo import Session


async def approve_request(
    store: Store,
    actor: StaffActor,
    request_id: UUID,
    edits: Edits,
    *,
    expected_version: int | None,
    now: datetime,
) -> Decided:
    """Approve it with these edits, or return the same decision when it stands already.

    Raises:
        Refusal: see `domain.refusals`; nothing was written then.

    """
    decider = await admit_staff(store, actor)
    ruling = Ruling(RequestStatus.APPROVED, edits)
    while True:
        request = await find_request(store, actor, request_id)
        if (standing := await standing_decision(store, request, ruling)) is not None:
            return standing
        require_version(request, expected_version)
        plan = await plan_approval(store, request, edits, now=now)
        approval = _Approval(
            store,
            actor,
            request,
            plan,
            Decision(
                status=ruling.status,
                by_staff_id=decider.id,
                by_name=decider.name,
                at=now,
                edits=edits,
                reason=None,
                appointment_id=plan.appointment.id,
            ),
        )
        await store.calendar_days.ensure(request.practice_id, plan.appointment.booking)
        try:
            await store.transaction(approval.write)
        except LostRace:
            continue  # read again: it is decided now, or changed
        return Decided(approval.decided, plan.appointment, repeated=False)


@dataclass(frozen=True, slots=True)
class _Approval:
    """The writes of one approval; `write` may run several times in transactions of its own."""

    store: Store
    actor: StaffActor
    request: AppointmentRequest
    plan: ApprovalPlan
    decision: Decision

    @property
    def decided(self) -> AppointmentRequest:
        requester = replace(self.request.requester, client_id=self.plan.client.id)
        return replace(self.request.decide(self.decision), requester=requester)

    async def write(self, session: Session) -> None:
        # The decision comes first: of two at once, the loser must not meet the winner's booking.
        staff = set(self.plan.client.assigned_staff_ids)
        written = await self.store.requests.save_decision(
            self.actor, self.request, self.decided, visible=staff, session=session
        )
        if not written:
            raise LostRace
        if self.plan.client_is_new:
            await self.store.clients.add(self.plan.client, session=session)
        await self._write_appointment(staff, session)
        await self.store.history.add(
            history_entry(self.request, self.decision, before=self._before(), after=self._after()),
            session=session,
        )
        await self.store.outbox.add(
            approved_event(
                self.request,
                self.decision,
                practice=self.plan.practice,
                client=self.plan.client,
                appointment=self.plan.appointment,
                previous=self.plan.original,
                changes=self.plan.changes,
            ),
            exchange=SCHEDULING,
            routing_key="request.approved",
            session=session,
        )

    async def _write_appointment(self, staff: set[UUID], session: Session) -> None:
        original, appointment = self.plan.original, self.plan.appointment
        visible = {*staff, appointment.booking.clinician_id}
        if original is not None:
            await self.store.calendar_days.release(original, session=session)
        if appointment.status is AppointmentStatus.BOOKED:
            await self._take(session)
        if original is None:
            await self.store.appointments.add(
                appointment, request_id=self.request.id, visible=visible, session=session
            )
            return
        changed = await self.store.appointments.change(
            original, appointment, request_id=self.request.id, visible=visible, session=session
        )
        if not changed:
            raise LostRace

    async def _take(self, session: Session) -> None:
        try:
            await self.store.calendar_days.take(self.plan.appointment, session=session)
        except SlotTaken:
            # In the same snapshot: outside, what is in the way may not be majority-committed yet.
            raise SlotTaken(await self._clashes(session)) from None

    async def _clashes(self, session: Session) -> list[Clash]:
        booking = self.plan.appointment.booking
        found = await self.store.appointments.overlapping(
            self.actor, booking.clinician_id, booking.start, booking.end, session=session
        )
        return [
            _clash(appointment.id, appointment.booking, appointment.client_name)
            if may_see
            else _hidden_clash(appointment.booking, booking)
            for appointment, may_see in found
            if appointment.id != self.plan.appointment.id
        ]

    def _before(self) -> dict[str, object]:
        original = self.plan.original
        return {
            "status": self.request.status.value,
            "appointment": original and bookings.to_document(original.booking),
        }

    def _after(self) -> dict[str, object]:
        return {
            "status": self.decision.status.value,
            "appointment_status": self.plan.appointment.status.value,
            "appointment": bookings.to_document(self.plan.appointment.booking),
            "changes": [
                {"field": change.field.value, "asked": change.asked, "booked": change.booked}
                for change in self.plan.changes
            ],
        }


def _clash(appointment_id: UUID, taken: Booking, client_name: str) -> Clash:
    return Clash(appointment_id, taken.start, taken.end, client_name)


def _hidden_clash(taken: Booking, wanted: Booking) -> Clash:
    return Clash(None, max(taken.start, wanted.start), min(taken.end, wanted.end), None)
