"""Client records as the API takes and gives them."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.scheduler.domain.people import Client
from services.scheduler.domain.portal_access import Invitation, PortalAccess
from services.scheduler.http_api.appointment_models import NotificationOutput
from services.scheduler.http_api.inputs import Input
from services.scheduler.http_api.request_models import TotalOutput
from shared.schemas.fields import (
    BirthDate,
    EmailAddress,
    PersonName,
    PhoneNumber,
    ShortText,
    ZoneName,
)
from shared.schemas.vocabulary import Language

_Assigned = Annotated[list[UUID], Field(max_length=20)]


class ClientListInput(Input):
    """Whose clients, and how many; all of it goes into a URL, so no name does."""

    assigned_to: UUID | None = None
    cursor: str | None = Field(
        default=None, max_length=400, description="`next_cursor` of the page before."
    )
    limit: int = Field(default=50, ge=1, le=200)


class ClientSearchInput(ClientListInput):
    """The same with a name: a body, since names do not belong into URLs."""

    name: ShortText = Field(
        description="Beginnings of words of the name; no matter case and accents."
    )


class _Described(Input):
    name: PersonName
    email: EmailAddress
    phone: PhoneNumber
    birth_date: BirthDate


class ClientInput(_Described):
    """A client record, whole."""

    assigned_staff_ids: _Assigned = Field(description="Staff who see the client's records.")
    time_zone: ZoneName | None = Field(description="The client's own, where it is known.")
    language: Language | None = Field(
        description="What they are e-mailed in; none is the practice's."
    )

    def to_domain(self, identifier: UUID, practice_id: UUID, version: int = 1) -> Client:
        """Return the record, made from that version of it; each of the staff once."""
        return Client(
            id=identifier,
            practice_id=practice_id,
            name=self.name,
            email=self.email,
            phone=self.phone,
            birth_date=self.birth_date,
            assigned_staff_ids=tuple(dict.fromkeys(self.assigned_staff_ids)),
            time_zone=self.time_zone,
            language=self.language,
            version=version,
        )


class NewClientInput(ClientInput):
    """A client to add."""

    assigned_staff_ids: _Assigned = Field(default=[])
    time_zone: ZoneName | None = None
    language: Language | None = None
    create_anyway: bool = Field(
        default=False,
        strict=True,
        description="This client is not the one on record who is much alike.",
    )


class InvitationOutput(BaseModel):
    """The last invitation to the portal: when (UTC), by whom, and what became of its e-mail."""

    at: datetime
    by: str
    email: NotificationOutput

    @classmethod
    def of(cls, invitation: Invitation) -> Self:
        """Return the output for an invitation."""
        email = NotificationOutput.of(invitation.notification)
        return cls(at=invitation.at, by=invitation.by_name, email=email)


class ClientRecordOutput(BaseModel):
    """A client record. `version` is its ETag.

    `portal_access` and `invitation` change without it: they are not edited with the record.
    """

    id: UUID
    name: str
    email: str
    phone: str
    birth_date: date
    assigned_staff_ids: list[UUID]
    time_zone: str | None
    language: Language | None
    portal_access: PortalAccess
    invitation: InvitationOutput | None
    version: int

    @classmethod
    def of(cls, client: Client) -> Self:
        """Return the output for a client."""
        return cls(
            id=client.id,
            name=client.name,
            email=client.email,
            phone=client.phone,
            birth_date=client.birth_date,
            assigned_staff_ids=list(client.assigned_staff_ids),
            time_zone=client.time_zone,
            language=client.language,
            portal_access=client.portal_access,
            invitation=client.invitation and InvitationOutput.of(client.invitation),
            version=client.version,
        )


class ClientPage(BaseModel):
    """One page by name; pass `next_cursor` on as `cursor` for the next one."""

    items: list[ClientRecordOutput]
    next_cursor: str | None
    total: TotalOutput | None = Field(description="With the first page only.")
