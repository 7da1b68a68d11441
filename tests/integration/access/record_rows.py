"""The rows of what a practice keeps: itself, its staff, services and clients."""

from collections.abc import Mapping
from typing import Final

from tests.integration.access.row import (
    HERE,
    Body,
    Row,
    colleagues,
    everybody,
    only_scheduler,
    who_may_see,
)
from tests.integration.access.world import Who, World

_FIRST: Final = {"If-Match": '"1"'}


def _new(status: int = 201) -> Mapping[Who, int]:
    """Return who may add to their own practice: each practice scheduler."""
    return {**dict.fromkeys(HERE, 403), Who.SCHEDULER: status, Who.STRANGER: status}


def _only_scheduler_of_client(status: int) -> Mapping[Who, int]:
    """Return an answer for the practice scheduler; who else sees the client may not."""
    return {**who_may_see(403), Who.SCHEDULER: status}


def _portal(_world: World) -> Body:
    return {
        "is_open": True,
        "audience": "both",
        "request_types": ["new"],
        "services": [],
        "clinicians": [],
        "scheduling_notice_minutes": 60,
        "rescheduling_notice_minutes": 60,
        "cancelling_notice_minutes": 60,
        "horizon_days": 60,
        "most_pending": 3,
        "pending_holds_slot": True,
        "portal_url": None,
    }


def _practice(_world: World) -> Body:
    return {
        "name": "Another name",
        "time_zone": "America/New_York",
        "phone": None,
        "email": None,
        "locations": [],
        "closures": [],
        "emails": {
            "sender_name": None,
            "reply_to": None,
            "language": "en",
            "texts": {"arrival": None, "cancelling": None, "closing": None},
            "staff_changes": True,
            "decline_messages": False,
        },
    }


def _member(_world: World) -> Body:
    return {
        "name": "Somebody",
        "email": "somebody@example.org",
        "role": "clinician",
        "active": True,
    }


def _service(_world: World) -> Body:
    return {
        "code": "90834",
        "label": "Another session",
        "appointment_type": "Therapy Session",
        "modality": "telehealth",
        "minutes": 45,
        "fewest_minutes": None,
        "most_minutes": None,
        "location": None,
        "active": True,
    }


def _client(_world: World) -> Body:
    return {
        "name": "Somebody Else",
        "email": "somebody.else@example.org",
        "phone": "+1 212 555 0199",
        "birth_date": "1980-01-31",
        "assigned_staff_ids": [],
        "time_zone": None,
        "language": None,
    }


def _schedule(_world: World) -> Body:
    return {"weekly": [], "exceptions": [], "slot_step_minutes": 30, "buffer_minutes": 0}


def _staff_id(world: World) -> Mapping[str, str]:
    return {"staff_id": str(world.clinician.id)}


def _service_id(world: World) -> Mapping[str, str]:
    return {"service_id": str(world.service.id)}


def _client_id(world: World) -> Mapping[str, str]:
    return {"client_id": str(world.client.id)}


_MEMBER: Final = "/v1/staff/{staff_id}"
_HOURS: Final = _MEMBER + "/work-schedule"
_SERVICE: Final = "/v1/services/{service_id}"
_CLIENT: Final = "/v1/clients/{client_id}"

_PORTAL_SETTINGS: Final = "/v1/practice/portal-settings"

RECORD_ROWS: Final = [
    Row("GET", "/v1/me", everybody()),
    Row("GET", "/v1/practice", everybody()),
    Row("PUT", "/v1/practice", _new(200), body=_practice, headers=_FIRST),
    Row("GET", _PORTAL_SETTINGS, everybody()),
    Row("PUT", _PORTAL_SETTINGS, _new(200), body=_portal, headers={"If-Match": '"0"'}),
    Row("GET", "/v1/staff", everybody()),
    Row("POST", "/v1/staff", _new(), body=_member),
    Row("GET", _MEMBER, colleagues(), values=_staff_id),
    Row("PUT", _MEMBER, only_scheduler(), values=_staff_id, body=_member, headers=_FIRST),
    Row("GET", _HOURS, colleagues(), values=_staff_id),
    Row(
        "PUT",
        _HOURS,
        {**only_scheduler(), Who.ASSIGNED_CLINICIAN: 200},
        values=_staff_id,
        body=_schedule,
        headers=_FIRST,
    ),
    Row("GET", "/v1/service-codes", everybody()),
    Row("GET", "/v1/services", everybody()),
    Row("POST", "/v1/services", _new(), body=_service),
    Row("GET", _SERVICE, colleagues(), values=_service_id),
    Row("PUT", _SERVICE, only_scheduler(), values=_service_id, body=_service, headers=_FIRST),
    Row("GET", "/v1/clients", everybody(), shows=True),
    Row(
        "POST",
        "/v1/clients/search",
        everybody(),
        shows=True,
        body=lambda world: {"name": world.client.name.split()[0]},
    ),
    Row("POST", "/v1/clients", _new(), body=_client),
    Row("GET", _CLIENT, who_may_see(), shows=True, values=_client_id),
    Row("GET", _CLIENT + "/history", who_may_see(), values=_client_id),
    # No portal is set, so that who may invite is told so; nobody's invitation has failed.
    Row("POST", _CLIENT + "/invite", _only_scheduler_of_client(409), values=_client_id),
    Row("POST", _CLIENT + "/invitation-handled", who_may_see(409), values=_client_id),
    Row(
        "DELETE",
        _CLIENT + "/portal-access",
        _only_scheduler_of_client(200),
        values=_client_id,
    ),
    Row(
        "POST",
        "/v1/clients/invite",
        _new(409),
        body=lambda world: {"client_ids": [str(world.client.id)]},
    ),
    Row(
        "PUT",
        _CLIENT,
        {**who_may_see(403), Who.SCHEDULER: 200},
        values=_client_id,
        body=_client,
        headers=_FIRST,
    ),
]
