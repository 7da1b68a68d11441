"""The practice, its staff, its services and its clients, as the rules need them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.auth.actors import Role
from shared.schemas.vocabulary import Modality


@dataclass(frozen=True, slots=True)
class Practice:
    """The tenant; `time_zone` is an IANA name."""

    id: UUID
    slug: str
    name: str
    time_zone: str
    phone: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person of the practice; only those who are `bookable` have appointments."""

    id: UUID
    practice_id: UUID
    name: str
    email: str
    role: Role

    @property
    def bookable(self) -> bool:
        """Clinicians and interns see clients; a practice scheduler does not."""
        return self.role is not Role.PRACTICE_SCHEDULER


@dataclass(frozen=True, slots=True)
class Service:
    """What can be booked; lengths in minutes."""

    id: UUID
    practice_id: UUID
    code: str
    label: str
    appointment_type: str
    minutes: int
    modality: Modality
    location: str | None


@dataclass(frozen=True, slots=True)
class Client:
    """A client record; `time_zone` is the client's own where known."""

    id: UUID
    practice_id: UUID
    name: str
    email: str
    phone: str
    birth_date: date
    assigned_staff_ids: tuple[UUID, ...]
    time_zone: str | None = None
