"""What should become of requests that staff decide, and of what is booked by that."""

from dataclasses import dataclass, replace

from shared.schemas.vocabulary import RequestType
from tests.integration.state_machine.books import (
    DONE,
    REPEATED,
    Books,
    Expected,
    answer,
    unused,
)
from tests.integration.state_machine.operations import (
    Approve,
    Clash,
    Decline,
    FollowUp,
    Outcome,
    Wish,
)
from tests.integration.state_machine.people import NEWCOMERS
from tests.integration.state_machine.records import Appointment, Done, Request
from tests.integration.state_machine.rules import Basis, Plan, are_alike, may_see, plan


@dataclass(frozen=True)
class _Noted:
    """What it overlaps, as was allowed, and how many other appointments the client has then."""

    clashes: frozenset[Clash] = frozenset()
    double_booked: int = 0


@dataclass(frozen=True)
class _Choice:
    """The client on record; None with no reasons: a record is to be made."""

    client: str | None
    reasons: frozenset[str] = frozenset()


def decline(books: Books, ruling: Decline) -> Expected:
    """Close it; what was booked stays as it is."""
    request = books.request_seen_by(ruling.actor, ruling.request)
    if request is None:
        return answer("request-not-found")
    if request.status != "pending":
        same = (request.status, request.reason) == ("declined", ruling.reason)
        return answer(REPEATED if same else "already-decided")
    if _is_stale(ruling.version, request.version):
        return answer("stale-version")
    books.close(Done("declined", ruling.actor, books.now, ruling.request))
    request.reason = ruling.reason
    request.followed_up = False
    books.tell(f"{ruling.request}:declined", "request.declined")
    return answer(DONE)


def follow_up(books: Books, tick: FollowUp) -> Expected:
    """Tick off that the client of a declined request was told."""
    request = books.request_seen_by(tick.actor, tick.request)
    if request is None:
        return answer("request-not-found")
    if request.followed_up is None:
        return answer("nothing-to-follow-up")
    if request.followed_up is not tick.done:
        request.followed_up = tick.done
        request.version += 1
        books.history[f"{tick.request}:{request.version}:follow-up"] = Done(
            "client-told" if tick.done else "client-not-told",
            tick.actor,
            books.now,
            request=tick.request,
        )
    return answer(DONE)


def approve(books: Books, ruling: Approve, outcome: Outcome) -> Expected:
    """Book, move or cancel as the client asked and staff wish."""
    request = books.request_seen_by(ruling.actor, ruling.request)
    if request is None:
        return answer("request-not-found")
    if request.status != "pending":
        if (request.status, request.wish) != ("approved", ruling.wish):
            return answer("already-decided")
        return Expected(frozenset({REPEATED}), request.booked, request.client)
    reasons = {"stale-version"} if _is_stale(ruling.version, request.version) else set()
    original = _original(books, request)
    if request.kind is not RequestType.NEW:
        if original is None:
            return answer("original-gone", *reasons)
        if original.slot.start != request.original_start and not ruling.confirmed.original:
            reasons.add("original-moved")
    if request.kind is RequestType.CANCELLATION:
        return _approve_cancellation(books, ruling, request, reasons)
    return _approve_booking(books, ruling, request, reasons, outcome)


def _approve_booking(
    books: Books, ruling: Approve, request: Request, reasons: set[str], outcome: Outcome
) -> Expected:
    planned = _plan(books, ruling, request)
    choice = _choose_client(books, ruling, request)
    reasons |= planned.reasons | choice.reasons
    if reasons or planned.slot is None:
        return answer(*reasons)
    name = request.original or unused(outcome.appointment, books.appointments)
    client = choice.client or unused(outcome.client, books.clients)
    clashes = books.clashes(ruling.actor, request.practice, name, planned.slot)
    if clashes and not ruling.confirmed.overlap:
        return replace(answer("slot-taken"), clashes=clashes)
    double_booked = books.double_booked(ruling.actor, client, name, planned.slot)
    if choice.client is None:
        books.clients[client] = NEWCOMERS[request.newcomer or ""]
        books.assigned[client] = {planned.slot.clinician}
    request.client = client
    books.put(name, request.practice, client, planned.slot, ruling.request)
    return _approved(books, ruling, request, name, _Noted(clashes, double_booked))


def _approve_cancellation(
    books: Books, ruling: Approve, request: Request, reasons: set[str]
) -> Expected:
    if ruling.wish != Wish():
        reasons.add("cancellation-takes-no-edits")
    if reasons or request.original is None:
        return answer(*reasons)
    books.cancel(request.original, ruling.request)
    return _approved(books, ruling, request, request.original, _Noted())


def _approved(
    books: Books, ruling: Approve, request: Request, name: str, noted: _Noted
) -> Expected:
    done = Done("approved", ruling.actor, books.now, ruling.request, name, noted.clashes)
    books.close(done)
    event = f"{ruling.request}:approved"
    books.tell(event, "request.approved", name)
    assert request.client is not None
    request.visible_to |= books.assigned[request.client]
    request.wish, request.booked, request.email = ruling.wish, name, event
    books.appointments[name].email = event
    return Expected(frozenset({DONE}), name, request.client, double_booked=noted.double_booked)


def _choose_client(books: Books, ruling: Approve, request: Request) -> _Choice:
    chosen, newcomer = ruling.wish.client, request.newcomer
    if newcomer is None:
        on_record = books.clients.get(request.client or "")
        reasons = set()
        if chosen is not None or ruling.confirmed.new_client:
            reasons.add("client-on-record")
        if on_record is None or on_record.practice != request.practice:
            reasons.add("client-unknown")
        return _Choice(request.client, frozenset(reasons))
    if chosen is not None:
        found = books.clients.get(chosen)
        if found and may_see(ruling.actor, found.practice, books.assigned[chosen]):
            return _Choice(chosen)
        return _Choice(chosen, frozenset({"client-unknown"}))
    alike = any(are_alike(one, NEWCOMERS[newcomer]) for one in books.clients.values())
    if alike and not ruling.confirmed.new_client:
        return _Choice(None, frozenset({"client-may-exist"}))
    return _Choice(None)


def _original(books: Books, request: Request) -> Appointment | None:
    original = books.appointments.get(request.original or "")
    return original if original is not None and original.booked else None


def _plan(books: Books, ruling: Approve, request: Request) -> Plan:
    original = _original(books, request)
    basis = Basis(
        request.practice,
        request.start,
        request.clinician,
        request.service,
        original.slot if original else None,
    )
    return plan(basis, ruling.wish, books.now, confirm_duration=ruling.confirmed.duration)


def _is_stale(said: int | None, version: int) -> bool:
    return said is not None and said != version
