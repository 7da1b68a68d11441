"""What may be asked for, as far as intake can tell by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from shared.auth.actors import ClientActor, PortalActor
from shared.portal.policy import ADVICE, Objection
from shared.schemas.request_submitted import ProspectiveClient
from shared.schemas.vocabulary import Language

HORIZON: Final = timedelta(days=731)
"""Farther ahead is a slip of the keyboard; practices set their own limit below it."""


class Refusal(Exception):
    """The submission cannot be taken; `detail` says what to do and holds no input."""

    code: str
    detail: str


class StartInPast(Refusal):
    """Asked for a time that is over."""

    code = "start-in-past"
    detail = "The time asked for is over: choose a later one."


class StartTooFar(Refusal):
    """Asked for a time years ahead."""

    code = "start-too-far"
    detail = "The time asked for is more than two years ahead."


class ProspectiveClientNeeded(Refusal):
    """The portal asks for somebody without a record, and does not say who."""

    code = "prospective-client-needed"
    detail = "Say who asks, in `prospective_client`: name, birth date, e-mail and phone."


class ProspectiveClientUnexpected(Refusal):
    """A client who is on record cannot be somebody else."""

    code = "prospective-client-unexpected"
    detail = "You are on record already: leave `prospective_client` out."


class WrongPractice(Refusal):
    """The token is another practice's."""

    code = "wrong-practice"
    detail = "The token is not of the practice named in `practice_id`."


class BirthDateInFuture(Refusal):
    """Nobody was born tomorrow."""

    code = "birth-date-in-future"
    detail = "The birth date is in the future."


class OnRecordOnly(Refusal):
    """The portal moves or cancels for somebody without a record, who has no appointments."""

    code = "on-record-only"
    detail = "Only a client on record has appointments: use the client's own token."


class KeyReused(Refusal):
    """The same idempotency key came with another body."""

    code = "idempotency-key-reused"
    detail = "This Idempotency-Key was used for another request: use a new one."


class AppointmentUnknown(Refusal):
    """To be moved or cancelled is an appointment that is not among the client's upcoming ones."""

    code = "appointment-unknown"
    detail = "That is none of your upcoming appointments: read them again, and choose one."


class AccessWithdrawn(Refusal):
    """The practice lets the client use its portal no more; the scheduler said so a moment ago."""

    code = "portal-access-withdrawn"
    detail = "You have no access to this practice's portal, or not any more: contact the practice."


class NotOffered(Refusal):
    """The practice's own settings for its portal stand against it: the code says which."""

    def __init__(self, objection: Objection) -> None:
        super().__init__(objection.value)
        self.code = objection.value
        self.detail = ADVICE[objection]


@dataclass(frozen=True, slots=True)
class NewAppointment:
    """A new appointment is asked for; `start` in UTC, `time_zone` the client's own IANA zone."""

    service_id: UUID
    start: datetime
    clinician_id: UUID | None
    time_zone: str | None
    note: str | None
    practice_id: UUID | None
    prospective_client: ProspectiveClient | None
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Reschedule:
    """One's own appointment at another time; a service or clinician left out stays as booked."""

    appointment_id: UUID
    start: datetime
    service_id: UUID | None
    clinician_id: UUID | None
    time_zone: str | None
    note: str | None
    practice_id: UUID | None
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Cancellation:
    """One's own appointment is not to take place."""

    appointment_id: UUID
    note: str | None
    practice_id: UUID | None
    language: Language | None = None


Submission = NewAppointment | Reschedule | Cancellation


def check(asked: Submission, actor: PortalActor, *, now: datetime) -> None:
    """Raise the Refusal that stands against it, if one does."""
    if asked.practice_id is not None and asked.practice_id != actor.practice_id:
        raise WrongPractice
    if not isinstance(asked, Cancellation):
        _check_start(asked.start, now)
    if isinstance(asked, NewAppointment):
        _check_who(asked, actor, now)
    elif not isinstance(actor, ClientActor):
        raise OnRecordOnly


def _check_start(start: datetime, now: datetime) -> None:
    if start <= now:
        raise StartInPast
    if start > now + HORIZON:
        raise StartTooFar


def _check_who(asked: NewAppointment, actor: PortalActor, now: datetime) -> None:
    if isinstance(actor, ClientActor):
        if asked.prospective_client is not None:
            raise ProspectiveClientUnexpected
        return
    if asked.prospective_client is None:
        raise ProspectiveClientNeeded
    if asked.prospective_client.birth_date > now.date():
        raise BirthDateInFuture
