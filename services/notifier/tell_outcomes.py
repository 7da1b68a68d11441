"""Tells the scheduler what became of each e-mail: woken after each, and a sweep every second.

At least once: an outcome is marked as told only after RabbitMQ confirmed it, so a crash in between
tells it again. Nothing is ever sent because of it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import structlog

from services.notifier.outcomes import Outcome, Outcomes
from shared.messaging.events import to_message
from shared.messaging.publisher import ConfirmedPublisher, PublishFailed, PublishUncertain
from shared.messaging.topology import SCHEDULING
from shared.observability.supervision import Supervised
from shared.schemas.notification_failed import NotificationFailed, NotificationFailedData
from shared.schemas.notification_sent import NotificationSent, NotificationSentData
from shared.schemas.notification_skipped import NotificationSkipped, NotificationSkippedData

SOURCE: Final = "/openchair/notifier"
_BATCH: Final = 50
_SWEEP_SECONDS: Final = 1.0

OutcomeEvent = NotificationSent | NotificationFailed | NotificationSkipped

_WORDS: Final[Mapping[type[OutcomeEvent], str]] = {
    NotificationSent: "sent",
    NotificationFailed: "failed",
    NotificationSkipped: "skipped",
}

log = structlog.get_logger(__name__)


class Teller:
    """One process's; any number may run."""

    def __init__(self, outcomes: Outcomes, publisher: ConfirmedPublisher) -> None:
        self._outcomes = outcomes
        self._publisher = publisher
        self._woken = asyncio.Event()
        self.loop = Supervised("outcomes", self._run)

    def wake(self) -> None:
        """Say that an outcome was just recorded."""
        self._woken.set()

    async def _run(self) -> None:
        await self._outcomes.prepare()
        while True:
            self._woken.clear()
            all_told = await self._tell_all()
            self.loop.turned()
            if not all_told:
                await asyncio.sleep(_SWEEP_SECONDS)  # RabbitMQ is away: no use in hurrying
                continue
            try:
                async with asyncio.timeout(_SWEEP_SECONDS):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def _tell_all(self) -> bool:
        """Tell until nothing waits; False when RabbitMQ would not take it."""
        while claimed := await self._outcomes.claim(now=_now(), limit=_BATCH):
            answers = await asyncio.gather(*(self._tell(outcome) for outcome in claimed))
            await self._outcomes.mark_told(_those(claimed, answers, wanted=True), now=_now())
            left = _those(claimed, answers, wanted=False)
            if left:
                await self._outcomes.give_back(left, now=_now())
                return False
        return True

    async def _tell(self, outcome: Outcome) -> bool:
        about, event = outcome.about, outcome_event(outcome)
        fields = {"event_id": about.event_id, "correlation_id": about.correlation_id}
        what = _WORDS[type(event)]
        try:
            await self._publisher.publish(
                to_message(event, exchange=SCHEDULING, routing_key=f"notification.{what}")
            )
        except (PublishFailed, PublishUncertain) as error:
            log.warning("outcome.not_told", **fields, reason=type(error).__name__)
            return False
        log.info("outcome.told", **fields, outcome=what)
        return True


def outcome_event(outcome: Outcome) -> OutcomeEvent:
    """Return the event that tells it; its id is the same however often it is told."""
    about = outcome.about
    envelope: dict[str, Any] = {
        "source": SOURCE,
        "subject": about.subject,
        "time": outcome.at,
        "practiceid": about.practice_id,
        "correlationid": about.correlation_id,
    }
    ids: dict[str, Any] = {
        "event_id": about.event_id,
        "appointment_id": about.appointment_id,
        "request_id": about.request_id,
        "at": outcome.at,
    }
    if outcome.skipped_for is not None:
        skipped = NotificationSkippedData(**ids, reason=outcome.skipped_for)
        return NotificationSkipped(id=f"{about.event_id}:skipped", data=skipped, **envelope)
    ids["client_id"] = about.client_id
    if outcome.failed_for is not None:
        reason, code = outcome.failed_for, outcome.smtp_code
        failed = NotificationFailedData(**ids, reason=reason, smtp_code=code)
        return NotificationFailed(id=f"{about.event_id}:failed", data=failed, **envelope)
    sent = NotificationSentData(**ids)
    return NotificationSent(id=f"{about.event_id}:sent", data=sent, **envelope)


def _those(outcomes: Sequence[Outcome], answers: Sequence[bool], *, wanted: bool) -> list[Outcome]:
    return [outcome for outcome, told in zip(outcomes, answers, strict=True) if told is wanted]


def _now() -> datetime:
    return datetime.now(UTC)
