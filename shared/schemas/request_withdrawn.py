"""`request.withdrawn`: a client took a request back (intake to scheduler).

It may arrive before the submission.
"""

from typing import Literal
from uuid import UUID

from shared.schemas.envelope import Envelope, EventData
from shared.schemas.fields import UtcDatetime


class RequestWithdrawnData(EventData):
    """Which request, and whose token said so: only who asked may withdraw.

    A client on record is known by `client_id`; the portal, for a prospective one, by its subject.
    """

    request_id: UUID
    withdrawn_at: UtcDatetime
    withdrawn_by: str
    client_id: UUID | None = None


class RequestWithdrawn(Envelope[RequestWithdrawnData]):
    """A request that waits needs no decision any more."""

    type: Literal["openchair.request.withdrawn.v1"] = "openchair.request.withdrawn.v1"
