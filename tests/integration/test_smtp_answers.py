"""Whatever a mail server does: what the log says, how many e-mails it has, what staff are told.

A second e-mail for one event is there in two cases only, each marked below: the server took the
first and did not say so. The attempts are made here one after the other; that the queue's ladder
makes them is in test_notifier.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.notifier.deliveries import Deliveries
from services.notifier.notices import notice_of
from services.notifier.outcomes import Outcomes
from services.notifier.pace import Unlimited
from services.notifier.sending import Sender
from services.notifier.smtp_pool import SmtpPool
from services.notifier.tell_outcomes import OutcomeEvent, outcome_event
from shared import mongo
from shared.messaging.ack_policy import InvalidMessage, RetryLater
from shared.schemas.notification_failed import NotificationFailed
from shared.schemas.notification_sent import NotificationSent
from shared.schemas.request_approved import RequestApproved
from tests.harness.approvals import approval
from tests.harness.letters import pool_of
from tests.harness.notifier import composed
from tests.harness.servers import Servers
from tests.harness.smtp_script import (
    CUT,
    CUT_IN_THE_MIDDLE,
    GARBAGE,
    HANG,
    SAY_AND_CUT,
    TAKE_AND_CUT,
    TAKE_AND_HANG,
    ScriptedSmtp,
    Stage,
)

PATIENCE, NO_PATIENCE = 10.0, 0.2


class Post:
    """The notifier without its queue: a delivery log, a mail server, and what is to be told."""

    def __init__(
        self, deliveries: Deliveries, pool: SmtpPool, sender: Sender, smtp: ScriptedSmtp
    ) -> None:
        self.deliveries = deliveries
        self.pool = pool
        self.sender = sender
        self.smtp = smtp

    async def deliver(self, event: RequestApproved) -> mongo.Document:
        """Make an attempt that succeeds; return the delivery."""
        await self.sender.deliver(notice_of(event))
        return await self.delivery(event)

    async def delivery(self, event: RequestApproved) -> mongo.Document:
        """Return what the log says of an event."""
        document = await self.deliveries.collection.find_one({"_id": event.id})
        assert document is not None
        return document

    async def told(self) -> list[OutcomeEvent]:
        """Return what the scheduler is told next."""
        waiting = await Outcomes(self.deliveries).claim(now=datetime.now(UTC), limit=10)
        return [outcome_event(outcome) for outcome in waiting]


@pytest.fixture
async def post(servers: Servers) -> AsyncIterator[Post]:
    """One whose pool waits PATIENCE seconds for an exchange."""
    client = mongo.connect(servers.mongodb.url)
    deliveries = Deliveries(client, f"test_{uuid4().hex}")
    async with ScriptedSmtp() as smtp:
        pool = pool_of(smtp, exchange_seconds=PATIENCE)
        nothing: Callable[[], None] = lambda: None  # noqa: E731
        sender = Sender(deliveries, pool, composed, pace=Unlimited(), recorded=nothing)
        yield Post(deliveries, pool, sender, smtp)
        await pool.close()
    await client.drop_database(deliveries.database.name)
    await mongo.close(client)


@dataclass(frozen=True)
class Case:
    """What the server does the first time; then the e-mails it has, and what the log says."""

    stage: Stage
    answer: str
    emails: int = 1
    reason: str | None = None
    code: int | None = None


NOT_NOW = [
    Case(Stage.CONNECT, "421 too many", reason="connection refused: 421", code=421),
    Case(Stage.CONNECT, "554 not you", reason="connection refused: 554", code=554),
    Case(Stage.CONNECT, GARBAGE, reason="answer not understood"),
    Case(Stage.CONNECT, CUT),
    Case(Stage.CONNECT, HANG, reason="TimeoutError"),
    Case(Stage.EHLO, "421 closing", reason="connection refused: 421", code=421),
    Case(Stage.EHLO, CUT),
    Case(Stage.EHLO, HANG, reason="TimeoutError"),
    Case(Stage.MAIL, "421 closing", reason="sender refused: 421", code=421),
    Case(Stage.MAIL, "451 busy", reason="sender refused: 451", code=451),
    Case(Stage.MAIL, "550 sender unknown", reason="sender refused: 550", code=550),
    Case(Stage.MAIL, GARBAGE, reason="answer not understood"),
    Case(Stage.MAIL, CUT_IN_THE_MIDDLE),
    Case(Stage.MAIL, HANG, reason="TimeoutError"),
    Case(Stage.RCPT, "450 greylisted", reason="recipient refused: 450", code=450),
    Case(Stage.RCPT, "451 try later", reason="recipient refused: 451", code=451),
    Case(Stage.RCPT, "421 closing", reason="recipient refused: 421", code=421),
    Case(Stage.RCPT, GARBAGE),
    Case(Stage.RCPT, CUT),
    Case(Stage.RCPT, HANG, reason="TimeoutError"),
    Case(Stage.DATA, "451 busy", reason="refused: 451", code=451),
    Case(Stage.DATA, "421 closing", reason="refused: 421", code=421),
    Case(Stage.DATA, CUT),
    Case(Stage.DATA, HANG, reason="TimeoutError"),
    Case(Stage.CONTENT, "451 busy", reason="refused: 451", code=451),
    Case(Stage.CONTENT, "421 closing", reason="refused: 421", code=421),
    Case(Stage.CONTENT, "452 full", reason="refused: 452", code=452),
    Case(Stage.CONTENT, GARBAGE),
    Case(Stage.CONTENT, CUT),
    Case(Stage.CONTENT, CUT_IN_THE_MIDDLE),
    Case(Stage.CONTENT, HANG, reason="TimeoutError"),
    # The server took it and did not say so: it has two, under one Message-ID.
    Case(Stage.CONTENT, TAKE_AND_CUT, emails=2, reason="SMTPServerDisconnected"),
    Case(Stage.CONTENT, TAKE_AND_HANG, emails=2, reason="TimeoutError"),
]


def ids(case: Case) -> str:
    """Return a case's name."""
    return f"{case.stage} {case.answer}".replace("\x00", "")


@pytest.mark.parametrize("case", NOT_NOW, ids=ids)
async def test_whatever_goes_wrong_for_now_is_put_right_by_the_next_attempt(
    post: Post, case: Case
) -> None:
    """The log has the reason while it waits; the scheduler is told once, that it was sent."""
    post.smtp.answer(case.stage, case.answer)
    event = approval()
    if case.answer in (HANG, TAKE_AND_HANG):
        post.pool._exchange_seconds = NO_PATIENCE

    with pytest.raises(RetryLater) as later:
        await post.deliver(event)

    post.pool._exchange_seconds = PATIENCE
    waiting = await post.delivery(event)
    if case.reason is not None:
        assert waiting["reason"] == later.value.reason == case.reason
    assert (waiting["state"], waiting["attempts"]) == ("claimed", 1)
    assert waiting["smtp_code"] == case.code
    assert await post.told() == []
    delivery = await post.deliver(event)
    assert (delivery["state"], delivery["attempts"]) == ("sent", 2)
    (told,) = await post.told()
    assert isinstance(told, NotificationSent)
    await post.deliver(event)
    identity = f"<{event.id.replace(':', '.')}@example.org>"
    assert [mail["Message-ID"] for mail in post.smtp.taken] == [identity] * case.emails


REFUSED = [
    Case(Stage.RCPT, "550 no such user amara@example.org", 0, "address-refused", 550),
    Case(Stage.RCPT, "553 no such mailbox", 0, "address-refused", 553),
    Case(Stage.DATA, "554 no valid recipients", 0, "email-refused", 554),
    Case(Stage.CONTENT, "550 not wanted", 0, "email-refused", 550),
    Case(Stage.CONTENT, "552 too large", 0, "email-refused", 552),
    Case(Stage.CONTENT, "554 spam", 0, "email-refused", 554),
]


@pytest.mark.parametrize("case", REFUSED, ids=ids)
async def test_what_is_refused_for_good_is_told_at_once(post: Post, case: Case) -> None:
    """One attempt, no e-mail; the server's words, which may name the client, are nowhere."""
    post.smtp.answer(case.stage, case.answer)
    event = approval()

    with pytest.raises(InvalidMessage) as refused:
        await post.deliver(event)

    delivery = await post.delivery(event)
    assert (delivery["state"], delivery["attempts"]) == ("failed", 1)
    (told,) = await post.told()
    assert isinstance(told, NotificationFailed)
    assert (told.data.reason.value, told.data.smtp_code) == (case.reason, case.code)
    shown = f"{delivery['reason']} {refused.value.reason} {told.model_dump_json()}"
    assert "@" not in shown
    assert post.smtp.taken == []


async def test_a_server_that_takes_it_and_closes_has_one(post: Post) -> None:
    """The connection ends after the 250: it was sent."""
    post.smtp.answer(Stage.CONTENT, SAY_AND_CUT)

    delivery = await post.deliver(approval())

    assert (delivery["state"], delivery["attempts"]) == ("sent", 1)
    assert len(post.smtp.taken) == 1


async def test_attempt_after_attempt(post: Post) -> None:
    """Another fault each time; the log counts them and has the last."""
    post.smtp.answer(Stage.CONNECT, CUT)
    post.smtp.answer(Stage.RCPT, "450 greylisted", "451 greylisted")
    post.smtp.answer(Stage.CONTENT, "452 full")
    event = approval()
    for _ in range(4):
        with pytest.raises(RetryLater):
            await post.deliver(event)
    assert (await post.delivery(event))["reason"] == "refused: 452"

    delivery = await post.deliver(event)

    assert (delivery["state"], delivery["attempts"], delivery["smtp_code"]) == ("sent", 5, None)
    assert delivery["reason"] is None
    assert len(post.smtp.taken) == 1
