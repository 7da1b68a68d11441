"""What became of the e-mail that tells a client of a change, and how it is sent once more."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

_AGAIN: Final = re.compile(r"(?P<first>.+?)(?::again\.(?P<number>[0-9]+))?")


class NotificationStatus(StrEnum):
    """The notifier answers with all but the first."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"

    @property
    def replaces(self) -> frozenset["NotificationStatus"]:
        """What it takes the place of, in whatever order outcomes arrive.

        An e-mail that failed may be sent later, or be of no use any more; then nobody has to call.
        One that was sent never fails, and was not skipped.
        """
        match self:
            case NotificationStatus.SENT:
                return frozenset(NotificationStatus) - {NotificationStatus.SENT}
            case NotificationStatus.SKIPPED:
                return frozenset({NotificationStatus.WAITING, NotificationStatus.FAILED})
            case NotificationStatus.FAILED:
                return frozenset({NotificationStatus.WAITING})
            case _:
                return frozenset()


@dataclass(frozen=True, slots=True)
class Notification:
    """The e-mail of one event; `at` (UTC) is when it got this status.

    `reason` says, without names or addresses, why it failed or was skipped. `handled_by` is the
    member of staff who told the client in another way.
    """

    event_id: str
    status: NotificationStatus
    at: datetime
    reason: str | None = None
    handled_by: str | None = None

    @property
    def is_waiting(self) -> bool:
        """Say whether nothing is known of it yet."""
        return self.status is NotificationStatus.WAITING

    @property
    def is_of_approval(self) -> bool:
        """Say whether it told of a request's approval, and not of what staff changed directly."""
        return ":approved" in self.event_id

    def again(self, now: datetime) -> "Notification":
        """Return the e-mail that waits once this one is sent again: another delivery.

        Its event has an id of its own, numbered, since consumers deduplicate on it.
        """
        found = _AGAIN.fullmatch(self.event_id)
        assert found is not None  # noqa: S101  the pattern takes any id
        number = int(found["number"] or 0) + 1
        return Notification(f"{found['first']}:again.{number}", NotificationStatus.WAITING, now)
