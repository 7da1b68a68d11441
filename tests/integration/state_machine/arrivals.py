"""What should become of requests that come in, and of those that are taken back."""

from tests.integration.state_machine.books import DONE, Books, Expected, answer
from tests.integration.state_machine.operations import Submit, Withdraw
from tests.integration.state_machine.people import SERVICES, STAFF
from tests.integration.state_machine.records import Done, Request


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


def _take_back(books: Books, withdrawal: Withdraw) -> None:
    request = books.requests.get(withdrawal.request)
    if request is None or request.practice != withdrawal.practice or request.status != "pending":
        return
    if withdrawal.client is not None:
        theirs = withdrawal.client == request.client
    else:
        theirs = withdrawal.subject == request.submitted_by
    if theirs:
        books.close(Done("withdrawn", None, books.now, withdrawal.request))


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
        "original-over": original is not None
        and original.booked
        and original.slot.end <= books.now,
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
