"""The one way in which an appointment is booked, moved or cancelled, whoever asked for it."""

from dataclasses import dataclass
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import RequestFlag
from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.domain.refusals import Clash, SlotTaken
from services.scheduler.mongo.store import Store
from services.scheduler.mongo.unsettled import Changed
from shared.mongo import Session


class LostRace(Exception):
    """Somebody else's change was written first; the transaction is undone: read again."""


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """An appointment before (None: there was none) and after; `request_id` asked for it."""

    client: Client
    before: Appointment | None
    after: Appointment
    request_id: UUID | None = None
    overlap_allowed: bool = False

    @property
    def takes_other_time(self) -> bool:
        """Say whether the clinician's day changes."""
        before, after = self.before, self.after
        return (
            before is None
            or before.is_booked is not after.is_booked
            or before.booking.interval != after.booking.interval
            or before.booking.clinician_id != after.booking.clinician_id
        )


async def write_calendar_change(
    store: Store, actor: StaffMember, change: CalendarChange, session: Session
) -> tuple[Clash, ...]:
    """Write the appointment and the day documents; return what it overlaps, as was allowed.

    Raises:
        SlotTaken: the time is taken, with what takes it; nothing is to be committed then.
        DuplicateKeyError: the new appointment is there already.
        LostRace: the appointment is not as it was read.

    """
    # The appointment comes first: who lost a race over it must not meet its own new time as taken.
    before, after = change.before, change.after
    await _write_appointment(store, change, session)
    if before is not None:
        await _flag_other_requests(store, change, before, session)
    if not change.takes_other_time:
        return ()
    if before is not None and before.is_booked:
        await store.calendar_days.release(before, session=session)
    return await _take(store, actor, change, session) if after.is_booked else ()


async def find_clashes(
    store: Store, actor: StaffMember, wanted: Appointment, session: Session | None = None
) -> tuple[Clash, ...]:
    """Return what is in the way of an appointment; of what the actor may not see, only the time."""
    found = await store.appointments.overlapping(
        actor, wanted.booking.clinician_id, wanted.booking.interval, session=session
    )
    return tuple(
        _clash(other, wanted, may_see=may_see) for other, may_see in found if other.id != wanted.id
    )


async def _write_appointment(store: Store, change: CalendarChange, session: Session) -> None:
    before, after = change.before, change.after
    visible = {*change.client.assigned_staff_ids, after.booking.clinician_id}
    if before is None:
        await store.appointments.add(
            after, request_id=change.request_id, visible=visible, session=session
        )
        return
    written = await store.appointments.change(
        before, after, request_id=change.request_id, visible=visible, session=session
    )
    if not written:
        raise LostRace


async def _take(
    store: Store, actor: StaffMember, change: CalendarChange, session: Session
) -> tuple[Clash, ...]:
    try:
        was_free = await store.calendar_days.take(
            change.after, although_taken=change.overlap_allowed, session=session
        )
    except SlotTaken:
        # In the same snapshot: outside, what is in the way may not be majority-committed yet.
        raise SlotTaken(await find_clashes(store, actor, change.after, session)) from None
    return () if was_free else await find_clashes(store, actor, change.after, session)


async def _flag_other_requests(
    store: Store, change: CalendarChange, before: Appointment, session: Session
) -> None:
    if not change.after.is_booked:
        flag = RequestFlag.ORIGINAL_CANCELLED
    elif change.after.booking.start != before.booking.start:
        flag = RequestFlag.ORIGINAL_MOVED
    else:
        return
    await store.unsettled.note(
        Changed.APPOINTMENT,
        before.id,
        practice_id=before.practice_id,
        now=change.after.changed_at,
        session=session,
    )
    await store.requests.flag_pending_about(
        before.practice_id, before.id, flag, except_id=change.request_id, session=session
    )


def _clash(other: Appointment, wanted: Appointment, *, may_see: bool) -> Clash:
    taken = other.booking.interval
    if may_see:
        return Clash(other.id, taken.start, taken.end, other.client_name)
    shared = taken.clipped_to(wanted.booking.interval)
    return Clash(None, shared.start, shared.end, None)
