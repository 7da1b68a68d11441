"""What should become of appointments that staff book, move and cancel without a request."""

from dataclasses import replace
from typing import Final

from tests.integration.state_machine.books import (
    DONE,
    REPEATED,
    Books,
    Expected,
    answer,
    unused,
)
from tests.integration.state_machine.operations import Assign, Book, Cancel, Move, Outcome
from tests.integration.state_machine.people import STAFF
from tests.integration.state_machine.rules import Basis, may_see, plan

KEY_REUSED: Final = "idempotency-key-reused"


def book(books: Books, wanted: Book, outcome: Outcome) -> Expected:
    """Book it, once for each key."""
    before = books.keys.get((wanted.actor, wanted.key or ""))
    seen = before and books.appointment_seen_by(wanted.actor, before)
    if seen:
        repeated = Expected(frozenset({REPEATED}), before, seen.client)
        return repeated if seen.client == wanted.client else answer(KEY_REUSED)
    practice = STAFF[wanted.actor].practice
    basis = Basis(practice, wanted.start, wanted.clinician, wanted.service)
    planned = plan(basis, wanted.wish, books.now, confirm_duration=wanted.confirmed.duration)
    reasons = set(planned.reasons)
    client = books.clients.get(wanted.client)
    if client is None or not may_see(wanted.actor, client.practice, books.assigned[wanted.client]):
        reasons.add("client-unknown")
    if before:
        reasons.add(KEY_REUSED)  # of an appointment that they see no more
    if reasons or planned.slot is None:
        return answer(*reasons)
    name = unused(outcome.appointment, books.appointments)
    clashes = books.clashes(wanted.actor, practice, name, planned.slot)
    if clashes and not wanted.confirmed.overlap:
        return replace(answer("slot-taken"), clashes=clashes)
    double_booked = books.double_booked(wanted.actor, wanted.client, name, planned.slot)
    books.put(name, practice, wanted.client, planned.slot, None)
    books.note_direct_change("booked", wanted.actor, name, clashes, told=True)
    if wanted.key is not None:
        books.keys[wanted.actor, wanted.key] = name
    return Expected(frozenset({DONE}), name, wanted.client, double_booked=double_booked)


def move(books: Books, change: Move) -> Expected:
    """Change it; what is so already stays untold."""
    name = change.appointment
    one = books.appointment_seen_by(change.actor, name)
    if one is None:
        return answer("appointment-not-found")
    if not one.booked:
        return answer("appointment-cancelled")
    planned = plan(
        Basis(one.practice, None, None, None, one.slot),
        change.wish,
        books.now,
        confirm_duration=change.confirmed.duration,
    )
    if planned.slot == one.slot:
        return Expected(frozenset({REPEATED}), name, one.client)
    reasons = set(planned.reasons)
    if change.version not in (None, one.version):
        reasons.add("stale-version")
    if reasons or planned.slot is None:
        return answer(*reasons)
    clashes = books.clashes(change.actor, one.practice, name, planned.slot)
    if clashes and not change.confirmed.overlap:
        return replace(answer("slot-taken"), clashes=clashes)
    double_booked = books.double_booked(change.actor, one.client, name, planned.slot)
    told = books.put(name, one.practice, one.client, planned.slot, None)
    books.note_direct_change("moved", change.actor, name, clashes, told=told)
    return Expected(frozenset({DONE}), name, one.client, double_booked=double_booked)


def cancel(books: Books, change: Cancel) -> Expected:
    """Cancel it; once more is nothing new."""
    name = change.appointment
    one = books.appointment_seen_by(change.actor, name)
    if one is None:
        return answer("appointment-not-found")
    if not one.booked:
        return Expected(frozenset({REPEATED}), name, one.client)
    if change.version not in (None, one.version):
        return answer("stale-version")
    books.cancel(name, None)
    books.note_direct_change("cancelled", change.actor, name, frozenset(), told=True)
    return Expected(frozenset({DONE}), name, one.client)


def assign(books: Books, change: Assign) -> Expected:
    """Show everything of the client to the staff now assigned."""
    books.assigned[change.client] = set(change.staff)
    practice = books.clients[change.client].practice
    for request in books.requests.values():
        if (request.practice, request.client) == (practice, change.client):
            asked_for = request.clinician if request.newcomer else None
            request.visible_to = set(change.staff) | ({asked_for} if asked_for else set())
    for one in books.appointments.values():
        if one.client == change.client:
            one.visible_to = set(change.staff) | {one.slot.clinician}
    return answer(DONE)
