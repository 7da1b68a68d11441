"""How often somebody may call: by address, and by caller, reads and writes apart.

Counted in this process: with several replicas behind a balancer each counts its own, so that
together they let through as many times more.
"""

import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import Storage

from shared.auth.actors import ClientActor, PortalActor

_WINDOW: Final = 60
_MOST_COUNTED: Final = 50_000
_NETWORK_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class Allowance:
    """Whether a call is granted, and what is left; `reset_seconds` until all is granted again."""

    is_granted: bool
    limit: int
    remaining: int
    reset_seconds: int

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """What the answer says of it, as ASGI has headers."""
        return (
            (b"ratelimit-policy", b"%d;w=%d" % (self.limit, _WINDOW)),
            (b"ratelimit-limit", b"%d" % self.limit),
            (b"ratelimit-remaining", b"%d" % self.remaining),
            (b"ratelimit-reset", b"%d" % self.reset_seconds),
        )

    def tighter(self, other: "Allowance") -> "Allowance":
        """Return whichever of the two stops the caller first."""
        return min(self, other, key=lambda one: (one.is_granted, one.remaining))


class RateLimits:
    """Counts calls; limits are calls a minute.

    The portal of a practice acts for all of its new clients under one name, so its limits are those
    of many.
    """

    def __init__(
        self, *, reads: int = 300, writes: int = 30, of_address: int = 1200, of_portal: int = 1200
    ) -> None:
        self._windows = Windows()
        self._reads = RateLimitItemPerMinute(reads)
        self._writes = RateLimitItemPerMinute(writes)
        self._of_address = RateLimitItemPerMinute(of_address)
        self._of_portal = RateLimitItemPerMinute(of_portal)

    def by_address(self, host: str) -> Allowance:
        """Count a call of an address; of IPv6, of the network of 64 bits that one host has."""
        return self._count(self._of_address, "address", _counted_as(host))

    def by_caller(self, actor: PortalActor, *, writes: bool) -> Allowance:
        """Count a call of whoever the token stands for."""
        caller = (str(actor.practice_id), actor.subject, "writes" if writes else "reads")
        if not isinstance(actor, ClientActor):
            return self._count(self._of_portal, "portal", *caller)
        return self._count(self._writes if writes else self._reads, "client", *caller)

    def _count(self, item: RateLimitItem, *key: str) -> Allowance:
        counted = item.key_for(*key)
        count = self._windows.incr(counted, _WINDOW)
        reset = max(1, math.ceil(self._windows.get_expiry(counted) - time.time()))
        return Allowance(count <= item.amount, item.amount, max(0, item.amount - count), reset)


class Windows(Storage):
    """Counts in memory, bounded: beyond capacity, who has not called for longest begins anew.

    The library's own has a thread look through everything it holds a hundred times a second.
    """

    STORAGE_SCHEME = None

    def __init__(self, capacity: int = _MOST_COUNTED) -> None:
        super().__init__()
        self._capacity = capacity
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    @property
    def base_exceptions(self) -> type[Exception]:
        """None is expected."""
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count so many more; a window of `expiry` seconds begins with the first."""
        count, until = self._window(key)
        if until == 0:
            until = time.time() + expiry
        self._counts[key] = (count + amount, until)
        self._counts.move_to_end(key)
        if len(self._counts) > self._capacity:
            self._counts.popitem(last=False)
        return count + amount

    def get(self, key: str) -> int:
        """Return the count."""
        return self._window(key)[0]

    def get_expiry(self, key: str) -> float:
        """Return when the window ends, in Unix time; now, if none has begun."""
        return self._window(key)[1] or time.time()

    def check(self) -> bool:
        """Say that it works."""
        return True

    def reset(self) -> int:
        """Forget everything, and say how many windows that were."""
        many = len(self._counts)
        self._counts.clear()
        return many

    def clear(self, key: str) -> None:
        """Forget one."""
        self._counts.pop(key, None)

    def _window(self, key: str) -> tuple[int, float]:
        count, until = self._counts.get(key, (0, 0.0))
        return (count, until) if until > time.time() else (0, 0.0)


@lru_cache(maxsize=4096)
def _counted_as(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{int(address) >> (128 - _NETWORK_BITS):x}"
