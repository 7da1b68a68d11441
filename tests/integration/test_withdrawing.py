"""A client takes a request back: before it arrives, while it waits, when it is too late."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.scheduler.domain.refusals import AlreadyDecided
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.decide import Decided
from services.scheduler.use_cases.read_history import request_history
from shared.schemas.vocabulary import RequestStatus
from tests.harness.practice import (
    NOW,
    SmallPractice,
    approve,
    booked_intervals,
    busy_intervals,
    decline,
    open_practice,
)
from tests.harness.staff_day import NEW_CLIENT, stored, withdraw


async def status_of(small: SmallPractice, request: UUID) -> str:
    """Return a request's status."""
    return str((await stored(small, "requests", request))["status"])


async def test_what_waits_is_withdrawn(small: SmallPractice) -> None:
    """Closed by the client, with the time they said so in the history; nobody is to be told."""
    request = await small.receive()

    await withdraw(small, request, at=NOW - timedelta(minutes=1))

    document = await stored(small, "requests", request)
    assert (document["status"], document["version"], document["follow_up"]) == (
        "withdrawn",
        2,
        None,
    )
    assert document["decision"]["by_staff_id"] is None
    submitted, withdrawn = await request_history(small.store, small.priya, request)
    assert (submitted.action, withdrawn.action) == ("submitted", "withdrawn")
    assert (withdrawn.by_name, withdrawn.by_staff_id) == ("the client", None)
    assert withdrawn.after["asked_at"] == NOW - timedelta(minutes=1)
    assert await small.store.database["outbox"].count_documents({}) == 0


async def test_a_withdrawal_that_overtakes_its_request_waits_for_it(small: SmallPractice) -> None:
    """The request arrives withdrawn, whichever way the queue went."""
    request = uuid4()
    await withdraw(small, request)

    await small.receive(request_id=request)

    assert await status_of(small, request) == "withdrawn"
    with pytest.raises(AlreadyDecided):
        await approve(small, request)


async def test_a_withdrawal_of_nothing_that_ever_comes_does_no_harm(small: SmallPractice) -> None:
    """It is kept, and other requests are as they were."""
    other = await small.receive()
    await withdraw(small, uuid4())
    assert await status_of(small, other) == "pending"


async def test_the_same_withdrawal_twice_is_one(small: SmallPractice) -> None:
    """Queues repeat; the first one counts."""
    request = await small.receive()
    for minutes in (0, 5):
        await withdraw(small, request, at=NOW + timedelta(minutes=minutes))

    assert await small.store.database["withdrawals"].count_documents({}) == 1
    assert len(await request_history(small.store, small.priya, request)) == 2


async def test_both_at_once_end_withdrawn(small: SmallPractice) -> None:
    """Sixteen submissions and their withdrawals at the same moment: one finds the other."""
    requests = [uuid4() for _ in range(16)]

    await asyncio.gather(
        *(small.receive(request_id=request) for request in requests),
        *(withdraw(small, request) for request in requests),
    )

    assert {await status_of(small, request) for request in requests} == {"withdrawn"}
    histories = [await request_history(small.store, small.priya, one) for one in requests]
    assert {len(history) for history in histories} == {2}


async def test_a_repeated_submission_does_not_bring_it_back(small: SmallPractice) -> None:
    """Neither the same message again, nor the key with other content."""
    request = await small.receive()
    await withdraw(small, request)

    await small.receive(request_id=request)
    await small.receive(request_id=request, start=NOW + timedelta(days=3))

    assert await status_of(small, request) == "withdrawn"


@pytest.mark.parametrize("stranger", ["another client", "another practice", "the portal"])
async def test_a_stranger_withdraws_nothing(
    small: SmallPractice, store: Store, stranger: str
) -> None:
    """Neither before nor after the request, and does not hide the client's own withdrawal."""
    other = await open_practice(store)
    strangers: dict[str, dict[str, Any]] = {
        "another client": {"client_id": small.keisha.id, "withdrawn_by": "keisha"},
        "another practice": {"practice_id": other.practice.id, "withdrawn_by": "elsewhere"},
        "the portal": {"client_id": None, "withdrawn_by": "a portal"},
    }
    who = strangers[stranger]
    early, request = uuid4(), await small.receive()

    await withdraw(small, early, **who)
    await withdraw(small, request, **who)
    await small.receive(request_id=early)

    for one in (early, request):
        assert await status_of(small, one) == "pending"
        await withdraw(small, one)
        assert await status_of(small, one) == "withdrawn"


async def test_a_new_clients_request_is_withdrawn_by_the_portal_that_sent_it(
    small: SmallPractice,
) -> None:
    """Known by its subject; another portal's, and a client's with a record, is not theirs."""
    request = await small.receive(client_id=None, prospective_client=NEW_CLIENT)

    await withdraw(small, request, client_id=None, withdrawn_by="another portal")
    await withdraw(small, request, client_id=small.amara.id, withdrawn_by="amara")
    assert await status_of(small, request) == "pending"
    await withdraw(small, request, client_id=None, withdrawn_by="a test")
    assert await status_of(small, request) == "withdrawn"


@pytest.mark.parametrize("decided", ["approved", "declined"])
async def test_what_is_decided_stays_decided(small: SmallPractice, decided: str) -> None:
    """The client was too late: they may ask to cancel instead."""
    request = await small.receive()
    await (approve if decided == "approved" else decline)(small, request)

    await withdraw(small, request)

    assert await status_of(small, request) == decided
    assert len(await request_history(small.store, small.priya, request)) == 2
    assert await busy_intervals(small.store) == await booked_intervals(small.store)


async def test_withdrawing_and_deciding_at_once_end_in_one_of_the_two(
    small: SmallPractice,
) -> None:
    """Never an appointment of a withdrawn request, nor two ends in a history."""
    for day in range(8):
        request = await small.receive(start=NOW + timedelta(days=9 + day))

        answer, _ = await asyncio.gather(
            approve(small, request), withdraw(small, request), return_exceptions=True
        )

        if isinstance(answer, Decided):
            assert answer.request.status is RequestStatus.APPROVED
            assert await status_of(small, request) == "approved"
        else:
            assert isinstance(answer, AlreadyDecided)
            assert await status_of(small, request) == "withdrawn"
        assert len(await request_history(small.store, small.priya, request)) == 2
    assert await busy_intervals(small.store) == await booked_intervals(small.store)
    approved = await small.store.database["requests"].count_documents({"status": "approved"})
    assert len(await booked_intervals(small.store)) == approved
