"""Every event we publish, by type, and the JSON Schemas made from the models."""

import json
from pathlib import Path
from typing import Any, Final

from shared.schemas.appointment_changed import AppointmentChanged
from shared.schemas.client_invited import ClientInvited
from shared.schemas.envelope import Envelope
from shared.schemas.notification_failed import NotificationFailed
from shared.schemas.notification_sent import NotificationSent
from shared.schemas.notification_skipped import NotificationSkipped
from shared.schemas.request_approved import RequestApproved
from shared.schemas.request_declined import RequestDeclined
from shared.schemas.request_submitted import RequestSubmitted
from shared.schemas.request_withdrawn import RequestWithdrawn

AnyEvent = (
    RequestSubmitted
    | RequestWithdrawn
    | RequestApproved
    | RequestDeclined
    | AppointmentChanged
    | NotificationSent
    | NotificationFailed
    | NotificationSkipped
    | ClientInvited
)

EVENTS: Final[tuple[type[Envelope[Any]], ...]] = (
    RequestSubmitted,
    RequestWithdrawn,
    RequestApproved,
    RequestDeclined,
    AppointmentChanged,
    NotificationSent,
    NotificationFailed,
    NotificationSkipped,
    ClientInvited,
)

SCHEMA_DIRECTORY: Final = Path(__file__).parent / "json"


def event_type(model: type[Envelope[Any]]) -> str:
    """Return the CloudEvents `type` of an event model, version included."""
    return str(model.model_fields["type"].default)


def render_json_schemas() -> dict[str, str]:
    """Return file name -> JSON Schema text for every published event."""
    return {
        f"{event_type(model)}.json": json.dumps(
            model.model_json_schema(mode="serialization"), indent=2, sort_keys=True
        )
        + "\n"
        for model in EVENTS
    }


def write_json_schemas() -> None:
    """Write the schemas to `shared/schemas/json`; a contract test fails when they drift."""
    SCHEMA_DIRECTORY.mkdir(exist_ok=True)
    for name, text in render_json_schemas().items():
        (SCHEMA_DIRECTORY / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_json_schemas()
