"""`appointment.changed` as it is on the wire and as the notifier has it."""

from typing import Any
from uuid import UUID

from shared.schemas.appointment_changed import AppointmentChanged
from tests.unit.builders import PRACTICE_ID, booked_wire, client_wire, practice_wire


def changed_wire(**data: Any) -> dict[str, Any]:
    """Return a booking by staff; `data` replaces members of its data."""
    return {
        "specversion": "1.0",
        "id": f"{UUID(int=30)}:0:changed",
        "source": "/openchair/scheduler",
        "type": "openchair.appointment.changed.v1",
        "subject": str(UUID(int=30)),
        "time": "2027-02-01T12:00:00Z",
        "datacontenttype": "application/json",
        "practiceid": str(PRACTICE_ID),
        "correlationid": "demo-0002",
        "data": {
            "change": "booked",
            "changed_at": "2027-02-01T12:00:00Z",
            "notify_client": True,
            "practice": practice_wire(),
            "client": client_wire(),
            "appointment": booked_wire(),
            **data,
        },
    }


def changed_event(**data: Any) -> AppointmentChanged:
    """Return the event."""
    return AppointmentChanged.model_validate(changed_wire(**data))


def moved_event(*changes: dict[str, str], **before: Any) -> AppointmentChanged:
    """Return a move by staff to `booked_wire`; `before` replaces members of what was."""
    previous = {
        "start": "2027-02-22T15:00:00Z",
        "end": "2027-02-22T15:45:00Z",
        "clinician_name": "Dana Reyes",
        **before,
    }
    return changed_event(
        change="moved",
        appointment=booked_wire(sequence=1),
        previous=previous,
        changes=list(changes),
    )
