"""The policies of practices, as this process last heard of them.

A write never waits for one: with none at hand it is accepted, and the scheduler flags what does not
fit. One is fetched beside the writes, with the token of whoever writes.
"""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from pydantic import ValidationError

from services.request_intake.reads import Caller, Reads, SchedulerAway
from shared.portal.policy import PortalPolicy

_RENEWED_AFTER_SECONDS: Final = 30.0
_ASKED_AGAIN_AFTER_SECONDS: Final = 5.0
_BELIEVED_SECONDS: Final = 24 * 3600.0
_MOST_KEPT: Final = 10_000

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
        self._known: OrderedDict[UUID, _Known] = OrderedDict()
        self._asking: set[asyncio.Task[PortalPolicy | None]] = set()

    def at_hand(self, caller: Caller) -> PortalPolicy | None:
        """Return the policy of the caller's practice if it is known, and have it renewed if old."""
        known = self._of(caller.actor.practice_id)
        now = time.monotonic()
        old = now - known.heard_at > _RENEWED_AFTER_SECONDS
        if old and now - known.asked_at > _ASKED_AGAIN_AFTER_SECONDS:
            known.asked_at = now
            asking = asyncio.create_task(self.renewed(caller))
            self._asking.add(asking)
            asking.add_done_callback(self._asking.discard)
        return known.policy if now - known.heard_at < _BELIEVED_SECONDS else None

    async def renewed(self, caller: Caller) -> PortalPolicy | None:
        """Ask for it now, and return it; None when it cannot be had."""
        asked_at = time.monotonic()
        try:
            answer = await self._reads.get("/portal/v1/practice", {}, caller, fresh_seconds=0)
            if not answer.is_ok or answer.is_stale:
                return None
            policy = PortalPolicy.model_validate_json(answer.body)
        except SchedulerAway:
            return None  # what is known stays, and is asked for again
        except ValidationError:
            log.warning("policy.not_understood")
            return None
        known = self._of(caller.actor.practice_id)
        if asked_at > known.heard_at:
            known.policy, known.heard_at = policy, asked_at
        return policy

    async def settled(self) -> None:
        """Wait for what is being asked."""
        await asyncio.gather(*self._asking)

    def _of(self, practice_id: UUID) -> _Known:
        known = self._known.setdefault(practice_id, _Known())
        self._known.move_to_end(practice_id)
        if len(self._known) > _MOST_KEPT:
            self._known.popitem(last=False)
        return known
