"""The plain model: one operation at a time, and which order explains several at once."""

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Final

from tests.integration.state_machine import agenda, arrivals, decisions
from tests.integration.state_machine.books import Books, Expected
from tests.integration.state_machine.operations import (
    Approve,
    Assign,
    Book,
    Cancel,
    Decline,
    FollowUp,
    Move,
    Operation,
    Outcome,
    Submit,
    Withdraw,
)
from tests.integration.state_machine.records import Picture

_BY_CHANGES: Final = {"original-moved", "original-cancelled"}


def apply(books: Books, operation: Operation, outcome: Outcome) -> Expected:
    """Do it in the books, or refuse it; the outcome only names what comes to be."""
    match operation:
        case Submit():
            expected = arrivals.submit(books, operation)
        case Withdraw():
            expected = arrivals.withdraw(books, operation)
        case Approve():
            expected = decisions.approve(books, operation, outcome)
        case Decline():
            expected = decisions.decline(books, operation)
        case FollowUp():
            expected = decisions.follow_up(books, operation)
        case Book():
            expected = agenda.book(books, operation, outcome)
        case Move():
            expected = agenda.move(books, operation)
        case Cancel():
            expected = agenda.cancel(books, operation)
        case Assign():
            expected = agenda.assign(books, operation)
    return expected


def explain(
    books: Books, results: Sequence[tuple[Operation, Outcome]], store: Picture
) -> Books | None:
    """Return the books after an order of them that leads to those answers and that picture."""
    came_in = {one.request for one, _ in results if isinstance(one, Submit)}
    for after in _orders(books, tuple(results)):
        _adopt_versions(after, came_in, store)
        if after.picture() == store:
            return after
    return None


def why_not(
    books: Books, results: Sequence[tuple[Operation, Outcome]], store: Picture
) -> Iterator[str]:
    """Tell what was answered, and where the order that comes nearest leads elsewhere."""
    for number, (operation, outcome) in enumerate(results):
        yield f"{number}: {operation} -> {outcome}"
    reasons = []
    for order in permutations(range(len(results))):
        after = books.copy()
        for position, number in enumerate(order):
            operation, outcome = results[number]
            expected = apply(after, operation, outcome)
            if not expected.explains(outcome, alone=False):
                rest = len(results) - position
                reasons.append((rest, 0, f"in the order {order}, {number} answers {expected}"))
                break
        else:
            differences = after.picture().differences(store)
            told = "\n".join([f"in the order {order}:", *differences])
            reasons.append((0, len(differences), told))
    yield min(reasons)[-1]


def _adopt_versions(books: Books, came_in: set[str], store: Picture) -> None:
    # How often a request is flagged while it comes in and its appointment changes is no promise.
    for name in came_in & set(books.requests) & set(store.requests):
        if books.requests[name].flags & _BY_CHANGES:
            books.requests[name].version = store.requests[name].version


def _orders(books: Books, results: tuple[tuple[Operation, Outcome], ...]) -> Iterator[Books]:
    if not results:
        yield books
    for position, (operation, outcome) in enumerate(results):
        after = books.copy()
        if apply(after, operation, outcome).explains(outcome, alone=False):
            yield from _orders(after, (*results[:position], *results[position + 1 :]))
