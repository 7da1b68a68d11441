"""Every way in which the scheduler says no, each with a stable code (the problem's type)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID


class Refusal(Exception):
    """What was asked cannot be done; `detail` says what to do instead and holds no input."""

    code: ClassVar[str]
    detail: ClassVar[str]

    def __init__(self) -> None:
        super().__init__(self.code)

    @property
    def members(self) -> dict[str, Any]:
        """Further members of the problem document."""
        return {}


class RequestNotFound(Refusal):
    """There is no such request, or the actor may not see it: both look the same (PRODUCT 7)."""

    code = "request-not-found"
    detail = "There is no such request."


class ActorNotStaff(Refusal):
    """The token names somebody who is not, or no longer, staff of the practice."""

    code = "not-staff"
    detail = "You are not on the staff of this practice."


class AlreadyDecided(Refusal):
    """Somebody decided otherwise before."""

    code = "already-decided"
    detail = "This request was decided already; see `decision`."

    def __init__(self, decision: dict[str, Any]) -> None:
        super().__init__()
        self.decision = decision

    @property
    def members(self) -> dict[str, Any]:
        """The decision that stands."""
        return {"decision": self.decision}


class StaleVersion(Refusal):
    """The request changed since the caller read it."""

    code = "stale-version"
    detail = "The request has changed since you read it: read it again, then decide."


@dataclass(frozen=True, slots=True)
class Clash:
    """What is in the way; UTC.

    Of one that the actor may not see, there is only how much of the wanted time it takes.
    """

    appointment_id: UUID | None
    start: datetime
    end: datetime
    client_name: str | None


class SlotTaken(Refusal):
    """The clinician has another appointment then."""

    code = "slot-taken"
    detail = "The clinician has another appointment at that time; see `clashes`."

    def __init__(self, clashes: Sequence[Clash] = ()) -> None:
        super().__init__()
        self.clashes = tuple(clashes)

    @property
    def members(self) -> dict[str, Any]:
        """What it clashes with."""
        return {
            "clashes": [
                {
                    "appointment_id": clash.appointment_id and str(clash.appointment_id),
                    "start": clash.start.isoformat(),
                    "end": clash.end.isoformat(),
                    "client_name": clash.client_name,
                }
                for clash in self.clashes
            ]
        }


class StartInPast(Refusal):
    """The time asked for is over, and no other was given."""

    code = "start-in-past"
    detail = "That time is over: choose another one."


class StartTooFar(Refusal):
    """A time years ahead, which is a slip of the keyboard."""

    code = "start-too-far"
    detail = "That time is more than two years ahead: choose an earlier one."


class ClinicianNeeded(Refusal):
    """The client asked for any clinician, so staff must name one."""

    code = "clinician-needed"
    detail = "The client asked for any clinician: name one in `clinician_id`."


class ClinicianUnknown(Refusal):
    """No clinician of this practice."""

    code = "clinician-unknown"
    detail = "There is no such clinician in this practice."


class ServiceUnknown(Refusal):
    """No service of this practice."""

    code = "service-unknown"
    detail = "There is no such service in this practice: name one in `service_id`."


class ClientUnknown(Refusal):
    """The request names a client whom the practice does not have."""

    code = "client-unknown"
    detail = "The client who asked is not on record in this practice."


class CancellationTakesNoEdits(Refusal):
    """Staff edited what is to be booked, and nothing is."""

    code = "cancellation-takes-no-edits"
    detail = "Approving a cancellation books nothing: send no edits, or decline the request."


class OriginalGone(Refusal):
    """The appointment to be moved or cancelled is not booked any more, or not theirs."""

    code = "original-gone"
    detail = "The appointment this request is about is not booked any more: decline the request."
