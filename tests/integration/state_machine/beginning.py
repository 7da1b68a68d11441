"""What happens first in each run, so that there is something to decide and to change."""

from collections.abc import Iterator

from shared.schemas.vocabulary import RequestType
from tests.integration.state_machine import draws
from tests.integration.state_machine.choices import Choices
from tests.integration.state_machine.operations import Book, Operation, Submit


def first_operations(choose: Choices) -> Iterator[Operation]:
    """Book two appointments, ask about both, and ask for something new."""
    for clinician, client in (("dana", "amara"), ("marcus", choose.one_of(["keisha", "noor"]))):
        yield Book("priya", client, clinician, "session", choose.one_of(choose.scene.starts))
    for name in choose.scene.booked:
        yield _about(choose, name, RequestType.RESCHEDULE)
        yield _about(
            choose, name, choose.one_of([RequestType.CANCELLATION, RequestType.RESCHEDULE])
        )
    yield draws.submit(choose)


def _about(choose: Choices, name: str, kind: RequestType) -> Submit:
    books = choose.books
    return Submit(
        f"r{len(books.requests) + 1}",
        "here",
        kind,
        client=books.appointments[name].client,
        start=choose.one_of(choose.scene.starts) if kind is RequestType.RESCHEDULE else None,
        appointment=name,
    )
