"""Deciding at once, on real MongoDB: whoever is first, what stands fits what everybody is told."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.booking_plan import Confirmed
from services.scheduler.domain.refusals import (
    AlreadyDecided,
    ClientMayExist,
    OriginalGone,
    OriginalMoved,
    SlotTaken,
)
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.approve_request import approve_request
from services.scheduler.use_cases.decide import Decided
from shared.schemas.vocabulary import RequestType
from tests.harness.direct_changes import book, cancel, move, withdraw
from tests.harness.practice import (
    NOW,
    START,
    SmallPractice,
    approve,
    booked_intervals,
    busy_intervals,
    decline,
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


async def ids_of(small: SmallPractice, collection: str) -> set[str]:
    """Return the ids in a collection."""
    return {row["_id"] async for row in small.store.database[collection].find({}, {"_id": 1})}


async def decide(small: SmallPractice, request: UUID, number: int, turn: int) -> Decided | None:
    """Approve, decline or take back; those whose turn it is are ahead by ever more."""
    for _ in range(0 if number % 3 == turn % 3 else 2 * (turn // 3) + number % 5):
        await small.store.ready()
    if number % 3 == 0:
        return await approve(small, request)
    if number % 3 == 1:
        return await decline(small, request)
    await withdraw(small, request)
    return None


async def test_of_sixteen_who_decide_in_three_ways_one_does(small: SmallPractice) -> None:
    """Everybody else is told of the decision that stands, and the client hears of it once."""
    winners = set()
    for turn in range(ROUNDS):
        request = await small.receive(start=later(hours=turn))
        before = await ids_of(small, "outbox"), await ids_of(small, "history")

        answers = await at_once(*(decide(small, request, n, turn) for n in range(16)))

        row = await small.store.database["requests"].find_one({"_id": request})
        assert row is not None
        stands = row["status"]
        winners.add(stands)
        decided = [one for one in answers if isinstance(one, Decided)]
        refused = [one for one in answers if isinstance(one, AlreadyDecided)]
        taken_back = [one for one in answers if one is None]
        assert len(decided) + len(refused) + len(taken_back) == 16, answers
        assert {one.request.status for one in decided} <= {stands}
        assert {one.decision["status"] for one in refused} <= {stands}
        first = [one for one in decided if not one.repeated]
        assert len(first) == (0 if stands == "withdrawn" else 1)
        assert row["version"] == 2
        told = set() if stands == "withdrawn" else {f"{request}:{stands}"}
        assert await ids_of(small, "outbox") - before[0] == told
        assert await ids_of(small, "history") - before[1] == {f"{request}:{stands}"}
    assert await busy_intervals(small.store) == await booked_intervals(small.store)
    assert winners == {"approved", "declined", "withdrawn"}, "not each way won: too late to meet"


async def test_of_two_overlapping_requests_one_is_booked(small: SmallPractice) -> None:
    """In both orders; the other is told of the first one's appointment."""
    for turn in range(ROUNDS):
        start = later(days=turn // 8, hours=3 * (turn % 8))
        requests = [
            await small.receive(start=start),
            await small.receive(start=start + timedelta(minutes=30), client_id=small.keisha.id),
        ]
        ordered = requests if turn % 2 else requests[::-1]

        answers = await at_once(*(approve(small, request) for request in ordered))

        (booked,) = [
            one.appointment for one in answers if isinstance(one, Decided) and one.appointment
        ]
        (refused,) = [one for one in answers if isinstance(one, SlotTaken)]
        assert [clash.appointment_id for clash in refused.clashes] == [booked.id]
    assert await busy_intervals(small.store) == await booked_intervals(small.store)
    assert len(await ids_of(small, "outbox")) == len(await ids_of(small, "history")) == ROUNDS


async def test_two_who_allow_the_overlap_at_once_are_both_booked(small: SmallPractice) -> None:
    """The one who came second has the other in the history."""

    async def approve_all_the_same(request: UUID) -> Decided:
        return await approve_request(
            small.store,
            small.priya,
            request,
            Edits(),
            confirmed=Confirmed(overlap=True),
            expected_version=None,
            now=NOW,
        )

    for turn in range(ROUNDS):
        start = later(hours=3 * turn)
        requests = [await small.receive(start=start + timedelta(minutes=n)) for n in (0, 30)]

        decided = await asyncio.gather(*map(approve_all_the_same, requests))

        appointments = {str(one.appointment and one.appointment.id) for one in decided}
        overlaps = [
            clash["appointment_id"]
            for request in requests
            for entry in await small.store.history.of_request(small.practice.id, request)
            for clash in entry.after["overlaps"]
        ]
        assert len(appointments) == 2
        assert len(overlaps) == 1
        assert overlaps[0] in appointments
    assert await busy_intervals(small.store) == await booked_intervals(small.store)


async def test_two_requests_of_one_new_client_make_one_record(small: SmallPractice) -> None:
    """Of two approved at once, the second is asked whether it is the same person."""
    for turn in range(ROUNDS):
        who = {
            "name": f"Wren {turn}",
            "birth_date": "1991-05-06",
            "email": f"wren{turn}@example.org",
            "phone": "+1 212 555 0199",
        }
        requests = [
            await small.receive(
                client_id=None, prospective_client=who, start=later(days=turn, hours=hours)
            )
            for hours in (0, 2)
        ]

        answers = await at_once(*(approve(small, request) for request in requests))

        (refused,) = [one for one in answers if isinstance(one, ClientMayExist)]
        (approved,) = [one for one in answers if isinstance(one, Decided)]
        found = [one.client_id for one in refused.candidates]
        assert found == [approved.request.requester.client_id]


@pytest.mark.parametrize("request_type", [RequestType.RESCHEDULE, RequestType.CANCELLATION])
async def test_approving_while_the_original_is_moved(
    small: SmallPractice, request_type: RequestType
) -> None:
    """Approved first, the move finds it changed; moved first, staff are asked once more."""
    for turn in range(ROUNDS):
        original = (await book(small, later(days=turn))).appointment
        request = await small.receive(
            request_type=request_type,
            appointment_id=original.id,
            start=later(days=turn, hours=2) if request_type is RequestType.RESCHEDULE else None,
        )
        elsewhere = Edits(start=later(days=turn, hours=4))
        calls = [approve(small, request), move(small, original, elsewhere)]
        if turn % 2:
            calls.reverse()

        answers = await at_once(*calls)

        if turn % 2:
            answers.reverse()
        approved, moved = answers
        (now,) = (await small.store.appointments.get_many([original.id])).values()
        if isinstance(approved, OriginalMoved):
            assert approved.start == now.booking.start == elsewhere.start
            assert (now.version, now.is_booked) == (2, True)
        elif request_type is RequestType.CANCELLATION:
            assert (moved.code, now.version) == ("appointment-cancelled", 2)
        else:
            assert (now.booking.start, now.version, now.sequence) == (elsewhere.start, 3, 2)
            assert moved.appointment.version == 3
        assert await busy_intervals(small.store) == await booked_intervals(small.store)


@pytest.mark.parametrize("request_type", [RequestType.RESCHEDULE, RequestType.CANCELLATION])
async def test_approving_while_the_original_is_cancelled(
    small: SmallPractice, request_type: RequestType
) -> None:
    """It is cancelled in the end, with one event for each change that was made."""
    for turn in range(ROUNDS):
        original = (await book(small, later(days=turn))).appointment
        request = await small.receive(
            request_type=request_type,
            appointment_id=original.id,
            start=later(days=turn, hours=2) if request_type is RequestType.RESCHEDULE else None,
        )
        before = await ids_of(small, "outbox")
        calls = [approve(small, request), cancel(small, original)]
        if turn % 2:
            calls.reverse()

        answers = await at_once(*calls)

        gone = [one for one in answers if isinstance(one, OriginalGone)]
        (now,) = (await small.store.appointments.get_many([original.id])).values()
        changes = len(await ids_of(small, "outbox") - before)
        assert not now.is_booked
        assert now.sequence == changes == now.version - 1
        both = request_type is RequestType.RESCHEDULE and not gone
        assert changes == (2 if both else 1)
    assert await busy_intervals(small.store) == await booked_intervals(small.store) == set()


async def test_a_move_never_clashes_with_itself(small: SmallPractice) -> None:
    """Two move one appointment to overlapping times of another day: both can be done."""
    for turn in range(ROUNDS):
        one = (await book(small, START + timedelta(days=3 * turn))).appointment
        next_day = one.booking.start + timedelta(days=1)

        answers = await at_once(
            move(small, one, Edits(start=next_day)),
            move(small, one, Edits(start=next_day + timedelta(minutes=15))),
        )

        assert sorted(answer.appointment.version for answer in answers) == [2, 3]
    assert await busy_intervals(small.store) == await booked_intervals(small.store)
