"""From an event to a message and back."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.messaging.ack_policy import InvalidMessage
from shared.messaging.publisher import OutgoingMessage
from shared.schemas.envelope import Envelope

Event = TypeVar("Event", bound=Envelope[Any])


class _TypeOnly(BaseModel):
    type: str


def to_message(
    event: Envelope[Any], *, exchange: str, routing_key: str, mandatory: bool = True
) -> OutgoingMessage:
    """Return the event as the message that carries it."""
    return OutgoingMessage(
        exchange=exchange,
        routing_key=routing_key,
        body=event.model_dump_json().encode(),
        correlation_id=event.correlationid,
        mandatory=mandatory,
    )


def parse_event(body: bytes, models: Mapping[str, type[Event]]) -> Event:
    """Return the event in a message body; `models` says which types are understood.

    Raises:
        InvalidMessage: it can never be understood; the reason names fields, never their values.

    """
    try:
        kind = _TypeOnly.model_validate_json(body).type
    except ValidationError:
        raise InvalidMessage("not-an-event") from None
    model = models.get(kind)
    if model is None:
        raise InvalidMessage("unknown-type")
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        faults = {
            f"{'.'.join(str(part) for part in fault['loc'])} ({fault['type']})"
            for fault in error.errors(include_url=False, include_context=False, include_input=False)
        }
        raise InvalidMessage(f"invalid: {', '.join(sorted(faults))[:500]}") from None
