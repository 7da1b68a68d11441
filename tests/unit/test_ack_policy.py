"""What becomes of a message: nothing accepted is lost, nothing is tried for ever, none blocks."""

from typing import Any, cast

import pytest
from aio_pika.abc import AbstractIncomingMessage

from shared.messaging.ack_policy import (
    ATTEMPT_HEADER,
    DIED_AT_HEADER,
    REASON_HEADER,
    InvalidMessage,
    RetryLater,
    attempt_of,
)
from tests.unit.settling import Delivery, raising, settle


async def test_what_is_handled_is_acknowledged() -> None:
    """Once, after the handler, and nothing is published."""
    delivery = Delivery()
    assert await settle(delivery, raising()) == []
    assert delivery.events == ["handle", "ack"]


async def test_an_invalid_message_is_dead_at_once() -> None:
    """It is kept with the reason before it is acknowledged, whichever attempt it is."""
    delivery = Delivery(headers={ATTEMPT_HEADER: 3}, body=b"garbage")
    (copy,) = await settle(delivery, raising(InvalidMessage("not-an-event")))
    assert delivery.events == ["handle", "publish notifier.approvals.dead", "ack"]
    assert (copy.exchange, copy.body, copy.correlation_id) == ("", b"garbage", "demo-0001")
    assert copy.mandatory
    assert copy.headers is not None
    assert copy.headers[REASON_HEADER] == "not-an-event"
    assert copy.headers[ATTEMPT_HEADER] == 3
    assert DIED_AT_HEADER in copy.headers


@pytest.mark.parametrize(
    ("headers", "queue", "attempt"),
    [
        ({}, "notifier.approvals.retry", 2),
        ({ATTEMPT_HEADER: 1}, "notifier.approvals.retry", 2),
        ({ATTEMPT_HEADER: 2}, "notifier.approvals.retry.120", 3),
        ({ATTEMPT_HEADER: 3}, "notifier.approvals.retry.600", 4),
        ({ATTEMPT_HEADER: 4}, "notifier.approvals.retry.3600", 5),
    ],
)
async def test_each_failed_attempt_waits_longer(
    headers: dict[str, Any], queue: str, attempt: int
) -> None:
    """The next rung, with the attempt in our own header and no other; then the ack."""
    delivery = Delivery(headers={**headers, "traceparent": "00-4bf9-01", "x-death": [{}]})
    (copy,) = await settle(delivery, raising(RetryLater("451")))
    assert delivery.events == ["handle", f"publish {queue}", "ack"]
    assert copy.headers == {ATTEMPT_HEADER: attempt, REASON_HEADER: "451"}


async def test_after_the_last_attempt_it_is_told_and_kept() -> None:
    """The delivery is recorded as failed first: staff hear of it even if we die right after."""
    delivery = Delivery(headers={ATTEMPT_HEADER: 5})

    async def told(message: AbstractIncomingMessage, reason: str) -> None:
        cast("Delivery", message).events.append(f"exhausted {reason}")

    (copy,) = await settle(delivery, raising(RetryLater("451")), on_exhausted=told)
    assert delivery.events == [
        "handle",
        "exhausted 451",
        "publish notifier.approvals.dead",
        "ack",
    ]
    assert copy.headers is not None
    assert "451" in str(copy.headers[REASON_HEADER])
    assert copy.headers[ATTEMPT_HEADER] == 5


async def test_an_unexpected_failure_is_retried_without_its_words() -> None:
    """A driver's message may quote a person: the header holds the type's name only."""
    delivery = Delivery()
    (copy,) = await settle(delivery, raising(KeyError("S\u00f8ren Dahl")))
    assert delivery.events == ["handle", "publish notifier.approvals.retry", "ack"]
    assert copy.headers is not None
    assert "KeyError" in str(copy.headers[REASON_HEADER])
    assert "Dahl" not in str(copy.headers)


@pytest.mark.parametrize(
    ("value", "attempt"),
    [
        (1, 1),
        (4, 4),
        (10**9, 10**9),
        (0, 1),
        (-3, 1),
        ("3", 1),
        (b"3", 1),
        (2.5, 1),
        (None, 1),
        ([3], 1),
        ({"attempt": 3}, 1),
    ],
    ids=repr,
)
def test_a_header_of_nonsense_is_the_first_attempt(value: object, attempt: int) -> None:
    """Anybody who may publish may write headers; none of them breaks the count."""
    delivery = Delivery(headers={ATTEMPT_HEADER: value})
    assert attempt_of(cast("AbstractIncomingMessage", delivery)) == attempt


async def test_an_absurd_attempt_is_the_last() -> None:
    """A count beyond the ladder ends in the dead queue."""
    delivery = Delivery(headers={ATTEMPT_HEADER: 10**9})
    (copy,) = await settle(delivery, raising(RetryLater("451")))
    assert copy.routing_key == "notifier.approvals.dead"
