"""Moving, cancelling, and new clients: what a decision does beside booking."""

import asyncio

import pytest

from services.scheduler.domain.refusals import OriginalGone, SlotTaken
from shared.schemas.vocabulary import RequestStatus, RequestType
from tests.harness.practice import (
    START,
    SmallPractice,
    approve,
    booked_intervals,
    busy_intervals,
    decline,
    later,
)


async def test_a_reschedule_frees_the_old_hour_and_takes_the_new(small: SmallPractice) -> None:
    """Same appointment, sequence raised; the original stands until then."""
    booked = (await approve(small, await small.receive())).appointment
    assert booked is not None
    move = await small.receive(
        request_type=RequestType.RESCHEDULE,
        appointment_id=booked.id,
        start=later(minutes=30),
        service_id=None,
        clinician_id=None,
    )
    assert await busy_intervals(small.store) == {(booked.id, START, booked.booking.end)}

    moved = (await approve(small, move)).appointment

    assert moved is not None
    assert (moved.id, moved.sequence, moved.booking.start) == (booked.id, 1, later(minutes=30))
    assert await busy_intervals(small.store) == {
        (booked.id, moved.booking.start, moved.booking.end)
    }
    assert await busy_intervals(small.store) == await booked_intervals(small.store)


async def test_a_reschedule_onto_a_taken_hour_leaves_the_original(small: SmallPractice) -> None:
    """The clash undoes the release of the old hour."""
    booked = (await approve(small, await small.receive())).appointment
    assert booked is not None
    await approve(small, await small.receive(start=later(hours=1), client_id=small.keisha.id))
    move = await small.receive(
        request_type=RequestType.RESCHEDULE, appointment_id=booked.id, start=later(hours=1)
    )
    before = await busy_intervals(small.store)

    with pytest.raises(SlotTaken):
        await approve(small, move)

    assert await busy_intervals(small.store) == before


async def test_a_cancellation_frees_the_hour_once(small: SmallPractice) -> None:
    """A second request about the same appointment is told that it is gone."""
    booked = (await approve(small, await small.receive())).appointment
    assert booked is not None
    about = {"appointment_id": booked.id, "start": None, "request_type": RequestType.CANCELLATION}
    first, second = await small.receive(**about), await small.receive(**about)

    cancelled = (await approve(small, first)).appointment

    assert cancelled is not None
    assert (cancelled.status.value, cancelled.sequence) == ("cancelled", 1)
    assert await busy_intervals(small.store) == set()
    with pytest.raises(OriginalGone):
        await approve(small, second)
    assert (await decline(small, second)).request.status is RequestStatus.DECLINED


async def test_an_appointment_of_somebody_else_cannot_be_moved(small: SmallPractice) -> None:
    """Naming another client's appointment is as good as naming none."""
    booked = (await approve(small, await small.receive())).appointment
    assert booked is not None
    theft = await small.receive(
        request_type=RequestType.CANCELLATION,
        client_id=small.keisha.id,
        appointment_id=booked.id,
        start=None,
    )

    with pytest.raises(OriginalGone):
        await approve(small, theft)

    assert await busy_intervals(small.store) == await booked_intervals(small.store) != set()


async def test_a_new_clients_approval_makes_one_client_record(small: SmallPractice) -> None:
    """Eight clicks make one client, assigned to the clinician who was booked."""
    who = {
        "name": "Wren",
        "birth_date": "1991-05-06",
        "email": "wren@example.org",
        "phone": "+1 212 555 0199",
    }
    request = await small.receive(client_id=None, prospective_client=who)

    answers = await asyncio.gather(*(approve(small, request) for _ in range(8)))

    client_ids = {answer.request.requester.client_id for answer in answers}
    assert len(client_ids) == 1
    record = await small.store.database["clients"].find_one({"name": "Wren"})
    assert record is not None
    assert record["_id"] in client_ids
    assert record["assigned_staff_ids"] == [small.dana.id]
    assert await small.store.database["clients"].count_documents({"name": "Wren"}) == 1
