"""Whether a client may use the practice's portal, and the invitation that lets them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.scheduler.domain.notification import Notification, NotificationStatus

PAUSE: Final = timedelta(minutes=10)
"""How long after an invitation the next one may be sent."""


class PortalAccess(StrEnum):
    """Of a client on record; `invited` becomes `active` when they first use the portal."""

    NONE = "none"
    INVITED = "invited"
    ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class Invitation:
    """The last one: who sent it, when (UTC), and what became of its e-mail."""

    id: UUID
    at: datetime
    by_staff_id: UUID
    by_name: str
    notification: Notification

    @property
    def next_at(self) -> datetime:
        """Return from when on (UTC) another one may be sent.

        One that reached nobody holds up none: the address may have been corrected since.
        """
        if self.notification.status is NotificationStatus.FAILED:
            return self.at
        return self.at + PAUSE


def invitation_event_id(invitation_id: UUID) -> str:
    """Return the id of the event that has the invitation e-mailed."""
    return f"{invitation_id}:invited"


def new_invitation(
    invitation_id: UUID, by_staff_id: UUID, by_name: str, now: datetime
) -> Invitation:
    """Return an invitation whose e-mail waits; its time is in whole milliseconds, as it is kept."""
    at = now.replace(microsecond=now.microsecond // 1000 * 1000)
    waiting = Notification(invitation_event_id(invitation_id), NotificationStatus.WAITING, at)
    return Invitation(invitation_id, at, by_staff_id, by_name, waiting)
