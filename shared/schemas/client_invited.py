"""`client.invited`: staff invite a client to the practice's portal (scheduler to notifier)."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.schemas.appointment_details import PracticeContact, Recipient
from shared.schemas.envelope import Envelope, EventData
from shared.schemas.fields import UtcDatetime, WebAddress


class ClientInvitedData(EventData):
    """Whom, by which practice, and where the portal is; each invitation has an id of its own."""

    invitation_id: UUID
    invited_at: UtcDatetime
    practice: PracticeContact
    client: Recipient
    portal_url: WebAddress


class ClientInvited(Envelope[ClientInvitedData]):
    """The client is e-mailed the invitation; its id is "<invitation_id>:invited"."""

    type: Literal["openchair.client.invited.v1"] = "openchair.client.invited.v1"
    id: str = Field(pattern=r"^[0-9a-f-]{36}:invited$")
