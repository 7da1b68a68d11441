"""What the notifier does with messages."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.message import EmailMessage

import structlog
from aio_pika.abc import AbstractIncomingMessage

from services.notifier.client_news import UNDERSTOOD, About, ClientNews, news_of
from services.notifier.deliveries import Claim, ClaimLost, Deliveries, Failure, Standing
from services.notifier.smtp import EXCHANGE_SECONDS, NotNow, RefusedForGood, SmtpServer
from shared.messaging.ack_policy import Handler, InvalidMessage, RetryLater
from shared.messaging.events import parse_event
from shared.mongo import PyMongoError, is_outage
from shared.observability.metrics import EMAILS
from shared.schemas.notification_failed import FailureReason

Compose = Callable[[ClientNews, datetime], EmailMessage]

log = structlog.get_logger(__name__)


class Sender:
    """Sends each event's e-mail once.

    Sending and the record of it are one piece of work that nothing interrupts: RabbitMQ going away
    cancels who waits for it, MongoDB going away makes the record wait, and neither sends it again.
    `recorded` is called after each record of what became of an e-mail.
    """

    def __init__(
        self,
        deliveries: Deliveries,
        server: SmtpServer,
        compose: Compose,
        *,
        recorded: Callable[[], None],
    ) -> None:
        self._deliveries = deliveries
        self._server = server
        self._compose = compose
        self._recorded = recorded
        self._working: dict[str, asyncio.Task[None]] = {}

    def handler(self) -> Handler:
        """Return the handler of `notifier.approvals`."""

        async def handle(message: AbstractIncomingMessage) -> None:
            news = news_of(parse_event(message.body, UNDERSTOOD))
            _log_with(news.about)
            if not news.is_wanted:
                log.info("email.not_wanted", event_id=news.about.event_id)
                return
            await self._deliver(news)

        return handle

    async def finish(self) -> None:
        """Wait, for one SMTP exchange and a little, for what is being sent and recorded."""
        if self._working:
            await asyncio.wait(self._working.values(), timeout=EXCHANGE_SECONDS + 2)

    async def _deliver(self, news: ClientNews) -> None:
        event_id = news.about.event_id
        work = self._working.get(event_id)
        if work is None:
            work = self._working[event_id] = asyncio.create_task(self._send_once(news))
            work.add_done_callback(lambda _done: self._working.pop(event_id, None))
        await asyncio.shield(work)

    async def _send_once(self, news: ClientNews) -> None:
        event_id = news.about.event_id
        claim = await self._deliveries.claim(news.about, now=_now())
        if claim is Standing.SENT_ALREADY:
            log.info("email.sent_already", event_id=event_id)
            return
        if claim is Standing.BEING_SENT:
            raise RetryLater("being sent by another process")
        try:
            email = self._compose(news, _now())
        except ValueError:
            failure = Failure(FailureReason.CANNOT_BE_COMPOSED, "cannot be composed")
            await self._deliveries.mark_failed(claim, failure, now=_now())
            EMAILS.labels("failed").inc()
            self._recorded()
            raise InvalidMessage("no e-mail can be made of it") from None
        try:
            await self._deliveries.mark_sending(claim, now=_now())
        except ClaimLost:
            raise RetryLater("claimed by another process") from None
        await self._send(email, claim)

    async def _send(self, email: EmailMessage, claim: Claim) -> None:
        try:
            await self._server.send(email)
        except NotNow as error:
            EMAILS.labels("not-now").inc()
            reason, code = error.reason, error.code
            await _until_stored(
                lambda: self._deliveries.give_back(claim, reason, smtp_code=code, now=_now())
            )
            raise RetryLater(reason) from None
        except RefusedForGood as error:
            EMAILS.labels("failed").inc()
            failure = _failure(error)
            await _until_stored(lambda: self._deliveries.mark_failed(claim, failure, now=_now()))
            self._recorded()
            raise InvalidMessage(failure.detail) from None
        EMAILS.labels("sent").inc()
        log.info("email.sent", event_id=claim.event_id)
        await _until_stored(lambda: self._deliveries.mark_sent(claim, now=_now()))
        self._recorded()


def record_exhausted(
    deliveries: Deliveries, *, recorded: Callable[[], None]
) -> Callable[[AbstractIncomingMessage, str], Awaitable[None]]:
    """Return what to do when the last attempt failed: the delivery says so."""

    async def exhausted(message: AbstractIncomingMessage, reason: str) -> None:
        about = news_of(parse_event(message.body, UNDERSTOOD)).about
        await deliveries.mark_given_up(about, f"gave up: {reason}", now=_now())
        EMAILS.labels("failed").inc()
        recorded()

    return exhausted


def _log_with(about: About) -> None:
    structlog.contextvars.bind_contextvars(
        correlation_id=about.correlation_id, appointment_id=str(about.appointment_id)
    )
    if about.request_id is not None:
        structlog.contextvars.bind_contextvars(request_id=str(about.request_id))


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
