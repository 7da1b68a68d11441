"""Sends each event's e-mail once, in the order of the appointment's changes."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Final

import structlog

from services.notifier.claims import LEASE, Claim, ClaimLost, Failure, Standing, Turn
from services.notifier.client_news import About
from services.notifier.deliveries import Deliveries
from services.notifier.notices import Content, Notice
from services.notifier.pace import Pace
from services.notifier.smtp import EXCHANGE_SECONDS, Letter, NotNow, RefusedForGood
from services.notifier.smtp_pool import SmtpPool
from services.notifier.waiting import ClaimEnded, NotYet, OlderUnderWay
from shared.messaging.ack_policy import InvalidMessage, RetryLater
from shared.mongo import PyMongoError, is_outage
from shared.observability.metrics import EMAILS
from shared.schemas.notification_failed import FailureReason
from shared.schemas.notification_skipped import SkipReason

_MARGIN_SECONDS: Final = 2.0

Compose = Callable[[Content, datetime], EmailMessage]

log = structlog.get_logger(__name__)


class Sender:
    """One process's.

    Sending and the record of it are one piece of work that nothing interrupts: RabbitMQ going away
    cancels who waits for it, MongoDB going away makes the record wait, and neither sends it again.
    `recorded` is called after each record of what became of an e-mail.
    """

    def __init__(
        self,
        deliveries: Deliveries,
        pool: SmtpPool,
        compose: Compose,
        *,
        pace: Pace,
        recorded: Callable[[], None],
    ) -> None:
        self._deliveries = deliveries
        self._pool = pool
        self._compose = compose
        self._pace = pace
        self._recorded = recorded
        self._working: dict[str, asyncio.Task[None]] = {}

    async def deliver(self, notice: Notice) -> None:
        """Send an e-mail, unless it was sent or would mislead; each only once at a time.

        Raises:
            NotYet: nothing is wrong, it has to wait.
            RetryLater: the mail server does not take it now, or another process sends it.
            InvalidMessage: it can never be sent; that is recorded.

        """
        event_id = notice.about.event_id
        work = self._working.get(event_id)
        if work is None:
            work = self._working[event_id] = asyncio.create_task(self._send_once(notice))
            work.add_done_callback(lambda _done: self._working.pop(event_id, None))
        await asyncio.shield(work)

    async def leave_out(self, notice: Notice) -> None:
        """Send nothing; older e-mails about the same appointment are of no use any more."""
        log.info("email.not_wanted", event_id=notice.about.event_id)
        if notice.about.appointment_id is not None:
            await self._deliveries.note_unwanted(notice.about, now=_now())

    async def finish(self) -> None:
        """Wait, for one SMTP exchange and a little, for what is being sent and recorded."""
        if self._working:
            await asyncio.wait(self._working.values(), timeout=EXCHANGE_SECONDS + 2)

    async def _send_once(self, notice: Notice) -> None:
        claim = await self._claim(notice.about)
        if claim is None:
            return
        if notice.over_at is not None and notice.over_at <= _now():
            await self._skip(claim, SkipReason.OVER)
            return
        try:
            await self._send(notice, claim)
        except NotYet as error:
            with suppress(ClaimLost):
                await self._deliveries.give_back(claim, error.reason, now=_now())
            raise

    async def _send(self, notice: Notice, claim: Claim) -> None:
        letter = await self._composed(notice, claim)
        async with self._pool.slot():
            await self._pace.wait()
            if not await self._is_our_turn(notice.about):
                await self._skip(claim, SkipReason.SUPERSEDED)
                return
            result = await self._hand_over(letter, claim)
        await self._record(claim, result)

    async def _claim(self, about: About) -> Claim | None:
        claim = await self._deliveries.claim(about, now=_now())
        if claim is Standing.DEALT_WITH:
            log.info("email.dealt_with_already", event_id=about.event_id)
            return None
        if claim is Standing.BEING_SENT:
            raise RetryLater("being sent by another process")
        return claim

    async def _is_our_turn(self, about: About) -> bool:
        turn = await self._deliveries.turn_of(about, now=_now())
        if turn is Turn.AFTER_OLDER:
            raise OlderUnderWay
        return turn is Turn.OURS

    async def _skip(self, claim: Claim, reason: SkipReason) -> None:
        with suppress(ClaimLost):  # who has it now finds the same
            await self._deliveries.mark_skipped(claim, reason, now=_now())
            self._count("skipped")
            log.info("email.skipped", event_id=claim.event_id, reason=reason.value)

    async def _composed(self, notice: Notice, claim: Claim) -> Letter:
        try:
            return Letter.of(self._compose(notice.content, _now()))
        except ValueError:
            failure = Failure(FailureReason.CANNOT_BE_COMPOSED, "cannot be composed")
            await self._deliveries.mark_failed(claim, failure, now=_now())
            self._count("failed")
            raise InvalidMessage("no e-mail can be made of it") from None

    async def _hand_over(self, letter: Letter, claim: Claim) -> NotNow | RefusedForGood | None:
        """Return what the server refused it with; under the lease, however slow MongoDB is."""
        lease_ends = asyncio.get_running_loop().time() + LEASE.total_seconds()
        try:
            await self._deliveries.mark_sending(claim, now=_now())
        except ClaimLost:
            raise ClaimEnded from None
        try:
            async with asyncio.timeout_at(lease_ends - _MARGIN_SECONDS):
                await self._pool.send(letter)
        except (NotNow, RefusedForGood) as error:
            return error
        except TimeoutError:
            return NotNow("TimeoutError")
        except Exception as error:
            log.exception("email.exchange_failed")
            return NotNow(f"unexpected: {type(error).__name__}")
        return None

    async def _record(self, claim: Claim, result: NotNow | RefusedForGood | None) -> None:
        match result:
            case NotNow(reason=reason, code=code):
                EMAILS.labels("not-now").inc()
                await _until_stored(
                    lambda: self._deliveries.give_back(claim, reason, smtp_code=code, now=_now())
                )
                raise RetryLater(reason)
            case RefusedForGood():
                failure = _failure(result)
                await _until_stored(
                    lambda: self._deliveries.mark_failed(claim, failure, now=_now())
                )
                self._count("failed")
                raise InvalidMessage(failure.detail)
            case None:
                log.info("email.sent", event_id=claim.event_id)
                await _until_stored(lambda: self._deliveries.mark_sent(claim, now=_now()))
                self._count("sent")

    def _count(self, outcome: str) -> None:
        EMAILS.labels(outcome).inc()
        self._recorded()


def _failure(refused: RefusedForGood) -> Failure:
    reason = FailureReason.EMAIL_REFUSED
    if refused.of_the_address:
        reason = FailureReason.ADDRESS_REFUSED
    return Failure(reason, refused.reason, refused.code)


async def _until_stored(write: Callable[[], Awaitable[None]]) -> None:
    """Repeat a write while MongoDB is away: what it records has happened."""
    pause = 0.1
    while True:
        try:
            return await write()
        except ClaimLost:
            log.warning("email.claim_lost")
            return None
        except PyMongoError as error:
            if not is_outage(error):
                raise
            log.warning("email.not_recorded_yet", reason=type(error).__name__)
        await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311  jitter
        pause = min(pause * 2, 5.0)


def _now() -> datetime:
    return datetime.now(UTC)
