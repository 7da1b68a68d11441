"""What somebody does next, given what there is: mostly what makes sense, some of it wrong.

Where there is nothing to do it to, something comes to be instead.
"""

from typing import Final

from services.scheduler.domain.booking_plan import NOTHING_CONFIRMED, Confirmed
from shared.schemas.vocabulary import Modality, RequestType
from tests.integration.state_machine.choices import Choices
from tests.integration.state_machine.operations import (
    Approve,
    Assign,
    Book,
    Cancel,
    Decline,
    FollowUp,
    Move,
    Operation,
    Submit,
    Wish,
    Withdraw,
)
from tests.integration.state_machine.people import (
    CLIENTS,
    NEWCOMERS,
    NOBODY,
    SERVICES,
    STAFF,
)

_NO_REQUEST: Final = "r99"
_NO_APPOINTMENT: Final = "a99"
_CONFIRMED: Final = (
    NOTHING_CONFIRMED,
    NOTHING_CONFIRMED,
    Confirmed(overlap=True),
    Confirmed(duration=True, original=True),
    Confirmed(duration=True, overlap=True, original=True),
    Confirmed(new_client=True),
    Confirmed(duration=True, overlap=True, new_client=True, original=True),
)


def submit(choose: Choices) -> Submit:
    """Ask for something new, or about an appointment; seldom under an id that was used before."""
    books = choose.books
    fresh = f"r{len(books.requests) + 1}"
    name = choose.one_of([*[fresh] * 5, *books.requests])
    kinds = [RequestType.NEW] * 3
    if books.appointments:
        kinds += [RequestType.RESCHEDULE] * 4 + [RequestType.CANCELLATION]
    kind = choose.one_of(kinds)
    if kind is not RequestType.NEW:
        return _submit_about(choose, name, kind)
    clinician = choose.one_of(["dana"] * 5 + ["marcus"] * 5 + [None, "priya", "omar", NOBODY])
    service = choose.one_of(["session"] * 9 + ["video"] * 2 + ["elsewhere", NOBODY])
    newcomer = choose.seldom(sorted(NEWCOMERS))
    client = choose.one_of([*list(books.clients) * 4, NOBODY])
    if newcomer is not None:
        practice = NEWCOMERS[newcomer].practice
    elif client in books.clients:
        own = books.clients[client].practice
        practice = choose.one_of([own] * 8 + ["there"])
    else:
        practice = choose.one_of(["here", "there"])
    if practice == "there":
        clinician = choose.one_of(["omar", "omar", None, clinician])
        service = choose.one_of(["elsewhere", service])
    return Submit(
        name,
        practice,
        client=None if newcomer else client,
        newcomer=newcomer,
        start=choose.start(),
        service=service,
        clinician=clinician,
    )


def _submit_about(choose: Choices, name: str, kind: RequestType) -> Submit:
    appointments = choose.books.appointments
    about = choose.one_of([*choose.scene.booked * 4, *appointments, NOBODY])
    client, practice = choose.one_of(sorted(CLIENTS)), "here"
    if (original := appointments.get(about)) is not None:
        client = choose.one_of([original.client] * 6 + [client])
        practice = original.practice
    if kind is RequestType.CANCELLATION:
        return Submit(name, practice, kind, client=client, appointment=about)
    return Submit(
        name,
        practice,
        kind,
        client=client,
        start=choose.start(),
        service=choose.seldom(["session", "video", NOBODY]),
        clinician=choose.seldom(["dana", "marcus", NOBODY]),
        appointment=about,
    )


def withdraw(choose: Choices) -> Withdraw:
    """Take a request back that is one's own, or another's; perhaps before it is here."""
    requests = choose.books.requests
    name = choose.one_of([*choose.scene.waiting * 3, *requests, f"r{len(requests) + 1}"])
    request = requests.get(name)
    its_own = choose.one_of([True, True, False])
    newcomer = choose.one_of([None, None, None, *sorted(NEWCOMERS)])
    client = choose.one_of(sorted(CLIENTS))
    if request is not None and request.submission is not None and its_own:
        told = request.submission
        return Withdraw(name, told.practice, told.client, told.newcomer)
    if newcomer is not None:
        return Withdraw(name, NEWCOMERS[newcomer].practice, newcomer=newcomer)
    return Withdraw(name, CLIENTS[client].practice, client=client)


def approve(choose: Choices, name: str | None = None) -> Operation:
    """Approve with edits and confirmations, often none."""
    requests = choose.books.requests
    if not requests:
        return submit(choose)
    name = name or choose.one_of([*choose.scene.waiting * 3, *requests, _NO_REQUEST])
    known = requests.get(name)
    edited = choose.one_of([False] * 6 + [True] * 4)
    if known is not None and known.kind is RequestType.CANCELLATION:
        edited = choose.one_of([False, False, False, edited])
    newcomer = known is not None and known.newcomer is not None
    return Approve(
        choose.actor(known.practice if known else "here", known.visible_to if known else set()),
        name,
        wish(choose, client=newcomer) if edited else Wish(),
        choose.one_of(_CONFIRMED),
        choose.version(known.version if known else 1),
    )


def decline(choose: Choices, name: str | None = None) -> Operation:
    """Decline with a reason or without."""
    requests = choose.books.requests
    if not requests:
        return submit(choose)
    name = name or choose.one_of([*choose.scene.waiting, *requests, _NO_REQUEST])
    known = requests.get(name)
    return Decline(
        choose.actor(known.practice if known else "here", known.visible_to if known else set()),
        name,
        choose.one_of([None, "no room"]),
        choose.version(known.version if known else 1),
    )


def follow_up(choose: Choices) -> Operation:
    """Tick off, mostly of a declined request."""
    requests = choose.books.requests
    declined = [name for name, one in requests.items() if one.followed_up is not None]
    if not declined:
        return decline(choose)
    name = choose.one_of([*declined * 3, *requests, _NO_REQUEST])
    known = requests.get(name)
    actor = choose.actor(known.practice if known else "here", known.visible_to if known else set())
    return FollowUp(actor, name, done=choose.one_of([True, False]))


def book(choose: Choices) -> Book:
    """Book; sometimes with a key, which may have been used before."""
    actor = choose.one_of(["priya", "priya", "dana", *STAFF])
    practice = STAFF[actor].practice
    clients = [name for name, one in choose.books.clients.items() if one.practice == practice]
    clinicians = _clinicians(practice)
    services = [name for name, offer in SERVICES.items() if offer.practice == practice]
    return Book(
        actor,
        choose.one_of([*clients * 8, *choose.books.clients, NOBODY]),
        choose.one_of([*clinicians * 8, *STAFF, NOBODY]),
        choose.one_of([*services * 8, *SERVICES, NOBODY]),
        choose.start(),
        Wish(minutes=choose.seldom([50, 50, 50, 30, 30, 720]), alert=choose.seldom(["first time"])),
        choose.one_of(_CONFIRMED),
        choose.seldom(["key 1", "key 2"]),
    )


def move(choose: Choices, name: str | None = None) -> Operation:
    """Move or otherwise change an appointment, mostly a booked one."""
    appointments = choose.books.appointments
    if not appointments:
        return book(choose)
    name = name or choose.one_of([*choose.scene.booked * 4, *appointments, _NO_APPOINTMENT])
    known = appointments.get(name)
    return Move(
        choose.actor(known.practice if known else "here", known.visible_to if known else set()),
        name,
        wish(choose),
        choose.one_of(_CONFIRMED),
        choose.version(known.version if known else 1),
    )


def cancel(choose: Choices, name: str | None = None) -> Operation:
    """Cancel any appointment."""
    appointments = choose.books.appointments
    if not appointments:
        return book(choose)
    name = name or choose.one_of([*appointments, _NO_APPOINTMENT])
    known = appointments.get(name)
    return Cancel(
        choose.actor(known.practice if known else "here", known.visible_to if known else set()),
        name,
        choose.version(known.version if known else 1),
    )


def assign(choose: Choices, name: str | None = None) -> Assign:
    """Assign clinicians of the practice, perhaps none."""
    name = name or choose.one_of(sorted(choose.books.clients))
    practice = choose.books.clients[name].practice
    staff = frozenset(one for one in _clinicians(practice) if choose.one_of([True, False]))
    return Assign(name, staff)


def wish(choose: Choices, *, client: bool = False) -> Wish:
    """Wish for something else than what was asked for or is booked."""
    start = choose.start()
    return Wish(
        start=choose.one_of([start, None, None]),
        minutes=choose.seldom([50, 50, 38, 30, 60, 60, 720]),
        clinician=choose.seldom(["dana", "dana", "marcus", "marcus", "priya", NOBODY]),
        service=choose.seldom(["session", "video", "session", "video", "elsewhere", NOBODY]),
        modality=choose.seldom(list(Modality)),
        location=choose.seldom(["Room 2"]),
        alert=choose.seldom(["bring the form", ""]),
        client=choose.one_of([None, *choose.books.clients, NOBODY]) if client else None,
    )


def _clinicians(practice: str) -> list[str]:
    return [
        name
        for name, one in STAFF.items()
        if one.practice == practice and not one.runs_the_practice
    ]
