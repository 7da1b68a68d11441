"""What each member of staff can look at, and what they should: no more, and no less."""

from dataclasses import dataclass, field

from services.scheduler.domain.refusals import Refusal
from services.scheduler.mongo.appointments import AppointmentFilter
from services.scheduler.mongo.request_queries import Order, RequestFilter
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.list_requests import list_requests
from services.scheduler.use_cases.read_history import appointment_history, request_history
from shared.schemas.vocabulary import RequestStatus
from tests.integration.state_machine.books import Books
from tests.integration.state_machine.names import Names
from tests.integration.state_machine.opening import member

_MOST = 1000


@dataclass
class View:
    """By name: what the lists show, and of each request and appointment its history, if seen."""

    requests: set[str] = field(default_factory=set)
    appointments: set[str] = field(default_factory=set)
    histories: dict[str, set[str] | str] = field(default_factory=dict)


def what_should_be_seen(books: Books, actor: str) -> View:
    """Return what is theirs."""
    view = View()
    for name in books.requests:
        view.histories[name] = "request-not-found"
        if books.request_seen_by(actor, name) is not None:
            view.requests.add(name)
            view.histories[name] = {f"{name}:submitted"} | {
                entry for entry, done in books.history.items() if done.request == name
            }
    for name in books.appointments:
        view.histories[name] = "appointment-not-found"
        if books.appointment_seen_by(actor, name) is not None:
            view.appointments.add(name)
            view.histories[name] = {
                entry for entry, done in books.history.items() if done.appointment == name
            }
    return view


async def what_is_seen(store: Store, names: Names, books: Books, actor: str) -> View:
    """Return what the lists show, and what asking for each thing by its id answers."""
    who = member(names, actor)
    page = await list_requests(
        store,
        who,
        RequestFilter(statuses=frozenset(RequestStatus)),
        Order(),
        after=None,
        limit=_MOST,
    )
    appointments = await store.appointments.find(who, AppointmentFilter(), limit=_MOST)
    view = View(
        {names.name_of(one.id) for one in page.requests},
        {names.name_of(one.id) for one in appointments},
    )
    for name in books.requests:
        try:
            told = await request_history(store, who, names.id_of(name))
            view.histories[name] = {names.in_text(entry.id) for entry in told}
        except Refusal as refusal:
            view.histories[name] = refusal.code
    for name in books.appointments:
        try:
            told = await appointment_history(store, who, names.id_of(name))
            view.histories[name] = {names.in_text(entry.id) for entry in told}
        except Refusal as refusal:
            view.histories[name] = refusal.code
    return view
