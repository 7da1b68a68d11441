"""A request of each kind, as the portal's builders find it in the OpenAPI document."""

from typing import Final

from fastapi.openapi.models import Example

_SERVICE: Final = "a20193c8-a62e-580d-ba1a-daaaf3be52ed"
_APPOINTMENT: Final = "9a8b7c6d-5e4f-5a3b-8c2d-1e0f9a8b7c6d"

SUBMISSIONS: Final[dict[str, Example]] = {
    "new": {
        "summary": "A client on record asks for an appointment",
        "value": {
            "type": "new",
            "service_id": _SERVICE,
            "clinician_id": "3d4e5f6a-7b8c-5d9e-8f1a-2b3c4d5e6f7a",
            "start": "2027-03-01T16:00:00+01:00",
            "time_zone": "Europe/Berlin",
            "language": "de",
            "note": "Mornings suit me best.",
        },
    },
    "prospective": {
        "summary": "The portal asks for somebody without a record, with any clinician",
        "value": {
            "type": "new",
            "service_id": _SERVICE,
            "start": "2027-03-01T15:00:00Z",
            "prospective_client": {
                "name": "Zoë Hartmann",
                "birth_date": "1996-02-29",
                "email": "zoe.hartmann@example.org",
                "phone": "+1 212 555 0190",
            },
        },
    },
    "reschedule": {
        "summary": "A client asks to move an appointment of theirs",
        "description": "Service and clinician stay as booked where they are left out.",
        "value": {
            "type": "reschedule",
            "appointment_id": _APPOINTMENT,
            "start": "2027-03-02T10:00:00-05:00",
            "time_zone": "America/New_York",
        },
    },
    "cancellation": {
        "summary": "A client asks to cancel an appointment of theirs",
        "value": {
            "type": "cancellation",
            "appointment_id": _APPOINTMENT,
            "note": "I am travelling that week.",
        },
    },
}
