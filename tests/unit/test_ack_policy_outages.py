"""A store, the broker or we ourselves go away while a message is in hand: it stays."""

import asyncio
import random

import pytest
from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import ChannelInvalidStateError

from shared.messaging import ack_policy
from shared.messaging.ack_policy import (
    ATTEMPT_HEADER,
    InvalidMessage,
    RetryLater,
)
from shared.messaging.publisher import PublishFailed, PublishUncertain
from tests.unit.settling import Delivery, Publisher, StoreAway, raising, settle


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, float]]:
    """Take no time over pauses; return the bounds of each that was asked for."""
    asked: list[tuple[float, float]] = []

    def no_time(low: float, high: float) -> float:
        asked.append((low, high))
        return 0.0

    monkeypatch.setattr(random, "uniform", no_time)
    return asked


async def test_what_could_not_be_told_is_not_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """When even recording the failure fails for long, the message waits and is still the last."""
    monkeypatch.setattr(ack_policy, "HOLD_LIMIT_SECONDS", -1.0)
    delivery = Delivery(headers={ATTEMPT_HEADER: 5})

    async def fails(_message: AbstractIncomingMessage, _reason: str) -> None:
        raise StoreAway

    (copy,) = await settle(delivery, raising(RetryLater("451")), on_exhausted=fails)
    assert delivery.events == ["handle", "publish notifier.approvals.retry", "ack"]
    assert copy.headers is not None
    assert copy.headers[ATTEMPT_HEADER] == 5


async def test_an_outage_is_waited_for(pauses: list[tuple[float, float]]) -> None:
    """The message is held while the store is away; the pauses grow, up to five seconds."""
    delivery = Delivery()
    assert await settle(delivery, raising(*[StoreAway()] * 8)) == []
    assert delivery.events == ["handle"] * 9 + ["ack"]
    longest = [high for _, high in pauses]
    assert longest == sorted(longest)
    assert longest[0] < 1
    assert longest[-1] == 5.0
    assert all(low > 0 for low, _ in pauses)


async def test_an_outage_is_no_attempt() -> None:
    """A failure after an outage is still the attempt that it was."""
    delivery = Delivery(headers={ATTEMPT_HEADER: 2})
    (copy,) = await settle(delivery, raising(StoreAway(), StoreAway(), RetryLater("451")))
    assert copy.routing_key == "notifier.approvals.retry.120"
    assert copy.headers is not None
    assert copy.headers[ATTEMPT_HEADER] == 3


async def test_after_a_long_outage_a_copy_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """RabbitMQ takes back what is held over half an hour, and counts it; a copy is not counted."""
    assert ack_policy.HOLD_LIMIT_SECONDS < 1800
    monkeypatch.setattr(ack_policy, "HOLD_LIMIT_SECONDS", -1.0)
    delivery = Delivery(headers={ATTEMPT_HEADER: 2})
    (copy,) = await settle(delivery, raising(StoreAway()))
    assert delivery.events == ["handle", "publish notifier.approvals.retry", "ack"]
    assert copy.headers is not None
    assert copy.headers[ATTEMPT_HEADER] == 2


async def test_a_handler_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts as a failed attempt, well before RabbitMQ loses patience (FACTS 18)."""
    monkeypatch.setattr(ack_policy, "HANDLER_LIMIT_SECONDS", 0.01)

    async def hangs(_message: AbstractIncomingMessage) -> None:
        await asyncio.Event().wait()

    delivery = Delivery()
    (copy,) = await settle(delivery, hangs)
    assert copy.routing_key == "notifier.approvals.retry"
    assert delivery.events[-1] == "ack"


@pytest.mark.parametrize(
    "failure", [PublishFailed("x"), PublishUncertain("x"), RuntimeError("S\u00f8ren")]
)
@pytest.mark.parametrize("reason", [InvalidMessage("bad"), RetryLater("451"), KeyError("x")])
async def test_a_copy_is_published_until_it_is_confirmed(
    failure: Exception, reason: Exception, pauses: list[tuple[float, float]]
) -> None:
    """The handler is not run again for it, and each try is after a pause."""
    delivery = Delivery()
    publisher = Publisher(delivery, failure, times=3)
    await settle(delivery, raising(reason), publisher)
    assert delivery.events[0] == "handle"
    assert delivery.events[1].startswith("publish notifier.approvals.")
    assert delivery.events[2:] == ["ack"]
    assert len([low for low, _ in pauses if low > 0]) == 3


async def test_what_cannot_be_moved_on_goes_back_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a confirm of the copy the original is not acknowledged."""
    monkeypatch.setattr(ack_policy, "HOLD_LIMIT_SECONDS", -1.0)
    delivery = Delivery()
    publisher = Publisher(delivery, PublishFailed("x"), times=9)
    await settle(delivery, raising(RetryLater("451")), publisher)
    assert delivery.events == ["handle", "nack requeue=True"]


async def test_a_lost_channel_is_no_failure() -> None:
    """An acknowledgement that cannot be sent means only that RabbitMQ delivers it again."""
    delivery = Delivery(ack_failure=ChannelInvalidStateError("closed"))
    await settle(delivery, raising())
    assert delivery.events == ["handle"]


async def test_a_cancelled_handler_leaves_the_message_alone() -> None:
    """On the way down nothing is decided: RabbitMQ delivers it again."""
    began = asyncio.Event()

    async def hangs(_message: AbstractIncomingMessage) -> None:
        began.set()
        await asyncio.Event().wait()

    delivery = Delivery()
    task = asyncio.create_task(settle(delivery, hangs))
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert delivery.events == []


async def test_a_cancellation_of_a_librarys_own_is_a_failed_attempt() -> None:
    """Nobody cancelled us: left alone, the message would stay in hand for ever (FACTS 3)."""
    delivery = Delivery()
    (copy,) = await settle(delivery, raising(asyncio.CancelledError()))
    assert copy.routing_key == "notifier.approvals.retry"
    assert delivery.events[-1] == "ack"
