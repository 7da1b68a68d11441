"""The policies of practices, as this process last heard of them.

A write never waits for one: with none at hand it is accepted, and the scheduler flags what does not
fit. One is fetched beside the writes, with the token of whoever writes.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from pydantic import ValidationError

from services.request_intake.reads import Reads, SchedulerAway
from shared.auth.actors import PortalActor
from shared.portal.policy import PortalPolicy

_RENEWED_AFTER_SECONDS: Final = 30.0
_ASKED_AGAIN_AFTER_SECONDS: Final = 5.0
_BELIEVED_SECONDS: Final = 24 * 3600.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Known:
    policy: PortalPolicy | None = None
    heard_at: float = float("-inf")
    asked_at: float = float("-inf")


class Policies:
    """What is known of each practice; asked for anew when it is half a minute old."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads
        self._known: dict[UUID, _Known] = {}
        self._asking: set[asyncio.Task[None]] = set()

    def at_hand(
        self, actor: PortalActor, *, bearer: str, correlation_id: str
    ) -> PortalPolicy | None:
        """Return the policy of the actor's practice if it is known, and have it renewed if old."""
        known = self._known.setdefault(actor.practice_id, _Known())
        now = time.monotonic()
        old = now - known.heard_at > _RENEWED_AFTER_SECONDS
        if old and now - known.asked_at > _ASKED_AGAIN_AFTER_SECONDS:
            known.asked_at = now
            asking = asyncio.create_task(self._ask(known, actor, bearer, correlation_id))
            self._asking.add(asking)
            asking.add_done_callback(self._asking.discard)
        return known.policy if now - known.heard_at < _BELIEVED_SECONDS else None

    async def settled(self) -> None:
        """Wait for what is being asked."""
        await asyncio.gather(*self._asking)

    async def _ask(
        self, known: _Known, actor: PortalActor, bearer: str, correlation_id: str
    ) -> None:
        try:
            answer = await self._reads.get(
                "/portal/v1/practice", {}, actor, bearer=bearer, correlation_id=correlation_id
            )
            if answer.is_ok and not answer.is_stale:
                known.policy = PortalPolicy.model_validate_json(answer.body)
                known.heard_at = time.monotonic()
        except SchedulerAway:
            return  # what is known stays, and is asked for again
        except ValidationError:
            log.warning("policy.not_understood")
