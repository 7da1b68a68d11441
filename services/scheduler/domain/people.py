"""The practice, its staff, its services and its clients, as the rules need them.

Each has a `version`, which rises with each edit; it is the ETag.
"""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.scheduler.domain.email_settings import AS_USUAL, EmailSettings
from services.scheduler.domain.portal_access import Invitation, PortalAccess
from services.scheduler.domain.portal_refusals import InvitedJustNow, PortalAccessActive
from shared.auth.actors import Role
from shared.schemas.vocabulary import Language, Modality


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which the whole practice is closed, both included, in its time zone."""

    first_day: date
    last_day: date
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Practice:
    """The tenant; `time_zone` is an IANA name.

    `portal_url` is where clients ask for appointments: it is kept with the portal settings and only
    read with the practice, since e-mails say it.
    """

    id: UUID
    slug: str
    name: str
    time_zone: str
    phone: str | None
    email: str | None
    locations: tuple[str, ...] = ()
    closures: tuple[Closure, ...] = ()
    emails: EmailSettings = AS_USUAL
    portal_url: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person of the practice, and who acts: reads and decisions take one (PRODUCT 7).

    Who is not `active` cannot sign in and is not booked any more.
    """

    id: UUID
    practice_id: UUID
    name: str
    email: str
    role: Role
    active: bool = True
    version: int = 1

    @property
    def bookable(self) -> bool:
        """Clinicians and interns see clients; a practice scheduler does not."""
        return self.active and self.role is not Role.PRACTICE_SCHEDULER

    @property
    def runs_the_practice(self) -> bool:
        """Only a practice scheduler changes settings, staff, services and clients (PRODUCT 7)."""
        return self.role is Role.PRACTICE_SCHEDULER


@dataclass(frozen=True, slots=True)
class Service:
    """What can be booked; lengths in minutes, from `fewest_minutes` to `most_minutes`, if any."""

    id: UUID
    practice_id: UUID
    code: str
    label: str
    appointment_type: str
    minutes: int
    modality: Modality
    location: str | None
    fewest_minutes: int | None = None
    most_minutes: int | None = None
    active: bool = True
    version: int = 1

    def allows(self, minutes: int) -> bool:
        """Say whether an appointment of that length is usual for this service (PRODUCT 8.14)."""
        return (self.fewest_minutes or 0) <= minutes and (
            self.most_minutes is None or minutes <= self.most_minutes
        )


@dataclass(frozen=True, slots=True)
class Client:
    """A client record; `time_zone` and `language` are the client's own where known.

    `portal_access` and `invitation` change beside what people edit, and raise no `version`.
    """

    id: UUID
    practice_id: UUID
    name: str
    email: str
    phone: str
    birth_date: date
    assigned_staff_ids: tuple[UUID, ...]
    time_zone: str | None = None
    language: Language | None = None
    version: int = 1
    portal_access: PortalAccess = PortalAccess.NONE
    invitation: Invitation | None = None

    def invite(self, invitation: Invitation) -> "Client":
        """Return the client as invited.

        Raises:
            PortalAccessActive: they use the portal.
            InvitedJustNow: it is too soon after the last invitation.

        """
        if self.portal_access is PortalAccess.ACTIVE:
            raise PortalAccessActive
        last = self.invitation
        if last is not None and invitation.at < last.next_at:
            raise InvitedJustNow(last.next_at, invitation.at)
        return replace(self, portal_access=PortalAccess.INVITED, invitation=invitation)
