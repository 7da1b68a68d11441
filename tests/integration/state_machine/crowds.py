"""Two to four people at once, who get in each other's way."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from services.scheduler.domain.booking_plan import Confirmed
from tests.integration.state_machine import draws
from tests.integration.state_machine.choices import Choices
from tests.integration.state_machine.operations import (
    Approve,
    Book,
    Move,
    Operation,
    Submit,
    Wish,
    Withdraw,
)

_SIZES: Final = (2, 3, 4)
_NEAR: Final = timedelta(minutes=30)
_CONFIRMED: Final = (
    Confirmed(original=True),
    Confirmed(original=True),
    Confirmed(original=True, overlap=True),
)
Draw = Callable[[Choices], Operation]


def any_crowd(choose: Choices) -> list[Operation]:
    """Whatever people do."""
    kinds: list[Draw] = [
        draws.approve,
        draws.approve,
        draws.decline,
        draws.withdraw,
        draws.book,
        draws.move,
        draws.cancel,
        draws.submit,
        draws.assign,
        draws.follow_up,
    ]
    return _crowd(choose, kinds)


def around_a_request(choose: Choices) -> list[Operation]:
    """All about one request, and about the appointment that it is about."""
    books = choose.books
    if not books.requests:
        return []
    name = choose.one_of([*choose.scene.waiting * 5, *books.requests])
    request = books.requests[name]
    told = request.submission
    assert told is not None
    kinds: list[Draw] = [
        partial(draws.approve, name=name),
        partial(draws.approve, name=name),
        partial(draws.decline, name=name),
        lambda _: _taken_back(told),
        lambda _: told,
    ]
    if request.original is not None:
        kinds += [
            partial(draws.move, name=request.original),
            partial(draws.move, name=request.original),
            partial(draws.cancel, name=request.original),
        ]
    if request.client in books.clients:
        kinds.append(partial(draws.assign, name=request.client))
    return _crowd(choose, kinds)


def for_an_hour(choose: Choices) -> list[Operation]:
    """All want much the same hour of one clinician."""
    books = choose.books
    start, clinician = choose.one_of(choose.scene.starts), choose.one_of(["dana", "marcus"])
    waiting = [name for name in choose.scene.waiting if books.requests[name].practice == "here"]
    booked = [name for name in choose.scene.booked if books.appointments[name].practice == "here"]
    kinds: list[Draw] = [partial(_book_then, start=start, clinician=clinician)]
    if waiting:
        kinds += [partial(_approve_then, start=start, clinician=clinician, waiting=waiting)] * 2
    if booked:
        kinds += [partial(_move_then, start=start, clinician=clinician, booked=booked)] * 2
    return _crowd(choose, kinds)


def at_the_door(choose: Choices) -> list[Operation]:
    """A request comes in, perhaps again and otherwise, while what it is about changes."""
    first, other = draws.submit(choose), draws.submit(choose)
    kinds: list[Draw] = [
        lambda _: first,
        lambda _: _taken_back(first),
        lambda _: other,
    ]
    if first.client is not None and first.client in choose.books.clients:
        kinds.append(partial(draws.assign, name=first.client))
    if first.appointment is not None and first.appointment in choose.books.appointments:
        kinds += [
            partial(draws.move, name=first.appointment),
            partial(draws.cancel, name=first.appointment),
        ]
    return [first, *_crowd(choose, kinds)[1:]]


def _crowd(choose: Choices, kinds: list[Draw]) -> list[Operation]:
    return [choose.one_of(kinds)(choose) for _ in range(choose.one_of(_SIZES))]


def _taken_back(told: Submit) -> Withdraw:
    return Withdraw(told.request, told.practice, told.client, told.newcomer)


def _book_then(choose: Choices, start: datetime, clinician: str) -> Book:
    return Book(
        choose.one_of(["priya", "dana", "marcus"]),
        choose.one_of(["noor", "amara", "keisha"]),
        clinician,
        choose.one_of(["session", "video"]),
        _about(choose, start),
        Wish(),
        choose.one_of(_CONFIRMED),
        choose.one_of([None, "key 1", "key 3"]),
    )


def _approve_then(choose: Choices, start: datetime, clinician: str, waiting: list[str]) -> Approve:
    wish = Wish(start=_about(choose, start), clinician=clinician)
    return Approve("priya", choose.one_of(waiting), wish, choose.one_of(_CONFIRMED))


def _move_then(choose: Choices, start: datetime, clinician: str, booked: list[str]) -> Move:
    wish = Wish(start=start, clinician=choose.one_of([clinician, None]))
    return Move("priya", choose.one_of(booked), wish, choose.one_of(_CONFIRMED))


def _about(choose: Choices, start: datetime) -> datetime:
    return choose.one_of([one for one in choose.scene.starts if abs(one - start) <= _NEAR])
