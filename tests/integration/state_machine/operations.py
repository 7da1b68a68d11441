"""What people do to a practice, as plain data: who, to what, and with which wishes.

Everything is by name, so that a failing run can be read: `a1` is the first appointment, `r1` the
first request, `c1` the first client whose record an approval made. None is "nothing said".
"""

from dataclasses import dataclass, field, fields
from datetime import datetime

from services.scheduler.domain.booking_plan import NOTHING_CONFIRMED, Confirmed
from shared.schemas.vocabulary import Modality, RequestType


class Spoken:
    """Shows only what is said."""

    def __repr__(self) -> str:
        said = (
            f"{one.name}={_shown(getattr(self, one.name))}"
            for one in fields(self)  # type: ignore[arg-type]  # each heir is a dataclass
            if getattr(self, one.name) not in (one.default, _default_of(one.default_factory))
        )
        return f"{type(self).__name__}({', '.join(said)})"


@dataclass(frozen=True, repr=False)
class Wish(Spoken):
    """What staff want booked otherwise."""

    start: datetime | None = None
    minutes: int | None = None
    clinician: str | None = None
    service: str | None = None
    modality: Modality | None = None
    location: str | None = None
    alert: str | None = None
    client: str | None = None


@dataclass(frozen=True, repr=False)
class Submit(Spoken):
    """The portal sends a request of a client on record, or of a newcomer."""

    request: str
    practice: str
    kind: RequestType = RequestType.NEW
    client: str | None = None
    newcomer: str | None = None
    start: datetime | None = None
    service: str | None = None
    clinician: str | None = None
    appointment: str | None = None

    @property
    def subject(self) -> str:
        """Whose token it is."""
        return _subject(self.client, self.newcomer)


@dataclass(frozen=True, repr=False)
class Withdraw(Spoken):
    """The portal takes a request back on behalf of a client, or of a newcomer."""

    request: str
    practice: str
    client: str | None = None
    newcomer: str | None = None

    @property
    def subject(self) -> str:
        """Whose token it is."""
        return _subject(self.client, self.newcomer)


@dataclass(frozen=True, repr=False)
class Approve(Spoken):
    """Staff approve a request."""

    actor: str
    request: str
    wish: Wish = field(default_factory=Wish)
    confirmed: Confirmed = NOTHING_CONFIRMED
    version: int | None = None


@dataclass(frozen=True, repr=False)
class Decline(Spoken):
    """Staff decline a request."""

    actor: str
    request: str
    reason: str | None = None
    version: int | None = None


@dataclass(frozen=True, repr=False)
class FollowUp(Spoken):
    """Staff tick off that the client was told, or take the tick back."""

    actor: str
    request: str
    done: bool


@dataclass(frozen=True, repr=False)
class Book(Spoken):
    """Staff book without a request; `key` makes it one booking however often it is sent."""

    actor: str
    client: str
    clinician: str
    service: str
    start: datetime
    wish: Wish = field(default_factory=Wish)
    confirmed: Confirmed = NOTHING_CONFIRMED
    key: str | None = None


@dataclass(frozen=True, repr=False)
class Move(Spoken):
    """Staff move or otherwise change an appointment."""

    actor: str
    appointment: str
    wish: Wish
    confirmed: Confirmed = NOTHING_CONFIRMED
    version: int | None = None


@dataclass(frozen=True, repr=False)
class Cancel(Spoken):
    """Staff cancel an appointment."""

    actor: str
    appointment: str
    version: int | None = None


@dataclass(frozen=True, repr=False)
class Assign(Spoken):
    """Somebody assigns other staff to a client."""

    client: str
    staff: frozenset[str]


Operation = Submit | Withdraw | Approve | Decline | FollowUp | Book | Move | Cancel | Assign


@dataclass(frozen=True)
class Clash:
    """What is in the way; nameless when the actor may not see it."""

    appointment: str | None
    start: datetime
    end: datetime


@dataclass(frozen=True, repr=False)
class Outcome(Spoken):
    """What an operation answered: `done`, `repeated`, or the code of the refusal.

    `client` is whose appointment it is; `double_booked` counts the warnings of that kind.
    """

    answer: str
    appointment: str | None = None
    client: str | None = None
    clashes: frozenset[Clash] = frozenset()
    double_booked: int = 0


def _subject(client: str | None, newcomer: str | None) -> str:
    return f"client {client}" if client else f"portal for {newcomer}"


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%MZ}"
    if isinstance(value, Confirmed):
        names = [one.name for one in fields(value) if getattr(value, one.name)]
        return "+".join(names)
    return repr(value)


def _default_of(factory: object) -> object:
    return factory() if callable(factory) else None
