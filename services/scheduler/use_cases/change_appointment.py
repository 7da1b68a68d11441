"""Book, move and cancel directly, without a request, under the same rules (PRODUCT 3, 8.1, 8.2)."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.booking_plan import FieldChange, changes_between
from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.domain.people import Client, Practice, StaffMember
from services.scheduler.domain.refusals import (
    ActorNotStaff,
    AppointmentNotFound,
    Clash,
    ClientUnknown,
)
from services.scheduler.domain.warnings import BookingWarning
from services.scheduler.events import appointment_changed_event
from services.scheduler.mongo import bookings
from services.scheduler.mongo.history import HistoryEntry
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_calendar import (
    CalendarChange,
    write_calendar_change,
)
from services.scheduler.use_cases.show_to_assigned import recheck
from shared.messaging.topology import SCHEDULING
from shared.mongo import Session
from shared.schemas.appointment_changed import AppointmentChange, AppointmentChanged


@dataclass(frozen=True, slots=True)
class Changed:
    """The appointment as it is now; `repeated` when this call found it so."""

    appointment: Appointment
    repeated: bool
    warnings: tuple[BookingWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class DirectChange:
    """What a member of staff does to the calendar, with the records it needs."""

    actor: StaffMember
    kind: AppointmentChange
    practice: Practice
    client: Client
    before: Appointment | None
    after: Appointment
    overlap_allowed: bool
    correlation_id: str
    warnings: tuple[BookingWarning, ...] = ()

    @property
    def is_told(self) -> bool:
        """Say whether the client's own picture of the appointment changes."""
        return self.before is None or self.before.sequence != self.after.sequence

    @property
    def changes(self) -> tuple[FieldChange, ...]:
        """Where it is otherwise than before."""
        if self.before is None:
            return ()
        return changes_between(self.before.booking, self.after.booking)

    @property
    def event_id(self) -> str:
        """The event's id, the same however often the transaction is tried."""
        return f"{self.after.id}:{self.after.sequence}:changed"

    @property
    def appointment(self) -> Appointment:
        """The appointment as it is written; its e-mail waits when there is to be one."""
        if not (self.is_told and self.practice.emails.staff_changes):
            return self.after
        waiting = Notification(self.event_id, NotificationStatus.WAITING, self.after.changed_at)
        return replace(self.after, notification=waiting)


async def write_direct_change(store: Store, change: DirectChange) -> Changed:
    """Write it in one transaction with its history and its event.

    Raises:
        SlotTaken, LostRace: nothing was written.
        DuplicateKeyError: nor then, as the appointment to be booked is there already.

    """
    appointment = change.appointment
    await store.calendar_days.ensure(change.practice.id, appointment.booking)

    async def body(session: Session) -> None:
        clashes = await write_calendar_change(
            store,
            change.actor,
            CalendarChange(
                change.client,
                change.before,
                appointment,
                overlap_allowed=change.overlap_allowed,
            ),
            session,
        )
        await store.history.add(_history_entry(change, clashes), session=session)
        if change.is_told:
            await store.outbox.add(
                _event(change),
                exchange=SCHEDULING,
                routing_key="appointment.changed",
                session=session,
            )

    await store.transaction(body)
    await recheck(store, [change.client])
    if change.before is not None:
        await store.requests.flag_if_changed(appointment)
    return Changed(appointment, repeated=False, warnings=change.warnings)


async def find_appointment(store: Store, actor: StaffMember, appointment_id: UUID) -> Appointment:
    """Return the appointment; raises AppointmentNotFound when there is none the actor may see."""
    appointment = await store.appointments.get(actor, appointment_id)
    if appointment is None:
        raise AppointmentNotFound
    return appointment


async def find_practice(store: Store, actor: StaffMember) -> Practice:
    """Return the actor's practice; raises ActorNotStaff when it is gone."""
    practice = await store.practices.get(actor.practice_id)
    if practice is None:
        raise ActorNotStaff
    return practice


async def find_client_of(store: Store, appointment: Appointment) -> Client:
    """Return the client of an appointment that the actor may see; raises ClientUnknown."""
    client = await store.clients.get(appointment.practice_id, appointment.client_id)
    if client is None:
        raise ClientUnknown
    return client


def _event(change: DirectChange) -> AppointmentChanged:
    return appointment_changed_event(
        change.event_id,
        change.kind,
        practice=change.practice,
        client=change.client,
        appointment=change.after,
        previous=change.before,
        changes=change.changes,
        notify_client=change.practice.emails.staff_changes,
        correlation_id=change.correlation_id,
    )


def _history_entry(change: DirectChange, clashes: tuple[Clash, ...]) -> HistoryEntry:
    before, after = change.before, change.after
    return HistoryEntry(
        id=f"{after.id}:{after.version}",
        practice_id=after.practice_id,
        request_id=None,
        appointment_id=after.id,
        action=change.kind.value,
        by_staff_id=change.actor.id,
        by_name=change.actor.name,
        at=after.changed_at,
        before={} if before is None else _state(before),
        after={
            **_state(after),
            "overlaps": [clash.as_members() for clash in clashes],
            "warnings": [warning.as_members() for warning in change.warnings],
        },
    )


def _state(appointment: Appointment) -> dict[str, object]:
    return {
        "status": appointment.status.value,
        "appointment": bookings.to_document(appointment.booking),
    }
