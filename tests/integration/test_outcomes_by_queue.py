"""What the notifier tells of e-mails, through the queue that the worker takes it from."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import uuid4

import pytest
from aio_pika.abc import AbstractRobustChannel

from services.scheduler.domain.notification import Notification, NotificationStatus
from services.scheduler.mongo.store import Store
from shared.messaging.events import to_message
from shared.messaging.publisher import ConfirmedPublisher, OutgoingMessage
from shared.messaging.topology import SCHEDULING, Topology
from shared.schemas.notification_failed import (
    FailureReason,
    NotificationFailed,
    NotificationFailedData,
)
from shared.schemas.notification_sent import NotificationSent, NotificationSentData
from shared.schemas.notification_skipped import (
    NotificationSkipped,
    NotificationSkippedData,
    SkipReason,
)
from tests.harness.client_emails import Declined, decline_one, set_emails
from tests.harness.inviting import begin_inviting
from tests.harness.outcomes import FAILED, REFUSED, SENT, SKIPPED, Approved, approve_one
from tests.harness.polling import eventually
from tests.harness.practice import NOW, SmallPractice, later, open_practice
from tests.harness.queues import empty_queues
from tests.harness.worker import running_worker

_Outcome = TypeVar("_Outcome", NotificationSent, NotificationFailed)
TOPOLOGY = Topology.with_delays((1, 1))
NOTIFICATIONS = TOPOLOGY.scheduler_notifications


@pytest.fixture
async def channel(vhost_url: str) -> AsyncIterator[AbstractRobustChannel]:
    """A channel of the test's own, on queues that are declared and empty."""
    async with empty_queues(vhost_url, TOPOLOGY, NOTIFICATIONS) as channel:
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


def sent(approved: Approved, at: datetime) -> NotificationSent:
    """Return what the notifier tells of an e-mail that went out."""
    return NotificationSent(
        id=f"{approved.event_id}:sent",
        source="/tests",
        subject=str(approved.appointment_id),
        time=at,
        practiceid=approved.small.practice.id,
        correlationid="a-correlation",
        data=NotificationSentData(
            event_id=approved.event_id,
            appointment_id=approved.appointment_id,
            request_id=approved.request_id,
            at=at,
        ),
    )


def failed(approved: Approved, at: datetime) -> NotificationFailed:
    """Return the same of one that did not."""
    return NotificationFailed(
        id=f"{approved.event_id}:failed",
        source="/tests",
        subject=str(approved.appointment_id),
        time=at,
        practiceid=approved.small.practice.id,
        correlationid="a-correlation",
        data=NotificationFailedData(
            event_id=approved.event_id,
            appointment_id=approved.appointment_id,
            request_id=approved.request_id,
            at=at,
            reason=FailureReason.ADDRESS_REFUSED,
            smtp_code=550,
        ),
    )


def skipped(approved: Approved, at: datetime) -> NotificationSkipped:
    """Return the same of one that was of no use any more."""
    return NotificationSkipped(
        id=f"{approved.event_id}:skipped",
        source="/tests",
        subject=str(approved.appointment_id),
        time=at,
        practiceid=approved.small.practice.id,
        correlationid="a-correlation",
        data=NotificationSkippedData(
            event_id=approved.event_id,
            appointment_id=approved.appointment_id,
            request_id=approved.request_id,
            at=at,
            reason=SkipReason.OVER,
        ),
    )


def of_message(declined: Declined, event: _Outcome) -> _Outcome:
    """Return the same of the message of a decline, which is about no appointment."""
    told = {"event_id": declined.event_id, "appointment_id": None}
    data = event.data.model_copy(update={**told, "request_id": declined.request_id})
    return event.model_copy(update={"data": data})


async def tell(
    publisher: ConfirmedPublisher,
    event: NotificationSent | NotificationFailed | NotificationSkipped,
) -> None:
    """Publish as the notifier does."""
    key = event.type.removeprefix("openchair.").removesuffix(".v1")
    await publisher.publish(to_message(event, exchange=SCHEDULING, routing_key=key))


async def test_the_worker_records_what_the_notifier_tells(
    small: SmallPractice, publisher: ConfirmedPublisher
) -> None:
    """Failed, then sent after a replay; the failure told once more changes nothing."""
    approved = await approve_one(small)
    at = NOW + timedelta(minutes=1)

    async def stands() -> tuple[str, str | None] | None:
        notification = (await approved.appointment()).notification
        assert notification is not None
        if notification.status not in (FAILED, SENT):
            return None
        return notification.status.value, notification.reason

    await tell(publisher, failed(approved, at))
    assert await eventually(stands, "an outcome is recorded") == ("failed", REFUSED)
    assert await approved.to_do(small.priya) == [approved.appointment_id]
    await tell(publisher, sent(approved, at + timedelta(hours=1)))

    async def is_sent() -> bool:
        return await stands() == ("sent", None)

    await eventually(is_sent, "it was sent after all")
    await tell(publisher, failed(approved, at))
    last = await approve_one(small, later(days=1))
    await tell(publisher, sent(last, at))

    async def last_is_sent() -> bool:
        notification = (await last.request()).notification
        return notification is not None and notification.status is SENT

    await eventually(last_is_sent, "the last is recorded")
    assert await stands() == ("sent", None)
    assert await approved.to_do(small.priya) == []


async def test_an_email_that_was_skipped_is_shown_and_asks_nothing_of_anybody(
    small: SmallPractice, publisher: ConfirmedPublisher
) -> None:
    """With the reason, at the request and at the appointment."""
    approved = await approve_one(small)
    at = NOW + timedelta(minutes=1)
    await tell(publisher, skipped(approved, at))

    async def is_skipped() -> bool:
        notification = (await approved.appointment()).notification
        return notification is not None and notification.status is SKIPPED

    await eventually(is_skipped, "it is recorded")
    expected = Notification(approved.event_id, SKIPPED, at, "over")
    assert (await approved.request()).notification == expected
    assert (await approved.appointment()).notification == expected
    assert await approved.to_do(small.priya) == []
    assert await approved.actions() == [("email-skipped", "the notifier")]


async def test_what_became_of_a_declines_message_is_recorded(
    small: SmallPractice, publisher: ConfirmedPublisher
) -> None:
    """It is about a request and no appointment."""
    await set_emails(small, decline_messages=True)
    declined, approved = await decline_one(small), await approve_one(small, later(days=1))
    at = NOW + timedelta(minutes=1)

    async def status() -> NotificationStatus | None:
        notification = (await declined.request()).notification
        return None if notification is None else notification.status

    async def has_failed() -> bool:
        return await status() is FAILED

    async def is_sent() -> bool:
        return await status() is SENT

    await tell(publisher, of_message(declined, failed(approved, at)))
    await eventually(has_failed, "the failure is recorded")
    assert await declined.to_do(small.priya) == [declined.request_id]
    await tell(publisher, of_message(declined, sent(approved, at)))
    await eventually(is_sent, "it was sent after all")
    assert await declined.to_do(small.priya) == []


async def test_what_is_no_outcome_goes_to_the_dead_queue(
    small: SmallPractice, publisher: ConfirmedPublisher, channel: AbstractRobustChannel
) -> None:
    """An approval there, and a reason that is not on the list; an unknown event is passed over."""
    approved = await approve_one(small)
    good = failed(approved, NOW)
    odd = good.model_dump_json().replace("address-refused", "amara@example.org is unknown")
    stranger = good.model_copy(
        update={"data": good.data.model_copy(update={"event_id": f"{uuid4()}:approved"})}
    )
    await tell(publisher, stranger)
    await publisher.publish(
        OutgoingMessage(SCHEDULING, "notification.failed", odd.encode(), "a-correlation")
    )
    dead = await channel.get_queue(NOTIFICATIONS.dead_name, ensure=False)

    async def buried() -> str | None:
        message = await dead.get(fail=False, no_ack=True)
        return None if message is None else str(message.headers["x-openchair-reason"])

    assert await eventually(buried, "it is in the dead queue") == "invalid: data.reason (enum)"
    assert await buried() is None
    assert await approved.to_do(small.priya) == []


async def test_what_became_of_an_invitation_is_told_on_the_client(
    small: SmallPractice, publisher: ConfirmedPublisher
) -> None:
    """The event names the client, and no appointment."""
    portal = await begin_inviting(small)
    invited = await portal.invite()
    assert invited.invitation is not None
    told = NotificationFailed(
        id=f"{invited.invitation.id}:invited:failed",
        source="/tests",
        subject=str(small.amara.id),
        time=NOW,
        practiceid=small.practice.id,
        correlationid="a-correlation",
        data=NotificationFailedData(
            event_id=f"{invited.invitation.id}:invited",
            client_id=small.amara.id,
            at=NOW + timedelta(minutes=1),
            reason=FailureReason.ADDRESS_REFUSED,
        ),
    )
    await tell(publisher, told)

    async def to_do() -> bool:
        return await portal.to_do(small.dana) == [small.amara.id]

    await eventually(to_do, "the failed invitation is to do")
