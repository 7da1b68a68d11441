"""What clients take back, through the queue that their submissions come through."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from aio_pika.abc import AbstractRobustChannel

from services.scheduler.domain.appointment_request import AppointmentRequest
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.read_history import request_history
from shared.messaging.events import to_message
from shared.messaging.publisher import ConfirmedPublisher
from shared.messaging.topology import PORTAL, Topology
from shared.schemas.request_submitted import RequestSubmitted
from shared.schemas.request_withdrawn import RequestWithdrawn, RequestWithdrawnData
from shared.schemas.vocabulary import RequestStatus
from tests.harness.polling import eventually
from tests.harness.practice import NOW, SmallPractice, approve, later, open_practice
from tests.harness.queues import empty_queues
from tests.harness.worker import running_worker

TOPOLOGY = Topology.with_delays((1, 1))


@pytest.fixture
async def channel(vhost_url: str) -> AsyncIterator[AbstractRobustChannel]:
    """A channel of the test's own, on queues that are declared and empty."""
    async with empty_queues(vhost_url, TOPOLOGY, TOPOLOGY.scheduler_requests) as channel:
        yield channel


@pytest.fixture
async def publisher(
    vhost_url: str, store: Store, channel: AbstractRobustChannel
) -> AsyncIterator[ConfirmedPublisher]:
    """Publishes to a running worker."""
    del channel  # its queues
    async with running_worker(vhost_url, store, TOPOLOGY) as publisher:
        yield publisher


@pytest.fixture
async def small(store: Store) -> SmallPractice:
    """A practice in an empty database."""
    return await open_practice(store)


def withdrawal(submission: RequestSubmitted, *, client_id: UUID | None) -> RequestWithdrawn:
    """Return what a client says who takes that submission back."""
    request_id = submission.data.request_id
    return RequestWithdrawn(
        id=f"{request_id}:withdrawn",
        source="/tests",
        subject=str(request_id),
        time=NOW,
        practiceid=submission.practiceid,
        correlationid=submission.correlationid,
        data=RequestWithdrawnData(
            request_id=request_id, withdrawn_at=NOW, withdrawn_by="a test", client_id=client_id
        ),
    )


async def put(publisher: ConfirmedPublisher, event: RequestSubmitted | RequestWithdrawn) -> None:
    """Publish as the portal's service does."""
    key = "request.withdrawn" if isinstance(event, RequestWithdrawn) else "request.submitted"
    await publisher.publish(to_message(event, exchange=PORTAL, routing_key=key))


async def wait_for(
    small: SmallPractice, request_id: UUID, status: RequestStatus
) -> AppointmentRequest:
    """Wait until a request has a status; return it."""

    async def reached() -> AppointmentRequest | None:
        found = await small.store.requests.get(small.priya, request_id)
        return found if found is not None and found.status is status else None

    request = await eventually(reached, f"the request is {status.value}")
    assert request is not None
    return request


async def test_a_withdrawal_after_its_submission(
    small: SmallPractice, publisher: ConfirmedPublisher
) -> None:
    """The request waits, then its client takes it back; told twice, it happened once."""
    submission = small.submission()
    await put(publisher, submission)
    request_id = submission.data.request_id
    await wait_for(small, request_id, RequestStatus.PENDING)

    for _ in range(2):
        await put(publisher, withdrawal(submission, client_id=small.amara.id))

    request = await wait_for(small, request_id, RequestStatus.WITHDRAWN)
    await put(publisher, barrier := small.submission(start=later(days=1)))
    await wait_for(small, barrier.data.request_id, RequestStatus.PENDING)
    assert request.decision is not None
    assert request.decision.by_name == "the client"
    history = await request_history(small.store, small.priya, request_id)
    assert [entry.action for entry in history] == ["submitted", "withdrawn"]


async def test_a_withdrawal_that_overtakes_its_submission(
    small: SmallPractice, publisher: ConfirmedPublisher
) -> None:
    """It is kept, and the submission is withdrawn as it arrives: staff never have it to decide."""
    submission = small.submission()
    await put(publisher, withdrawal(submission, client_id=small.amara.id))

    async def kept() -> bool:
        return bool(await small.store.withdrawals.of_requests([submission.data.request_id]))

    await eventually(kept, "the withdrawal is kept")
    await put(publisher, submission)

    await wait_for(small, submission.data.request_id, RequestStatus.WITHDRAWN)


async def test_both_at_once_in_any_order(
    small: SmallPractice, publisher: ConfirmedPublisher
) -> None:
    """Forty requests, each submitted and taken back in the same moment: all are withdrawn."""
    submissions = [small.submission(start=later(hours=number)) for number in range(40)]
    withdrawals = [withdrawal(one, client_id=small.amara.id) for one in submissions]

    events: list[RequestSubmitted | RequestWithdrawn] = [*submissions, *withdrawals]
    await asyncio.gather(*(put(publisher, event) for event in events))

    for submission in submissions:
        await wait_for(small, submission.data.request_id, RequestStatus.WITHDRAWN)


async def test_who_did_not_ask_withdraws_nothing(
    small: SmallPractice, publisher: ConfirmedPublisher
) -> None:
    """Another client, the portal's token, and a request that was decided: all stay as they are."""
    waiting, decided = small.submission(), small.submission(start=later(days=1))
    for submission in (waiting, decided):
        await put(publisher, submission)
        await wait_for(small, submission.data.request_id, RequestStatus.PENDING)
    await approve(small, decided.data.request_id)

    await put(publisher, withdrawal(waiting, client_id=small.keisha.id))
    await put(publisher, withdrawal(waiting, client_id=None))
    await put(publisher, withdrawal(decided, client_id=small.amara.id))
    last = small.submission(start=later(days=2))
    await put(publisher, last)
    await put(publisher, withdrawal(last, client_id=small.amara.id))

    await wait_for(small, last.data.request_id, RequestStatus.WITHDRAWN)
    await wait_for(small, waiting.data.request_id, RequestStatus.PENDING)
    await wait_for(small, decided.data.request_id, RequestStatus.APPROVED)
