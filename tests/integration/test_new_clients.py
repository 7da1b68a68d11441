"""Approving somebody without a record: who they may be, and what staff choose (PRODUCT 5)."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.booking_plan import Confirmed
from services.scheduler.domain.people import Client
from services.scheduler.domain.refusals import (
    AlreadyDecided,
    ClientMayExist,
    ClientOnRecord,
    ClientUnknown,
)
from services.scheduler.mongo.clients import Clients
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.decide import Decided
from services.scheduler.use_cases.review_request import review_request
from tests.harness.practice import NOW, SmallPractice, approve, later, open_practice
from tests.harness.staff_day import NEW_CLIENT, stored

SOMEBODY_NEW = Confirmed(new_client=True)
BORN = date(1991, 5, 6)


async def on_record(small: SmallPractice, **changes: object) -> Client:
    """Save a client who is much like the new one, of Marcus's unless it is said otherwise."""
    alike = replace(
        small.keisha, id=uuid4(), name="Wren Abernathy", email="old@example.org", birth_date=BORN
    )
    client = replace(alike, **changes)  # type: ignore[arg-type]
    await small.store.clients.save(client)
    return client


async def ask(small: SmallPractice, **changes: object) -> UUID:
    """Have somebody without a record ask for a session with Dana."""
    return await small.receive(client_id=None, prospective_client={**NEW_CLIENT, **changes})


@pytest.mark.parametrize(
    ("of_record", "same_email", "same_name"),
    [
        ({}, False, True),
        ({"name": "WREN  abernathy"}, False, True),
        ({"name": "Wr\u00ebn Abernathy"}, False, True),
        ({"name": "Somebody Else", "email": "WREN@example.org"}, True, False),
        ({"email": "wren@example.org"}, True, True),
    ],
    ids=str,
)
async def test_staff_are_shown_who_it_may_be(
    small: SmallPractice, of_record: dict[str, object], same_email: bool, same_name: bool
) -> None:
    """By the address, or by name and birth date, without case and accents; nothing is written."""
    client = await on_record(small, **of_record)
    request = await ask(small)

    with pytest.raises(ClientMayExist) as refused:
        await approve(small, request)

    (candidate,) = refused.value.candidates
    assert (candidate.client_id, candidate.name) == (client.id, client.name)
    assert (candidate.same_email, candidate.same_name_and_birth_date) == (same_email, same_name)
    assert await small.store.database["clients"].count_documents({}) == 3
    assert await small.store.database["appointments"].count_documents({}) == 0


@pytest.mark.parametrize(
    "of_record",
    [
        {"birth_date": date(1991, 5, 7)},
        {"name": "Wren Abernath"},
        {"name": "Abernathy Wren"},
        {"email": "wren@example.com", "birth_date": date(1990, 1, 1)},
    ],
    ids=str,
)
async def test_who_is_less_alike_is_not_in_the_way(
    small: SmallPractice, of_record: dict[str, object]
) -> None:
    """The same name on another day, another name on the same day, another address."""
    await on_record(small, **of_record)

    assert (await approve(small, await ask(small))).request.requester.client_id is not None


async def test_a_client_of_another_practice_is_nobody_here(
    small: SmallPractice, store: Store
) -> None:
    """The same person may be a client of two practices."""
    other = await open_practice(store)
    await on_record(other)

    decided = await approve(small, await ask(small))

    record = await stored(small, "clients", decided.request.requester.client_id or uuid4())
    assert record["practice_id"] == small.practice.id


async def test_of_a_client_one_may_not_see_one_learns_that_there_is_one(
    small: SmallPractice,
) -> None:
    """Dana decides; the record is of Marcus's client: no id, no name, no birth date."""
    await on_record(small)
    request = await ask(small)

    with pytest.raises(ClientMayExist) as refused:
        await approve(small, request, actor=small.dana)

    (told,) = refused.value.members["candidates"]
    assert told == {
        "client_id": None,
        "name": None,
        "birth_date": None,
        "same_email": False,
        "same_name_and_birth_date": True,
    }


async def test_staff_may_choose_who_it_is(small: SmallPractice) -> None:
    """Booked for the client on record; no second record, and the client's staff see the request."""
    client = await on_record(small)
    request = await ask(small)

    decided = await approve(small, request, Edits(client_id=client.id))

    assert decided.request.requester.client_id == client.id
    assert decided.appointment is not None
    assert decided.appointment.client_id == client.id
    assert await small.store.database["clients"].count_documents({}) == 3
    document = await stored(small, "requests", request)
    assert set(document["visible_to"]) == {small.dana.id, small.marcus.id}
    assert document["client"]["is_new"] is True
    (entry,) = await small.store.history.of_appointment(small.practice.id, decided.appointment.id)
    assert entry.after["client_created"] is False


async def test_choosing_somebody_else_is_another_decision(small: SmallPractice) -> None:
    """The same choice again is the same."""
    client = await on_record(small)
    request = await ask(small)
    await approve(small, request, Edits(client_id=client.id))

    assert (await approve(small, request, Edits(client_id=client.id))).repeated
    with pytest.raises(AlreadyDecided):
        await approve(small, request, Edits(client_id=small.amara.id))


async def test_staff_may_say_that_it_is_somebody_else(small: SmallPractice) -> None:
    """A new record beside the one that is alike, assigned to the clinician who is booked."""
    client = await on_record(small)
    request = await ask(small)

    decided = await approve(
        small, request, Edits(clinician_id=small.marcus.id), confirmed=SOMEBODY_NEW
    )

    created = decided.request.requester.client_id
    assert created not in (None, client.id)
    record = await small.store.clients.get(small.practice.id, created or uuid4())
    assert record is not None
    assert (record.name, record.birth_date) == ("Wren Abernathy", BORN)
    assert record.assigned_staff_ids == (small.marcus.id,)
    assert decided.appointment is not None
    (entry,) = await small.store.history.of_appointment(small.practice.id, decided.appointment.id)
    assert entry.after["client_created"] is True


@pytest.mark.parametrize(
    ("edits", "confirmed"),
    [(True, Confirmed()), (False, SOMEBODY_NEW), (True, SOMEBODY_NEW)],
)
async def test_for_a_client_on_record_there_is_nothing_to_choose(
    small: SmallPractice, edits: bool, confirmed: Confirmed
) -> None:
    """Amara is Amara, whatever a page sends along."""
    request = await small.receive()
    wanted = Edits(client_id=small.keisha.id) if edits else Edits()

    with pytest.raises(ClientOnRecord):
        await approve(small, request, wanted, confirmed=confirmed)


async def test_only_a_client_one_may_see_can_be_chosen(small: SmallPractice, store: Store) -> None:
    """Neither another clinician's, nor another practice's, nor nobody."""
    other = await open_practice(store)
    mine = await on_record(small, assigned_staff_ids=(small.dana.id,))
    request = await ask(small)

    for stranger in (small.keisha.id, other.amara.id, uuid4()):
        with pytest.raises(ClientUnknown):
            await approve(small, request, Edits(client_id=stranger), actor=small.dana)
    decided = await approve(small, request, Edits(client_id=mine.id), actor=small.dana)

    assert decided.request.requester.client_id == mine.id


async def test_the_second_request_of_a_new_client_meets_the_record_of_the_first(
    small: SmallPractice,
) -> None:
    """So one person does not get two records by asking twice."""
    first, second = await ask(small), await ask(small)
    created = (await approve(small, first)).request.requester.client_id
    assert created is not None

    with pytest.raises(ClientMayExist) as refused:
        await approve(small, await ask(small, email="other@example.org"))
    assert [one.client_id for one in refused.value.candidates] == [created]
    await approve(small, second, Edits(client_id=created, start=later(days=1)))

    assert (
        await small.store.database["clients"].count_documents({"email_key": "wren@example.org"})
        == 1
    )


async def test_the_record_that_the_same_approval_made_is_no_look_alike(
    small: SmallPractice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another click is decided while this one looks for who it may be: both answer the same."""
    request = await ask(small)
    others: list[Decided] = []
    resembling = Clients.resembling

    async def overtaken(self: Clients, *args: UUID, **details: object) -> list[Client]:
        monkeypatch.undo()
        others.append(await approve(small, request))
        return await resembling(self, *args, **details)  # type: ignore[arg-type]

    monkeypatch.setattr(Clients, "resembling", overtaken)
    answer = await approve(small, request)

    assert answer.repeated
    assert not others[0].repeated
    assert answer.appointment == others[0].appointment


async def test_a_review_shows_who_it_may_be(small: SmallPractice) -> None:
    """Before anybody clicks, and staff who may not see the record learn no more then either."""
    client = await on_record(small)
    request = await ask(small)

    for actor, known in ((small.priya, client.id), (small.dana, None)):
        review = await review_request(small.store, actor, request, now=NOW)
        assert review.preview is not None
        assert isinstance(review.preview.refusal, ClientMayExist)
        assert [one.client_id for one in review.preview.refusal.candidates] == [known]
