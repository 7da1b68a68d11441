"""What was lately submitted under an idempotency key."""

from collections import OrderedDict
from uuid import UUID

from services.request_intake.domain.submission import KeyReused


class RecentKeys:
    """What this process lately accepted under a key: a courtesy, since the scheduler decides.

    Another process, or this one after a restart, does not know the key; the scheduler then keeps
    the first content and flags it.
    """

    def __init__(self, capacity: int = 10_000) -> None:
        self._capacity = capacity
        self._content: OrderedDict[UUID, tuple[bytes, bool]] = OrderedDict()

    def knows(self, key: UUID, content: bytes) -> bool:
        """Say whether the same was accepted under the key before, or perhaps accepted.

        Raises:
            KeyReused: something else was accepted.

        """
        known, confirmed = self._content.get(key, (None, False))
        if confirmed and known != content:
            raise KeyReused
        return known == content

    def remember(self, key: UUID, content: bytes, *, confirmed: bool) -> None:
        """Note what was published under a key, and forget the oldest beyond capacity."""
        self._content[key] = (content, confirmed)
        if len(self._content) > self._capacity:
            self._content.popitem(last=False)
