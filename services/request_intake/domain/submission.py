"""What may be asked for, as far as intake can tell by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

from shared.auth.actors import ClientActor, PortalActor
from shared.schemas.request_submitted import ProspectiveClient

HORIZON: Final = timedelta(days=731)
"""Farther ahead is a slip of the keyboard; practices set their own limit below it."""


class Refusal(Exception):
    """The submission cannot be taken; `detail` says what to do and holds no input."""

    code: ClassVar[str]
    detail: ClassVar[str]


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


class KeyReused(Refusal):
    """The same idempotency key came with another body."""

    code = "idempotency-key-reused"
    detail = "This Idempotency-Key was used for another request: use a new one."


@dataclass(frozen=True, slots=True)
class NewAppointment:
    """What a client asks for; `start` in UTC, `time_zone` the client's own IANA zone."""

    service_id: UUID
    start: datetime
    clinician_id: UUID | None
    time_zone: str | None
    note: str | None
    practice_id: UUID | None
    prospective_client: ProspectiveClient | None


def check(asked: NewAppointment, actor: PortalActor, *, now: datetime) -> None:
    """Raise the Refusal that stands against it, if one does."""
    if asked.practice_id is not None and asked.practice_id != actor.practice_id:
        raise WrongPractice
    if asked.start <= now:
        raise StartInPast
    if asked.start > now + HORIZON:
        raise StartTooFar
    if isinstance(actor, ClientActor):
        if asked.prospective_client is not None:
            raise ProspectiveClientUnexpected
        return
    if asked.prospective_client is None:
        raise ProspectiveClientNeeded
    if asked.prospective_client.birth_date > now.date():
        raise BirthDateInFuture
