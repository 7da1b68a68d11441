"""Every way in which the scheduler says no, each with a stable code (the problem's type)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.portal.policy import ADVICE, Objection


class Refusal(Exception):
    """What was asked cannot be done; `detail` says what to do instead and holds no input."""

    code: str
    detail: str

    def __init__(self) -> None:
        super().__init__(self.code)

    @property
    def members(self) -> dict[str, Any]:
        """Further members of the problem document."""
        return {}

    @property
    def retry_after_seconds(self) -> int | None:
        """After how long the same call may succeed, where time alone helps."""
        return None


class RequestNotFound(Refusal):
    """There is no such request, or the actor may not see it: both look the same (PRODUCT 7)."""

    code = "request-not-found"
    detail = "There is no such request."


class ActorNotStaff(Refusal):
    """The token names somebody who is not, or no longer, staff of the practice."""

    code = "not-staff"
    detail = "You are not on the staff of this practice."


class AppointmentNotFound(Refusal):
    """There is no such appointment, or the actor may not see it: both look the same."""

    code = "appointment-not-found"
    detail = "There is no such appointment."


class NotPermitted(Refusal):
    """The actor may see it, and their role may not change it (PRODUCT 7)."""

    code = "not-permitted"
    detail = "Your role does not include this: ask a practice scheduler."


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
    """What is to be changed has changed since the caller read it."""

    code = "stale-version"
    detail = "This has changed since you read it: read it again, then repeat your change."


@dataclass(frozen=True, slots=True)
class Clash:
    """What is in the way; UTC.

    Of one that the actor may not see, there is only how much of the wanted time it takes.
    """

    appointment_id: UUID | None
    start: datetime
    end: datetime
    client_name: str | None

    def as_members(self) -> dict[str, Any]:
        """Return it as a problem document and the history tell it."""
        return {
            "appointment_id": self.appointment_id and str(self.appointment_id),
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "client_name": self.client_name,
        }


class SlotTaken(Refusal):
    """The clinician has another appointment then."""

    code = "slot-taken"
    detail = (
        "The clinician has another appointment at that time; see `clashes`. Choose another time or"
        " clinician, or set `allow_overlap` to book all the same."
    )

    def __init__(self, clashes: Sequence[Clash] = ()) -> None:
        super().__init__()
        self.clashes = tuple(clashes)

    @property
    def members(self) -> dict[str, Any]:
        """What it clashes with."""
        return {"clashes": [clash.as_members() for clash in self.clashes]}


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
    """No service that this practice offers."""

    code = "service-unknown"
    detail = "This practice does not offer such a service: name another one in `service_id`."


class ClientUnknown(Refusal):
    """The request names a client whom the practice does not have."""

    code = "client-unknown"
    detail = "The client who asked is not on record in this practice."


class DurationUnusual(Refusal):
    """The length is outside of what the service allows, and nobody said that it is meant."""

    code = "duration-unusual"
    detail = (
        "That length is outside of the service's range, `fewest_minutes` to `most_minutes`: correct"
        " it, choose another service, or set `confirm_duration` when it is meant."
    )

    def __init__(self, fewest: int | None, most: int | None) -> None:
        super().__init__()
        self.fewest = fewest
        self.most = most

    @property
    def members(self) -> dict[str, Any]:
        """The range, in minutes."""
        return {"fewest_minutes": self.fewest, "most_minutes": self.most}


@dataclass(frozen=True, slots=True)
class Resemblance:
    """A client on record who may be the new one; without id and name when the actor may not see."""

    client_id: UUID | None
    name: str | None
    birth_date: date | None
    same_email: bool
    same_name_and_birth_date: bool

    def as_members(self) -> dict[str, Any]:
        """Return it as a problem document tells it."""
        return {
            "client_id": self.client_id and str(self.client_id),
            "name": self.name,
            "birth_date": self.birth_date and self.birth_date.isoformat(),
            "same_email": self.same_email,
            "same_name_and_birth_date": self.same_name_and_birth_date,
        }


class ClientMayExist(Refusal):
    """Somebody on record has the same address, or the same name and birth date."""

    code = "client-may-exist"
    detail = (
        "The practice may have this client on record already; see `candidates`. Name the one it is"
        " in `client_id`, or set `create_client` when it is somebody else."
    )

    def __init__(self, candidates: Sequence[Resemblance]) -> None:
        super().__init__()
        self.candidates = tuple(candidates)

    @property
    def members(self) -> dict[str, Any]:
        """Who it may be."""
        return {"candidates": [one.as_members() for one in self.candidates]}


class ClientOnRecord(Refusal):
    """Staff named a client for a request whose client is known."""

    code = "client-on-record"
    detail = "This request is of a client on record: `client_id` and `create_client` do not apply."


class CancellationTakesNoEdits(Refusal):
    """Staff edited what is to be booked, and nothing is."""

    code = "cancellation-takes-no-edits"
    detail = "Approving a cancellation books nothing: send no edits, or decline the request."


class OriginalGone(Refusal):
    """The appointment to be moved or cancelled is not booked any more, or not theirs."""

    code = "original-gone"
    detail = "The appointment this request is about is not booked any more: decline the request."


class OriginalMoved(Refusal):
    """Staff moved the appointment after the client asked about it, and nobody said they know."""

    code = "original-moved"
    detail = (
        "The appointment was moved after the client asked: see `start`. Decline the request, or set"
        " `confirm_original` to go on with the appointment as it is now."
    )

    def __init__(self, start: datetime) -> None:
        super().__init__()
        self.start = start

    @property
    def members(self) -> dict[str, Any]:
        """When the appointment is now; UTC."""
        return {"start": self.start.isoformat()}


class AppointmentCancelled(Refusal):
    """A cancelled appointment stays cancelled."""

    code = "appointment-cancelled"
    detail = "This appointment is cancelled: book another one."


class RangeTooLong(Refusal):
    """More days at once than a page shows."""

    code = "range-too-long"
    detail = "Ask for at most 100 days at once."


class RangeEmpty(Refusal):
    """The range ends before it begins."""

    code = "range-empty"
    detail = "The range must end after it begins."


class NothingToFollowUp(Refusal):
    """Only the clients of declined requests are contacted."""

    code = "nothing-to-follow-up"
    detail = "This request was not declined, so there is nobody to contact."


class KeyReused(Refusal):
    """The idempotency key came with another client before."""

    code = "idempotency-key-reused"
    detail = "This key booked another appointment before: use a new key for a new one."


class PracticeNotFound(Refusal):
    """There is no such practice, or it is not the caller's: both look the same."""

    code = "practice-not-found"
    detail = "There is no such practice."


class NotOffered(Refusal):
    """The practice's own settings for its portal stand against it: the code says which."""

    def __init__(self, objection: Objection) -> None:
        self.code = objection.value
        self.detail = ADVICE[objection]
        super().__init__()


class NoFailedEmail(Refusal):
    """Nothing was to be told to the client in another way."""

    code = "no-failed-email"
    detail = "No e-mail about this has failed, so there is nothing to tick off."


class DeclineMessagesOff(Refusal):
    """The practice has not turned on that staff write to a client whom they decline."""

    code = "decline-messages-off"
    detail = (
        "Your practice sends no messages with a decline: leave `message` out and contact the"
        " client yourself, or have a practice scheduler turn them on."
    )


class ClientNotReachable(Refusal):
    """There is no address to send an e-mail to."""

    code = "client-not-reachable"
    detail = "Nothing is known of an e-mail address of theirs: contact them in another way."


class NoEmailToResend(Refusal):
    """None was ever to be sent of it."""

    code = "no-email-to-resend"
    detail = (
        "No e-mail was sent about this. That of a request which was approved is its appointment's:"
        " send that again."
    )


class EmailWaiting(Refusal):
    """The e-mail is on its way, so that another one would be a second."""

    code = "email-waiting"
    detail = "The e-mail is on its way: wait for what becomes of it."


class AppointmentOver(Refusal):
    """An e-mail about an appointment that is over would mislead."""

    code = "appointment-over"
    detail = "This appointment is over, so there is nothing to tell the client of it."


class EmailsNotWanted(Refusal):
    """The practice e-mails nobody of what staff change themselves."""

    code = "emails-not-wanted"
    detail = (
        "Your practice sends no e-mails about changes of its own: tell the client yourself, or have"
        " a practice scheduler turn them on."
    )


class RequestBecameAppointment(Refusal):
    """An approved request is told by the appointment it led to, and by nothing else (ADR 0013)."""

    code = "request-became-appointment"
    detail = "This request was approved: read its appointment instead; see `appointment_id`."

    def __init__(self, appointment_id: UUID | None) -> None:
        super().__init__()
        self.appointment_id = appointment_id

    @property
    def members(self) -> dict[str, Any]:
        """Which appointment."""
        return {"appointment_id": self.appointment_id and str(self.appointment_id)}


class CalendarNotFound(Refusal):
    """Nobody of that id in the actor's practice can be booked, so there is no calendar."""

    code = "calendar-not-found"
    detail = "There is no such clinician, or nobody can book them: they have no calendar."


class SlotNotFound(Refusal):
    """No slot of that clinician begins at that instant, or not any more."""

    code = "slot-not-found"
    detail = "No slot begins there any more: search for the slots of the day again."


class CalendarFeedNotFound(Refusal):
    """Nobody's calendar is shared under that secret, or not any more."""

    code = "calendar-feed-not-found"
    detail = "There is no such calendar: it may be shared under another address now."


class UnknownCursor(Refusal):
    """The cursor was not given for this list, or what it ended with is not to be seen any more."""

    code = "unknown-cursor"
    detail = "The cursor is not one of this list in this order: start again without it."
