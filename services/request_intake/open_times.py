"""Which times the portal was lately told are open: asking for another is refused at once."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from shared.auth.actors import ClientActor, PortalActor

_BELIEVED_SECONDS: Final = 60.0
_MOST_KEPT: Final = 5_000

_Key = tuple[UUID, bool, UUID, UUID | None]


@dataclass(frozen=True, slots=True)
class _Told:
    first: datetime
    until: datetime
    starts: frozenset[datetime]
    at: float


class RecentOpenTimes:
    """Keeps the last answer for each practice, kind of client, service and clinician."""

    def __init__(self) -> None:
        self._told: OrderedDict[_Key, _Told] = OrderedDict()

    def remember(
        self,
        actor: PortalActor,
        service_id: UUID,
        clinician_id: UUID | None,
        within: tuple[datetime, datetime],
        starts: frozenset[datetime],
    ) -> None:
        """Note what was open in a range: its first instant, and the one after it (UTC)."""
        key = _key(actor, service_id, clinician_id)
        self._told[key] = _Told(*within, starts, time.monotonic())
        self._told.move_to_end(key)
        if len(self._told) > _MOST_KEPT:
            self._told.popitem(last=False)

    def is_open(
        self, actor: PortalActor, service_id: UUID, clinician_id: UUID | None, start: datetime
    ) -> bool | None:
        """Say whether that time was open; None when nobody asked within the last minute."""
        told = self._told.get(_key(actor, service_id, clinician_id))
        if told is None or time.monotonic() - told.at > _BELIEVED_SECONDS:
            return None
        return start in told.starts if told.first <= start < told.until else None


def _key(actor: PortalActor, service_id: UUID, clinician_id: UUID | None) -> _Key:
    is_new = not isinstance(actor, ClientActor)
    return (actor.practice_id, is_new, service_id, clinician_id)
