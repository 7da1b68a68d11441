"""Changing the calendar at once, and who may see it, on real MongoDB."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.scheduler.domain.appointment_request import Edits, RequestFlag
from services.scheduler.domain.refusals import KeyReused, SlotTaken
from services.scheduler.mongo.requests import Received
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.change_appointment import Changed
from services.scheduler.use_cases.show_to_assigned import show_to_assigned
from shared.schemas.vocabulary import RequestType
from tests.harness.direct_changes import book, cancel, move
from tests.harness.practice import (
    SmallPractice,
    approve,
    booked_intervals,
    busy_intervals,
    later,
    open_practice,
)

ROUNDS = 20


@pytest.fixture
async def small(store: Store) -> SmallPractice:
    """A practice in an empty database."""
    return await open_practice(store)


async def at_once(*calls: Awaitable[Any]) -> list[Any]:
    """Return what each call returned or raised."""
    return await asyncio.gather(*calls, return_exceptions=True)


async def count(small: SmallPractice, collection: str) -> int:
    """Return how many documents a collection has."""
    return await small.store.database[collection].count_documents({})


async def assign(small: SmallPractice, version: int, *staff: UUID) -> None:
    """Give Amara other staff, in the order that ADR 0005 asks for."""
    client = replace(small.amara, assigned_staff_ids=staff, version=version)
    await small.store.clients.save(client)
    await show_to_assigned(small.store, client)


async def test_two_appointments_cannot_change_places_at_once(small: SmallPractice) -> None:
    """Each finds the other in its way, whoever is first; nothing moves."""
    one = (await book(small)).appointment
    other = (await book(small, later(hours=1))).appointment
    before = await booked_intervals(small.store)
    for _ in range(ROUNDS):
        answers = await at_once(
            move(small, one, Edits(start=other.booking.start)),
            move(small, other, Edits(start=one.booking.start)),
        )

        clashes = [[clash.appointment_id for clash in answer.clashes] for answer in answers]
        assert clashes == [[other.id], [one.id]]
    assert await busy_intervals(small.store) == await booked_intervals(small.store) == before
    assert await count(small, "history") == 2


async def test_an_hour_is_free_once_its_appointment_has_gone(small: SmallPractice) -> None:
    """Taking an hour while it is given up succeeds or clashes, and never makes two of it."""
    for turn in range(ROUNDS):
        start = later(days=turn)
        leaving = (await book(small, start)).appointment
        coming = (await book(small, start, clinician=small.marcus)).appointment
        going = (
            cancel(small, leaving)
            if turn % 2
            else move(small, leaving, Edits(start=start + timedelta(hours=2)))
        )

        gone, come = await at_once(going, move(small, coming, Edits(clinician_id=small.dana.id)))

        assert isinstance(gone, Changed)
        if isinstance(come, SlotTaken):
            assert [clash.appointment_id for clash in come.clashes] == [leaving.id]
        else:
            assert come.appointment.booking.clinician_id == small.dana.id
    assert await busy_intervals(small.store) == await booked_intervals(small.store)


async def test_one_key_books_once(small: SmallPractice) -> None:
    """Eight with the same key at once make one appointment and one event."""
    for turn in range(ROUNDS):
        start = later(days=turn)
        answers = await at_once(*(book(small, start, key=f"key {turn}") for _ in range(8)))

        assert sorted(answer.repeated for answer in answers) == [False] + [True] * 7
        assert len({answer.appointment.id for answer in answers}) == 1
    counts = [await count(small, name) for name in ("appointments", "history", "outbox")]
    assert counts == [ROUNDS] * 3
    assert await busy_intervals(small.store) == await booked_intervals(small.store)


async def test_one_key_is_of_one_client(small: SmallPractice) -> None:
    """Of two clients with one key at once, the second is refused, even at the same hour."""
    for turn in range(ROUNDS):
        start = later(days=turn)
        answers = await at_once(
            book(small, start, key=f"key {turn}"),
            book(small, start, key=f"key {turn}", client=small.keisha),
        )

        assert {type(answer) for answer in answers} == {Changed, KeyReused}, answers


@pytest.mark.parametrize(
    "midnight",
    [datetime(2026, 12, 2, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)],
    ids=["a day", "a year"],
)
async def test_over_midnight_utc_both_days_are_taken_or_neither(
    small: SmallPractice, midnight: datetime
) -> None:
    """Over midnight, an evening and a morning at once: the first alone, or the other two."""
    outcomes = set()
    for turn in range(ROUNDS):
        over = midnight - timedelta(minutes=20)
        evening, morning = midnight - timedelta(minutes=50), midnight + timedelta(minutes=10)
        starts = [over, evening, morning]
        starts = starts[turn % 3 :] + starts[: turn % 3]

        answers = await at_once(*(book(small, start) for start in starts))

        booked = [one.appointment for one in answers if isinstance(one, Changed)]
        refused = [one for one in answers if isinstance(one, SlotTaken)]
        assert len(booked) + len(refused) == 3, answers
        outcomes.add(frozenset(one.booking.start for one in booked))
        assert await busy_intervals(small.store) == await booked_intervals(small.store)
        for appointment in booked:
            await cancel(small, appointment)
    alone = frozenset({midnight - timedelta(minutes=20)})
    apart = frozenset({midnight - timedelta(minutes=50), midnight + timedelta(minutes=10)})
    assert outcomes <= {alone, apart}


@pytest.mark.parametrize("how", ["moved", "cancelled"])
async def test_a_request_that_comes_in_meanwhile_is_flagged(small: SmallPractice, how: str) -> None:
    """It was told of the appointment as it is, or staff see that it was told otherwise."""
    for turn in range(ROUNDS):
        original = (await book(small, later(days=turn))).appointment
        elsewhere = Edits(start=later(days=turn, hours=2))
        ask = {
            "request_type": RequestType.CANCELLATION,
            "appointment_id": original.id,
            "start": None,
        }
        changing = move(small, original, elsewhere) if how == "moved" else cancel(small, original)

        came_in, *_ = await at_once(
            small.receive(**ask), changing, *(small.receive(**ask) for _ in range(6))
        )

        request = await small.store.requests.get(small.priya, came_in)
        assert request is not None
        was_told = request.asked.original_start == elsewhere.start
        assert was_told or request.flags == {RequestFlag(f"original-{how}")}


@pytest.fixture
def written_late(small: SmallPractice, monkeypatch: pytest.MonkeyPatch) -> list[Awaitable[object]]:
    """What to do after the worker has read what requests name, and before they are written."""
    meanwhile: list[Awaitable[object]] = []
    insert_many = small.store.requests.insert_many

    async def insert_late(received: Sequence[Received]) -> list[Received]:
        await asyncio.gather(*meanwhile)
        return await insert_many(received)

    monkeypatch.setattr(small.store.requests, "insert_many", insert_late)
    return meanwhile


async def test_a_request_written_after_its_original_was_moved_is_flagged(
    small: SmallPractice, written_late: list[Awaitable[object]]
) -> None:
    """It was told of the appointment as it was."""
    original = (await book(small)).appointment
    written_late.append(move(small, original, Edits(start=later(hours=2))))

    came_in = await small.receive(
        request_type=RequestType.CANCELLATION, appointment_id=original.id, start=None
    )

    request = await small.store.requests.get(small.priya, came_in)
    assert request is not None
    assert request.flags == {RequestFlag.ORIGINAL_MOVED}


async def test_a_request_written_after_the_staff_changed_is_theirs_who_came(
    small: SmallPractice, written_late: list[Awaitable[object]]
) -> None:
    """Marcus sees it, and Dana does not any more."""
    written_late.append(assign(small, 2, small.marcus.id))

    came_in = await small.receive()

    assert await small.store.requests.get(small.marcus, came_in) is not None
    assert await small.store.requests.get(small.dana, came_in) is None


async def test_who_is_assigned_in_the_end_sees_all_of_it(small: SmallPractice) -> None:
    """Requests come in and are approved while the client's staff change, twice at once."""
    dana, marcus = small.dana.id, small.marcus.id
    for turn in range(ROUNDS):
        start = later(days=turn)
        waiting = [await small.receive(start=start + timedelta(hours=n)) for n in range(2)]
        original = (await book(small, start + timedelta(hours=3))).appointment
        move_it = {
            "request_type": RequestType.RESCHEDULE,
            "appointment_id": original.id,
            "start": start + timedelta(hours=4),
        }
        waiting.append(await small.receive(**move_it))

        answers = await at_once(
            *(approve(small, request) for request in waiting),
            assign(small, 2 * turn, marcus, dana),
            small.receive(start=start + timedelta(hours=5)),
            assign(small, 2 * turn + 1, marcus),
            *(small.receive(start=start + timedelta(hours=n)) for n in (6, 7)),
        )

        assert not [one for one in answers if isinstance(one, BaseException)]
        (client,) = (await small.store.clients.get_many([small.amara.id])).values()
        assigned = set(client.assigned_staff_ids)
        seen_by = {
            name: {frozenset(row["visible_to"]) async for row in small.store.database[name].find()}
            for name in ("requests", "appointments")
        }
        assert seen_by == {
            "requests": {frozenset(assigned)},
            "appointments": {frozenset(assigned | {dana})},
        }
        await assign(small, 2 * turn + 1, dana)
