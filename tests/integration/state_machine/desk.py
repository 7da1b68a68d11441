"""What should become of requests: the model of taking in, taking back and deciding."""

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
    Submit,
    Wish,
    Withdraw,
)
from tests.integration.state_machine.people import NEWCOMERS, SERVICES, STAFF
from tests.integration.state_machine.records import Appointment, Done, Request
from tests.integration.state_machine.rules import Basis, Plan, are_alike, may_see, plan


def submit(books: Books, submission: Submit) -> Expected:
    """Take a request in; the same once more is nothing new."""
    name = submission.request
    first = books.requests.get(name)
    if first is None:
        books.requests[name] = _received(books, submission)
    elif first.practice == submission.practice and first.submission != submission:
        first.flags.add("key-reused-with-other-content")
    for (about, _), withdrawal in books.withdrawals.items():
        if about == name:
            _take_back(books, withdrawal)
    return answer(DONE)


def withdraw(books: Books, withdrawal: Withdraw) -> Expected:
    """Take it back, now or as soon as it is here, when it is theirs and waits."""
    books.withdrawals.setdefault((withdrawal.request, withdrawal.subject), withdrawal)
    _take_back(books, withdrawal)
    return answer(DONE)


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
    _close(books, ruling.request, "declined", ruling.actor)
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
    planned = _plan(books, ruling, request, original)
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
    _close(books, ruling.request, "approved", ruling.actor, name, clashes)
    books.put(name, request.practice, client, planned.slot, ruling.request)
    return _approved(books, ruling, request, name, double_booked)


def _approve_cancellation(
    books: Books, ruling: Approve, request: Request, reasons: set[str]
) -> Expected:
    if ruling.wish != Wish():
        reasons.add("cancellation-takes-no-edits")
    if reasons or request.original is None:
        return answer(*reasons)
    _close(books, ruling.request, "approved", ruling.actor, request.original)
    books.cancel(request.original, ruling.request)
    return _approved(books, ruling, request, request.original, 0)


def _approved(
    books: Books, ruling: Approve, request: Request, name: str, double_booked: int
) -> Expected:
    event = f"{ruling.request}:approved"
    books.tell(event, "request.approved", name)
    assert request.client is not None
    request.visible_to |= books.assigned[request.client]
    request.wish, request.booked, request.email = ruling.wish, name, event
    books.appointments[name].email = event
    return Expected(frozenset({DONE}), name, request.client, double_booked=double_booked)


def _close(
    books: Books,
    name: str,
    status: str,
    actor: str | None,
    appointment: str | None = None,
    overlaps: frozenset[Clash] = frozenset(),
) -> None:
    request = books.requests[name]
    request.status, request.decided_by = status, actor
    request.version += 1
    books.history[f"{name}:{status}"] = Done(status, actor, books.now, name, appointment, overlaps)


def _take_back(books: Books, withdrawal: Withdraw) -> None:
    request = books.requests.get(withdrawal.request)
    if request is None or request.practice != withdrawal.practice or request.status != "pending":
        return
    if withdrawal.client is not None:
        theirs = withdrawal.client == request.client
    else:
        theirs = withdrawal.subject == request.submitted_by
    if theirs:
        _close(books, withdrawal.request, "withdrawn", None)


def _received(books: Books, submission: Submit) -> Request:
    client, practice = submission.client, submission.practice
    is_known = client in books.clients and books.clients[client or ""].practice == practice
    offer = SERVICES.get(submission.service or "")
    service = submission.service if offer and offer.practice == practice else None
    person = STAFF.get(submission.clinician or "")
    clinician = submission.clinician if person and person.practice == practice else None
    original = books.appointments.get(submission.appointment or "")
    if original and (original.practice, original.client) != (practice, client):
        original = None
    flags = {
        "client-unknown": client is not None and not is_known,
        "service-unknown": submission.service is not None and service is None,
        "clinician-unknown": submission.clinician is not None and clinician is None,
        "original-unknown": submission.appointment is not None and original is None,
        "original-cancelled": original is not None and not original.booked,
        "arrived-past-its-time": submission.start is not None and submission.start <= books.now,
    }
    if is_known:
        visible_to = set(books.assigned[client or ""])
    else:
        visible_to = {clinician} if submission.newcomer and clinician else set()
    minutes = original.slot.minutes if original else None
    return Request(
        practice=practice,
        kind=submission.kind,
        submitted_by=submission.subject,
        submission=submission,
        start=submission.start,
        service=service or (original.slot.service if original else None),
        clinician=clinician or (original.slot.clinician if original else None),
        minutes=offer.minutes if offer and service else minutes,
        original=submission.appointment if original else None,
        original_start=original.slot.start if original else None,
        flags={flag for flag, is_so in flags.items() if is_so},
        visible_to=visible_to,
        client=client,
    )


@dataclass(frozen=True)
class _Choice:
    """The client on record; None with no reasons: a record is to be made."""

    client: str | None
    reasons: frozenset[str] = frozenset()


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


def _plan(books: Books, ruling: Approve, request: Request, original: Appointment | None) -> Plan:
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
