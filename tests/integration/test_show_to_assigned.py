"""Who may see what follows whom a client is assigned to, also while both are written (ADR 0005)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.domain.refusals import RequestNotFound
from services.scheduler.mongo.approval_records import ApprovalRecords
from services.scheduler.mongo.clients import Clients
from services.scheduler.mongo.requests import Requests
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.decline_request import decline_request
from services.scheduler.use_cases.show_to_assigned import show_to_assigned
from tests.harness.practice import NOW, SmallPractice, approve, decline, later, open_practice
from tests.harness.staff_day import NEW_CLIENT, book, booked_by_request, move, stored


async def assign(small: SmallPractice, client: Client, *staff: StaffMember) -> None:
    """Assign a client to these, as an edit of the record does: the record first, then the rest."""
    assigned = replace(client, assigned_staff_ids=tuple(member.id for member in staff))
    await small.store.clients.save(assigned)
    await show_to_assigned(small.store, assigned)


async def seen_by(small: SmallPractice, collection: str, identifier: UUID) -> set[UUID]:
    """Return who of staff may see a request or an appointment, beside practice schedulers."""
    return set((await stored(small, collection, identifier))["visible_to"])


async def test_a_client_who_changes_hands_takes_everything_along(small: SmallPractice) -> None:
    """Waiting and decided requests, booked and cancelled appointments; the former sees no more."""
    waiting, declined = await small.receive(), await small.receive()
    await decline(small, declined)
    with_dana = await booked_by_request(small)
    with_marcus = (await book(small, clinician=small.marcus)).appointment

    await assign(small, small.amara, small.marcus)

    for request in (waiting, declined):
        assert await seen_by(small, "requests", request) == {small.marcus.id}
    # Whoever is booked still sees what they are to do.
    assert await seen_by(small, "appointments", with_dana.id) == {small.dana.id, small.marcus.id}
    assert await seen_by(small, "appointments", with_marcus.id) == {small.marcus.id}
    assert await small.store.requests.get(small.dana, waiting) is None
    assert await small.store.requests.get(small.marcus, waiting) is not None


async def test_nobody_assigned_is_nobody_who_sees(small: SmallPractice) -> None:
    """And several are several; others' clients stay as they were."""
    request, other = await small.receive(), await small.receive(client_id=small.keisha.id)

    await assign(small, small.amara)
    assert await seen_by(small, "requests", request) == set()
    await assign(small, small.amara, small.dana, small.marcus)
    assert await seen_by(small, "requests", request) == {small.dana.id, small.marcus.id}
    assert await seen_by(small, "requests", other) == {small.marcus.id}


async def test_the_same_client_id_in_another_practice_is_not_touched(
    small: SmallPractice, store: Store
) -> None:
    """Every write is of one practice."""
    other = await open_practice(store)
    request, booked = await small.receive(), (await book(small)).appointment

    elsewhere = replace(small.amara, practice_id=other.practice.id, assigned_staff_ids=())
    await show_to_assigned(store, elsewhere)

    assert await seen_by(small, "requests", request) == {small.dana.id}
    await small.store.appointments.show_to(other.practice.id, small.amara.id, frozenset({uuid4()}))
    assert await seen_by(small, "appointments", booked.id) == {small.dana.id}


async def test_who_was_asked_for_by_a_new_client_goes_on_seeing_that_request(
    small: SmallPractice,
) -> None:
    """Dana was asked for; the client became Marcus's, and is assigned anew."""
    request = await small.receive(client_id=None, prospective_client=NEW_CLIENT)
    decided = await approve(small, request, Edits(clinician_id=small.marcus.id))
    assert await seen_by(small, "requests", request) == {small.dana.id, small.marcus.id}
    record = await small.store.clients.get(
        small.practice.id, decided.request.requester.client_id or uuid4()
    )
    assert record is not None

    await assign(small, record)

    assert await seen_by(small, "requests", request) == {small.dana.id}


Doing = Callable[[], Awaitable[Any]]


def in_the_middle(monkeypatch: pytest.MonkeyPatch, where: type, name: str, then: Doing) -> None:
    """Do something else right after the first call of a method, once."""
    method = getattr(where, name)

    async def interrupted(self: object, *args: object, **details: object) -> object:
        monkeypatch.undo()
        result = await method(self, *args, **details)
        await then()
        return result

    monkeypatch.setattr(where, name, interrupted)


async def test_a_request_taken_in_meanwhile_is_put_right(
    small: SmallPractice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client's record was read before it changed, the request written after."""

    async def hand_over() -> None:
        await assign(small, small.amara, small.marcus)

    in_the_middle(monkeypatch, Clients, "get_many", hand_over)
    request = await small.receive()

    assert await seen_by(small, "requests", request) == {small.marcus.id}


@pytest.mark.parametrize("what", ["approved", "booked", "moved"])
async def test_an_appointment_written_meanwhile_is_put_right(
    small: SmallPractice, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """The same for what staff do: it was worked out for the former staff, and shown to the new."""
    request = await small.receive()
    booked = (await book(small, later(days=1))).appointment

    async def hand_over() -> None:
        await assign(small, small.amara, small.marcus)

    doing: dict[str, Doing] = {
        "approved": lambda: approve(small, request),
        "booked": lambda: book(small, later(days=2)),
        "moved": lambda: move(small, booked, Edits(start=later(days=3))),
    }
    where: dict[str, tuple[type, str]] = {
        "approved": (ApprovalRecords, "read"),
        "booked": (Clients, "get_visible"),
        "moved": (Clients, "get"),
    }
    in_the_middle(monkeypatch, *where[what], hand_over)
    done = await doing[what]()

    expected = {small.dana.id, small.marcus.id}  # the booked clinician, and the new one
    assert await seen_by(small, "appointments", done.appointment.id) == expected
    assert await seen_by(small, "requests", request) == {small.marcus.id}


async def test_what_changes_hands_while_it_is_decided_is_decided_by_who_still_sees_it(
    small: SmallPractice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dana declines a request that ceases to be hers: it is not there for her any more."""
    request = await small.receive()

    async def hand_over() -> None:
        await assign(small, small.amara, small.marcus)

    in_the_middle(monkeypatch, Requests, "get", hand_over)
    with pytest.raises(RequestNotFound):
        await decline_request(
            small.store, small.dana, request, None, expected_version=None, now=NOW
        )

    assert (await stored(small, "requests", request))["status"] == "pending"
    assert await small.store.database["history"].count_documents({}) == 0
