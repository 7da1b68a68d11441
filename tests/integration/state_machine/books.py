"""The practices' books as the model keeps them, and the entries that operations make in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from tests.integration.state_machine.operations import Clash, Outcome, Withdraw
from tests.integration.state_machine.people import (
    CLIENTS,
    EMAILS_STAFF_CHANGES,
    OPENING,
    Patient,
)
from tests.integration.state_machine.records import (
    Appointment,
    Done,
    Picture,
    Request,
    Slot,
    Told,
    busy_days,
)
from tests.integration.state_machine.rules import may_see

DONE: Final = "done"
REPEATED: Final = "repeated"


@dataclass(frozen=True)
class Expected:
    """The answers that would be right, and what goes with them."""

    answers: frozenset[str]
    appointment: str | None = None
    client: str | None = None
    clashes: frozenset[Clash] = frozenset()
    double_booked: int = 0

    def explains(self, outcome: Outcome, *, alone: bool = True) -> bool:
        """Say whether the outcome is right; warnings are promised to who works alone."""
        return (
            outcome.answer in self.answers
            and (outcome.appointment, outcome.client) == (self.appointment, self.client)
            and outcome.clashes == self.clashes
            and (not alone or outcome.double_booked == self.double_booked)
        )


def answer(*answers: str) -> Expected:
    """Return that any of these is right, and that nothing goes with it."""
    return Expected(frozenset(answers))


def unused(name: str | None, taken: Mapping[str, object]) -> str:
    """Return the name of what came to be; what was there before cannot have come to be."""
    return "something new" if name is None or name in taken else name


@dataclass
class Books:
    """Everything the model knows; `keys` are of direct bookings, by actor and key."""

    now: datetime = OPENING
    requests: dict[str, Request] = field(default_factory=dict)
    appointments: dict[str, Appointment] = field(default_factory=dict)
    clients: dict[str, Patient] = field(default_factory=lambda: dict(CLIENTS))
    assigned: dict[str, set[str]] = field(
        default_factory=lambda: {name: set(one.assigned) for name, one in CLIENTS.items()}
    )
    history: dict[str, Done] = field(default_factory=dict)
    outbox: dict[str, Told] = field(default_factory=dict)
    withdrawals: dict[tuple[str, str], Withdraw] = field(default_factory=dict)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)

    def copy(self) -> "Books":
        """Return books that may be changed without changing these."""
        return replace(
            self,
            requests={name: one.copy() for name, one in self.requests.items()},
            appointments={name: one.copy() for name, one in self.appointments.items()},
            clients=dict(self.clients),
            assigned={name: set(staff) for name, staff in self.assigned.items()},
            history=dict(self.history),
            outbox=dict(self.outbox),
            withdrawals=dict(self.withdrawals),
            keys=dict(self.keys),
        )

    def picture(self) -> Picture:
        """Return what the database must hold."""
        return Picture(
            self.requests,
            self.appointments,
            self.assigned,
            self.history,
            self.outbox,
            busy_days(self.appointments),
        )

    def request_seen_by(self, actor: str, name: str) -> Request | None:
        """Return the request when there is one that the actor may see."""
        request = self.requests.get(name)
        if request is None or not may_see(actor, request.practice, request.visible_to):
            return None
        return request

    def appointment_seen_by(self, actor: str, name: str) -> Appointment | None:
        """Return the appointment when there is one that the actor may see."""
        one = self.appointments.get(name)
        if one is None or not may_see(actor, one.practice, one.visible_to):
            return None
        return one

    def clashes(self, actor: str, practice: str, name: str, slot: Slot) -> frozenset[Clash]:
        """Return what keeps the clinician from it; nothing when it is theirs already."""
        mine = self.appointments.get(name)
        if mine is not None and mine.slot.takes_the_time_of(slot):
            return frozenset()
        found = set()
        for other_name, other in self.appointments.items():
            taken = other.slot
            if other_name == name or not other.booked or taken.clinician != slot.clinician:
                continue
            if not taken.meets(slot) or other.practice != practice:
                continue
            if may_see(actor, practice, other.visible_to):
                found.add(Clash(other_name, taken.start, taken.end))
            else:
                shared = max(taken.start, slot.start), min(taken.end, slot.end)
                found.add(Clash(None, *shared))
        return frozenset(found)

    def double_booked(self, actor: str, client: str, name: str, slot: Slot) -> int:
        """Return how many other appointments the client has then, that the actor may see."""
        return sum(
            other.booked
            and other.client == client
            and other_name != name
            and other.slot.meets(slot)
            and may_see(actor, other.practice, other.visible_to)
            for other_name, other in self.appointments.items()
        )

    def put(self, name: str, practice: str, client: str, slot: Slot, request: str | None) -> bool:
        """Book or change the appointment; say whether the client's picture of it changes."""
        before = self.appointments.get(name)
        if before is None:
            one = Appointment(practice, client, slot, set())
            self.appointments[name] = one
            told = True
        else:
            one = before
            told = not one.slot.looks_like(slot)
            if one.slot.start != slot.start:
                self._flag_waiting_about(name, "original-moved", request)
            one.slot = slot
            one.version += 1
            one.sequence += told
        one.visible_to = self.assigned[client] | {slot.clinician}
        if request is not None:
            one.requests.add(request)
        return told

    def cancel(self, name: str, request: str | None) -> None:
        """Cancel the appointment."""
        one = self.appointments[name]
        one.booked = False
        one.version += 1
        one.sequence += 1
        one.visible_to = self.assigned[one.client] | {one.slot.clinician}
        if request is not None:
            one.requests.add(request)
        self._flag_waiting_about(name, "original-cancelled", request)

    def close(self, done: Done) -> None:
        """End a request that waits, as is noted."""
        assert done.request is not None
        request = self.requests[done.request]
        request.status, request.decided_by = done.action, done.by
        request.version += 1
        self.history[f"{done.request}:{done.action}"] = done

    def note_direct_change(
        self, action: str, actor: str, name: str, clashes: frozenset[Clash], *, told: bool
    ) -> None:
        """Write the history of a change without a request, and its event when it is told."""
        one = self.appointments[name]
        self.history[f"{name}:{one.version}"] = Done(
            action, actor, self.now, appointment=name, overlaps=clashes
        )
        if told:
            event = f"{name}:{one.sequence}:changed"
            self.tell(event, "appointment.changed", name)
            if EMAILS_STAFF_CHANGES[one.practice]:
                one.email = event

    def tell(self, event: str, routing_key: str, appointment: str | None = None) -> None:
        """Put an event into the outbox, about an appointment as it is now."""
        if appointment is None:
            self.outbox[event] = Told(routing_key, self.now)
            return
        one = self.appointments[appointment]
        self.outbox[event] = Told(
            routing_key,
            self.now,
            one.sequence,
            "booked" if one.booked else "cancelled",
            one.slot.start,
            one.slot.minutes,
            one.slot.clinician,
        )

    def _flag_waiting_about(self, appointment: str, flag: str, request: str | None) -> None:
        for name, other in self.requests.items():
            waits = other.status == "pending" and name != request
            if waits and other.original == appointment:
                other.flags.add(flag)
                other.version += 1
