"""Why portal settings, invitations or reads of the portal are refused, each with a stable code."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.scheduler.domain.refusals import Refusal

_SECOND: Final = timedelta(seconds=1)


class OfferedServiceUnknown(Refusal):
    """Only what the practice does can be newly put on its portal."""

    code = "offered-service-unknown"
    detail = (
        "The service in `service_id` is not one of this practice, or is not active: leave it out."
    )

    def __init__(self, service_id: UUID) -> None:
        super().__init__()
        self.service_id = service_id

    @property
    def members(self) -> dict[str, Any]:
        """Which one."""
        return {"service_id": str(self.service_id)}


class OfferedClinicianUnknown(Refusal):
    """Only who works here and sees clients can be newly put on the portal."""

    code = "offered-clinician-unknown"
    detail = (
        "The person in `staff_id` is not on the active staff of this practice, or sees no clients:"
        " leave them out."
    )

    def __init__(self, staff_id: UUID) -> None:
        super().__init__()
        self.staff_id = staff_id

    @property
    def members(self) -> dict[str, Any]:
        """Who."""
        return {"staff_id": str(self.staff_id)}


class OfferedTwice(Refusal):
    """A service or a clinician is listed twice, perhaps with two meanings."""

    code = "offered-twice"
    detail = "The service or clinician in `id` is listed more than once: list each once."

    def __init__(self, identifier: UUID) -> None:
        super().__init__()
        self.identifier = identifier

    @property
    def members(self) -> dict[str, Any]:
        """Which one."""
        return {"id": str(self.identifier)}


class _OutsideRange:
    """What the refusals of numbers, slips of the keyboard, have in common."""

    def __init__(self, field: str, least: int, most: int) -> None:
        super().__init__()
        self.field = field
        self.least = least
        self.most = most

    @property
    def members(self) -> dict[str, Any]:
        """Which number, and what it may be."""
        return {"field": self.field, "least": self.least, "most": self.most}


class NoticeOutsideRange(_OutsideRange, Refusal):
    """From none at all to two months."""

    code = "notice-outside-range"
    detail = "The notice in `field` must be from `least` to `most` minutes."


class HorizonOutsideRange(_OutsideRange, Refusal):
    """From a day to two years."""

    code = "horizon-outside-range"
    detail = "`horizon_days` must be from `least` to `most`."


class MostPendingOutsideRange(_OutsideRange, Refusal):
    """From one to fifty."""

    code = "most-pending-outside-range"
    detail = "`most_pending` must be from `least` to `most`."


class NoticeBeyondHorizon(Refusal):
    """Nothing could be asked for: it is either too soon or too far."""

    code = "notice-beyond-horizon"
    detail = "`scheduling_notice_minutes` must be less than `horizon_days`: else nothing is open."


class PortalUrlNeeded(Refusal):
    """An invitation would lead nowhere."""

    code = "portal-url-needed"
    detail = "Nobody can be invited before `portal_url` is set in the portal settings."


class PortalAccessActive(Refusal):
    """Who uses the portal needs no invitation."""

    code = "portal-access-active"
    detail = "This client uses the portal already: there is nothing to invite them to."


class InvitedJustNow(Refusal):
    """Another invitation so soon would only fill the client's mailbox."""

    code = "invited-just-now"
    detail = "This client was invited a moment ago: another invitation may be sent at `again_at`."

    def __init__(self, again_at: datetime, now: datetime) -> None:
        super().__init__()
        self.again_at = again_at
        self._now = now

    @property
    def members(self) -> dict[str, Any]:
        """When; UTC."""
        return {"again_at": self.again_at.isoformat()}

    @property
    def retry_after_seconds(self) -> int:
        """The same as a number of seconds."""
        return max(1, -(-(self.again_at - self._now) // _SECOND))


class NoFailedInvitation(Refusal):
    """Nothing was to be told to the client in another way."""

    code = "no-failed-invitation"
    detail = "No invitation of this client has failed, so there is nothing to tick off."


class PortalAccessWithdrawn(Refusal):
    """The client's token is good, and the practice lets them no further."""

    code = "portal-access-withdrawn"
    detail = "You have no access to this practice's portal, or not any more: contact the practice."
