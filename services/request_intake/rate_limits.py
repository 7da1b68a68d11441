"""How often somebody may call: by address, and by caller, reads and writes apart.

Counted in this process (`limits`, moving window): with several replicas behind a balancer each
counts its own, so that together they let through as many times more.
"""

import math
import time
from dataclasses import dataclass
from typing import Final

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from shared.auth.actors import ClientActor, PortalActor

_WINDOW: Final = 60


@dataclass(frozen=True, slots=True)
class Allowance:
    """Whether a call is granted, and what is left; `reset_seconds` until one more is."""

    is_granted: bool
    limit: int
    remaining: int
    reset_seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """What the answer says of it."""
        return {
            "RateLimit-Policy": f"{self.limit};w={_WINDOW}",
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_seconds),
        }


class RateLimits:
    """Counts calls; limits are calls a minute.

    The portal of a practice acts for all of its new clients under one name, so its limits are those
    of many.
    """

    def __init__(
        self, *, reads: int = 300, writes: int = 30, of_address: int = 1200, of_portal: int = 1200
    ) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._reads = RateLimitItemPerMinute(reads)
        self._writes = RateLimitItemPerMinute(writes)
        self._of_address = RateLimitItemPerMinute(of_address)
        self._of_portal = RateLimitItemPerMinute(of_portal)

    def by_address(self, host: str) -> Allowance:
        """Count a call of an address."""
        return self._count(self._of_address, "address", host)

    def by_caller(self, actor: PortalActor, *, writes: bool) -> Allowance:
        """Count a call of whoever the token stands for."""
        caller = (str(actor.practice_id), actor.subject, "writes" if writes else "reads")
        if not isinstance(actor, ClientActor):
            return self._count(self._of_portal, "portal", *caller)
        return self._count(self._writes if writes else self._reads, "client", *caller)

    def _count(self, item: RateLimitItem, *key: str) -> Allowance:
        granted = self._limiter.hit(item, *key)
        window = self._limiter.get_window_stats(item, *key)
        reset = max(1, math.ceil(window.reset_time - time.time()))
        return Allowance(granted, item.amount, window.remaining, reset)
