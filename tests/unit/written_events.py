"""`request.declined` with a message of staff's, and `client.invited`, as the notifier has them."""

from typing import Any
from uuid import UUID

from shared.schemas.client_invited import ClientInvited
from shared.schemas.request_declined import RequestDeclined
from tests.unit.builders import PRACTICE_ID, client_wire, practice_wire

PORTAL = "https://portal.example.org/harbor"


def declined_event(request_type: str = "new", **message: Any) -> RequestDeclined:
    """Return a decline with a message; `message` replaces members of it."""
    return RequestDeclined.model_validate(
        _envelope(
            f"{UUID(int=40)}:declined",
            {
                "request_id": str(UUID(int=40)),
                "request_type": request_type,
                "decided_at": "2027-02-01T12:00:00Z",
                "message": {
                    "text": "We are full that week.\n\nWould Tuesday suit you?",
                    "practice": practice_wire(),
                    "client": client_wire(),
                    "asked": {"start": "2027-03-01T15:00:00Z", "clinician_name": "Dana Reyes"},
                    **message,
                },
            },
        )
    )


def declined_silently() -> RequestDeclined:
    """Return a decline without a message."""
    data = declined_event().model_dump(mode="json")
    return RequestDeclined.model_validate({**data, "data": {**data["data"], "message": None}})


def invited_event(**data: Any) -> ClientInvited:
    """Return an invitation; `data` replaces members of its data."""
    return ClientInvited.model_validate(
        _envelope(
            f"{UUID(int=50)}:invited",
            {
                "invitation_id": str(UUID(int=50)),
                "invited_at": "2027-02-01T12:00:00Z",
                "practice": practice_wire(),
                "client": client_wire(),
                "portal_url": PORTAL,
                **data,
            },
        )
    )


def _envelope(event_id: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": event_id,
        "source": "/openchair/scheduler",
        "subject": event_id.partition(":")[0],
        "time": "2027-02-01T12:00:00Z",
        "practiceid": str(PRACTICE_ID),
        "correlationid": "demo-0003",
        "data": data,
    }
