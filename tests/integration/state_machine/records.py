"""What the model remembers, and the picture of it that must equal the database's."""

from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, datetime, time, timedelta

from shared.schemas.vocabulary import Modality, RequestType
from tests.integration.state_machine.operations import Clash, Submit, Wish


@dataclass(frozen=True)
class Slot:
    """What is booked; `start` in UTC."""

    start: datetime
    minutes: int
    clinician: str
    service: str
    modality: Modality
    location: str | None
    alert: str | None

    @property
    def end(self) -> datetime:
        """The first instant that is free again."""
        return self.start + timedelta(minutes=self.minutes)

    def meets(self, other: "Slot") -> bool:
        """Say whether both take place at some instant."""
        return max(self.start, other.start) < min(self.end, other.end)

    def looks_like(self, other: "Slot") -> bool:
        """Say whether a client sees no difference."""
        return replace(self, alert=None) == replace(other, alert=None)

    def takes_the_time_of(self, other: "Slot") -> bool:
        """Say whether a clinician's day does not change from one to the other."""
        return (self.clinician, self.start, self.end) == (other.clinician, other.start, other.end)


@dataclass
class Request:
    """A request as it should stand; `submission` is what made it."""

    practice: str
    kind: RequestType
    submitted_by: str
    start: datetime | None
    service: str | None
    clinician: str | None
    minutes: int | None
    original: str | None
    original_start: datetime | None
    flags: set[str]
    visible_to: set[str]
    client: str | None
    status: str = "pending"
    version: int = 1
    decided_by: str | None = None
    wish: Wish = field(default_factory=Wish)
    reason: str | None = None
    booked: str | None = None
    followed_up: bool | None = None
    email: str | None = None
    submission: Submit | None = field(default=None, compare=False, repr=False)

    @property
    def newcomer(self) -> str | None:
        """Who made it without being on record."""
        return self.submission.newcomer if self.submission else None

    def copy(self) -> "Request":
        """Return one that may be changed."""
        return replace(self, flags=set(self.flags), visible_to=set(self.visible_to))


@dataclass
class Appointment:
    """An appointment as it should stand; `requests` were approved about it."""

    practice: str
    client: str
    slot: Slot
    visible_to: set[str]
    booked: bool = True
    sequence: int = 0
    version: int = 1
    requests: set[str] = field(default_factory=set)
    email: str | None = None

    def copy(self) -> "Appointment":
        """Return one that may be changed."""
        return replace(self, visible_to=set(self.visible_to), requests=set(self.requests))


@dataclass(frozen=True)
class Done:
    """An entry of the history."""

    action: str
    by: str | None
    at: datetime
    request: str | None = None
    appointment: str | None = None
    overlaps: frozenset[Clash] = frozenset()


@dataclass(frozen=True)
class Told:
    """A row of the outbox: which event, and the appointment as it tells of it."""

    event: str
    at: datetime
    sequence: int | None = None
    status: str | None = None
    start: datetime | None = None
    minutes: int | None = None
    clinician: str | None = None


@dataclass(frozen=True)
class Busy:
    """An interval in the document of a clinician's UTC day."""

    clinician: str
    day: str
    appointment: str
    start: datetime
    end: datetime


@dataclass
class Picture:
    """All that there is, by name."""

    requests: dict[str, Request] = field(default_factory=dict)
    appointments: dict[str, Appointment] = field(default_factory=dict)
    assigned: dict[str, set[str]] = field(default_factory=dict)
    history: dict[str, Done] = field(default_factory=dict)
    outbox: dict[str, Told] = field(default_factory=dict)
    busy: list[Busy] = field(default_factory=list)

    def differences(self, other: "Picture") -> list[str]:
        """Return in words where the other picture is not this one."""
        return [
            f"{part} {key}: {_difference(mine.get(key), theirs.get(key))}"
            for part in ("requests", "appointments", "assigned", "history", "outbox")
            for mine, theirs in [(getattr(self, part), getattr(other, part))]
            for key in sorted({*mine, *theirs})
            if mine.get(key) != theirs.get(key)
        ] + ([] if self.busy == other.busy else [f"busy: {_difference(self.busy, other.busy)}"])


def _difference(model: object, store: object) -> str:
    if model is None or store is None or not is_dataclass(model):
        return f"model {model}, store {store}"
    return "; ".join(
        f"{one.name}: model {mine}, store {theirs}"
        for one in fields(model)
        for mine, theirs in [(getattr(model, one.name), getattr(store, one.name))]
        if one.compare and mine != theirs
    )


def busy_days(appointments: dict[str, Appointment]) -> list[Busy]:
    """Return what the day documents must hold: each UTC day that a booked appointment touches."""
    found = []
    for name, appointment in appointments.items():
        slot = appointment.slot
        midnight = datetime.combine(slot.start.astimezone(UTC).date(), time(0), UTC)
        while appointment.booked and midnight < slot.end:
            found.append(Busy(slot.clinician, f"{midnight:%F}", name, slot.start, slot.end))
            midnight += timedelta(days=1)
    return sorted(found, key=repr)
