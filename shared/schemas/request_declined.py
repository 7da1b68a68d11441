"""`request.declined`: staff said no (scheduler to anyone). No e-mail follows from it by itself."""

from typing import Literal
from uuid import UUID

from shared.schemas.envelope import Envelope, EventData
from shared.schemas.fields import UtcDatetime
from shared.schemas.vocabulary import RequestType


class RequestDeclinedData(EventData):
    """Ids and times only; the internal reason stays with the practice."""

    request_id: UUID
    request_type: RequestType
    decided_at: UtcDatetime


class RequestDeclined(Envelope[RequestDeclinedData]):
    """Staff declined a request: staff contact the client themselves."""

    type: Literal["openchair.request.declined.v1"] = "openchair.request.declined.v1"
