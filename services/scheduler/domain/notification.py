"""What became of the e-mail that tells a client of a change."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NotificationStatus(StrEnum):
    """The notifier answers with the last two."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"

    @property
    def replaces(self) -> frozenset["NotificationStatus"]:
        """What it takes the place of, in whatever order outcomes arrive.

        An e-mail that failed may be sent later; one that was sent never fails.
        """
        match self:
            case NotificationStatus.SENT:
                return frozenset({NotificationStatus.WAITING, NotificationStatus.FAILED})
            case NotificationStatus.FAILED:
                return frozenset({NotificationStatus.WAITING})
            case _:
                return frozenset()


@dataclass(frozen=True, slots=True)
class Notification:
    """The e-mail of one event; `at` (UTC) is when it got this status.

    `reason` says, without names or addresses, why it failed. `handled_by` is the member of staff
    who told the client in another way.
    """

    event_id: str
    status: NotificationStatus
    at: datetime
    reason: str | None = None
    handled_by: str | None = None
