"""Decisions against a real replica set: one decision each, no overlap, all of it or nothing."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.scheduler.domain.appointment_request import Edits
from services.scheduler.domain.refusals import (
    AlreadyDecided,
    ClientUnknown,
    ClinicianNeeded,
    ClinicianUnknown,
    Refusal,
    RequestNotFound,
    ServiceUnknown,
    SlotTaken,
    StaleVersion,
)
from services.scheduler.mongo.outbox import Outbox
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.approve_request import approve_request
from services.scheduler.use_cases.decide import Decided
from shared.schemas.vocabulary import RequestStatus
from tests.harness.practice import (
    NOW,
    START,
    SmallPractice,
    approve,
    booked_intervals,
    busy_intervals,
    decline,
    later,
)


async def count(store: Store, collection: str) -> int:
    """Return how many documents a collection has."""
    return await store.database[collection].count_documents({})


async def test_sixteen_racers_make_one_decision(small: SmallPractice) -> None:
    """Half approve and half decline one request at once: one decision, one event, one history."""
    request = await small.receive()

    racers = [approve(small, request) if n % 2 else decline(small, request) for n in range(16)]
    results = await asyncio.gather(*racers, return_exceptions=True)

    won = [r for r in results if isinstance(r, Decided) and not r.repeated]
    repeated = [r for r in results if isinstance(r, Decided) and r.repeated]
    refused = [r for r in results if isinstance(r, AlreadyDecided)]
    assert (len(won), len(repeated), len(refused)) == (1, 7, 8), results
    approved = won[0].request.status is RequestStatus.APPROVED
    assert await count(small.store, "appointments") == (1 if approved else 0)
    assert await count(small.store, "outbox") == 1
    assert await count(small.store, "history") == 1
    assert await busy_intervals(small.store) == await booked_intervals(small.store)


@pytest.mark.parametrize("shift", [timedelta(minutes=-30), timedelta(0), timedelta(minutes=30)])
async def test_of_overlapping_requests_approved_at_once_one_is_booked(
    small: SmallPractice, shift: timedelta
) -> None:
    """Eight clients want overlapping hours of one clinician; the others are told of the clash."""
    requests = [await small.receive(start=START if n % 2 else START + shift) for n in range(8)]

    results = await asyncio.gather(
        *(approve(small, request) for request in requests), return_exceptions=True
    )

    booked = [r for r in results if isinstance(r, Decided)]
    clashes = [r for r in results if isinstance(r, SlotTaken)]
    assert (len(booked), len(clashes)) == (1, 7), results
    taken = booked[0].appointment
    assert taken is not None
    assert all(clash.clashes[0].appointment_id == taken.id for clash in clashes)
    assert await busy_intervals(small.store) == await booked_intervals(small.store)
    pending = await small.store.database["requests"].count_documents({"status": "pending"})
    assert pending == 7


async def test_neighbours_do_not_clash(small: SmallPractice) -> None:
    """An appointment may begin the minute another ends."""
    for minutes in (0, 45, -45):
        request = await small.receive(start=later(minutes=minutes))
        assert (await approve(small, request)).appointment is not None


@pytest.mark.parametrize(
    "midnight",
    [datetime(2026, 12, 2, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)],
    ids=["a day", "a year"],
)
async def test_a_booking_over_midnight_utc_is_taken_on_both_days(
    small: SmallPractice, midnight: datetime
) -> None:
    """Neither the evening's nor the morning's half can be taken by another."""
    first = await small.receive(start=midnight - timedelta(minutes=20))
    evening = await small.receive(start=midnight - timedelta(minutes=50))
    morning = await small.receive(start=midnight + timedelta(minutes=10))
    await approve(small, first)

    for request in (evening, morning):
        with pytest.raises(SlotTaken):
            await approve(small, request)

    assert await busy_intervals(small.store) == await booked_intervals(small.store)
    assert await small.store.database["calendar_days"].count_documents({"busy": {"$ne": []}}) == 2


async def test_a_failure_in_the_middle_leaves_nothing(
    small: SmallPractice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last write of the transaction fails: no decision, no appointment, no busy hour."""
    request = await small.receive()

    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the last write")

    monkeypatch.setattr(Outbox, "add", fail)
    with pytest.raises(RuntimeError):
        await approve(small, request)

    assert await count(small.store, "appointments") == 0
    assert await count(small.store, "history") == 0
    assert await busy_intervals(small.store) == set()
    monkeypatch.undo()
    assert (await approve(small, request)).repeated is False


async def test_what_the_records_do_not_allow_is_refused_by_name(small: SmallPractice) -> None:
    """Each broken rule has its refusal, and the request goes on waiting."""
    anybody = await small.receive(clinician_id=None)
    stranger = await small.receive(client_id=uuid4())
    odd = await small.receive(service_id=uuid4())
    plain = await small.receive()
    cases: list[tuple[UUID, Edits, int | None, type[Refusal]]] = [
        (anybody, Edits(), None, ClinicianNeeded),
        (stranger, Edits(), None, ClientUnknown),
        (odd, Edits(), None, ServiceUnknown),
        (plain, Edits(clinician_id=small.priya.id), None, ClinicianUnknown),
        (plain, Edits(clinician_id=uuid4()), None, ClinicianUnknown),
        (plain, Edits(service_id=uuid4()), None, ServiceUnknown),
        (plain, Edits(), 9, StaleVersion),
        (uuid4(), Edits(), None, RequestNotFound),
    ]
    for request, edits, version, refusal in cases:
        with pytest.raises(refusal):
            await approve(small, request, edits, version=version)
    assert await small.store.database["requests"].count_documents({"status": "pending"}) == 4


async def test_the_same_decision_again_answers_the_first_even_with_an_old_version(
    small: SmallPractice,
) -> None:
    """A second click carries the version of the first; other edits are another decision."""
    request = await small.receive()
    edits = Edits(start=later(hours=2))
    first = await approve(small, request, edits, version=1)

    again = await approve(small, request, edits, version=1)

    assert (again.repeated, again.appointment) == (True, first.appointment)
    with pytest.raises(AlreadyDecided):
        await approve(small, request, Edits(start=later(hours=3)))
    with pytest.raises(AlreadyDecided):
        await decline(small, request)
    assert await count(small.store, "outbox") == 1


async def test_a_clash_names_nobody_whom_the_actor_may_not_see(small: SmallPractice) -> None:
    """Dana books on Marcus's calendar and meets a client of his: she learns the hour alone."""
    await approve(
        small, await small.receive(client_id=small.keisha.id, clinician_id=small.marcus.id)
    )
    request = await small.receive(clinician_id=small.marcus.id)

    with pytest.raises(SlotTaken) as refused:
        await approve_request(
            small.store,
            small.dana,
            request,
            Edits(),
            expected_version=None,
            now=NOW,
        )

    (clash,) = refused.value.clashes
    assert (clash.start, clash.client_name) == (START, None)
