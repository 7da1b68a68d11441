"""`request.declined`: staff said no (scheduler to anyone). By itself no e-mail follows from it.

Only where the practice opted in and staff wrote one does it carry a `message`, which the notifier
sends (PRODUCT 8.7).
"""

from typing import Literal
from uuid import UUID

from shared.schemas.appointment_details import Addressee, AskedFor, Part, PracticeContact
from shared.schemas.envelope import Envelope, EventData
from shared.schemas.fields import NoteText, UtcDatetime
from shared.schemas.vocabulary import RequestType


class DeclineMessage(Part):
    """What staff wrote to the client, and all that its e-mail needs."""

    text: NoteText
    practice: PracticeContact
    client: Addressee
    asked: AskedFor


class RequestDeclinedData(EventData):
    """Ids and times only, beside the message; the internal reason stays with the practice."""

    request_id: UUID
    request_type: RequestType
    decided_at: UtcDatetime
    message: DeclineMessage | None = None


class RequestDeclined(Envelope[RequestDeclinedData]):
    """Staff declined a request: they contact the client themselves, if not by the message."""

    type: Literal["openchair.request.declined.v1"] = "openchair.request.declined.v1"
