"""Who acts. Use cases and reads take one of these, so that forgetting access is a type error."""

import math
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a member of staff may do (PRODUCT 7)."""

    PRACTICE_SCHEDULER = "practice_scheduler"
    CLINICIAN = "clinician"
    INTERN = "intern"


@dataclass(frozen=True, slots=True)
class StaffActor:
    """A member of staff of one practice; the token is good until `expires_at`, in Unix time."""

    practice_id: UUID
    subject: str
    staff_id: UUID
    role: Role
    expires_at: float = field(default=math.inf, compare=False)


@dataclass(frozen=True, slots=True)
class ClientActor:
    """A client of the practice, in its portal."""

    practice_id: UUID
    subject: str
    client_id: UUID


@dataclass(frozen=True, slots=True)
class ProspectiveClientActor:
    """The practice's portal, on behalf of somebody who has no client record yet."""

    practice_id: UUID
    subject: str


Actor = StaffActor | ClientActor | ProspectiveClientActor
PortalActor = ClientActor | ProspectiveClientActor
