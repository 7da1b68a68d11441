"""Every route of the scheduler, and what it answers to whom (PRODUCT 7).

A route that is missing here fails the test: whoever adds one says here who may use it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from services.scheduler.http_api.fhir.schedules import slot_id
from tests.integration.access.portal_rows import PORTAL_ROWS
from tests.integration.access.record_rows import RECORD_ROWS
from tests.integration.access.row import (
    HERE,
    MAY_SEE,
    Body,
    Row,
    colleagues,
    everybody,
    who_may_see,
)
from tests.integration.access.world import Who, World


def _pending(world: World) -> Mapping[str, str]:
    return {"request_id": str(world.pending_id)}


def _declined(world: World) -> Mapping[str, str]:
    return {"request_id": str(world.declined_id)}


def _appointment(world: World) -> Mapping[str, str]:
    return {"appointment_id": str(world.appointment.id)}


def _range(world: World) -> Mapping[str, str]:
    return {
        "from": (world.soon - timedelta(days=2)).isoformat(),
        "until": (world.soon + timedelta(days=2)).isoformat(),
    }


def _booking(world: World) -> Body:
    return {
        "client_id": str(world.client.id),
        "clinician_id": str(world.clinician.id),
        "service_id": str(world.service.id),
        "start": (world.soon + timedelta(hours=6)).isoformat(),
    }


def _later(world: World) -> Body:
    return {"start": (world.soon + timedelta(days=1)).isoformat()}


_REQUESTS: Final = "/v1/appointment-requests"
_ONE_REQUEST: Final = _REQUESTS + "/{request_id}"
_ONE_APPOINTMENT: Final = "/v1/appointments/{appointment_id}"

_FEED: Final = "/v1/staff/{staff_id}/calendar-feed"
_FHIR: Final = "/fhir/r4"
_WHO_RUN_IT: Final = (Who.SCHEDULER, Who.ASSIGNED_CLINICIAN)
_OWN_OR_RUN: Final = {**colleagues(403), **dict.fromkeys(_WHO_RUN_IT, 200)}


def _clinician(world: World) -> Mapping[str, str]:
    return {"staff_id": str(world.clinician.id)}


def _fhir_clinician(world: World) -> Mapping[str, str]:
    return {"resource_id": str(world.clinician.id)}


def _one_fhir(world: World) -> Mapping[str, str]:
    return {"resource_id": str(world.appointment.id)}


def _slots(world: World) -> Mapping[str, str]:
    day = world.soon.date().isoformat()
    return {"schedule": f"Schedule/{world.clinician.id}", "start": day}


def _slot(world: World) -> Mapping[str, str]:
    return {"slot_id": slot_id(world.clinician.id, world.appointment.booking.start)}


ROWS: Final = [
    Row("GET", "/health/live", {}, public=200),
    Row("GET", "/health/ready", {}, public=200),
    Row("GET", "/metrics", {}, public=200),
    Row("GET", "/openapi.json", {}, public=200),
    Row("GET", "/v1/to-do", everybody(), shows=True),
    Row("GET", "/v1/calendar", everybody(), shows=True, query=_range),
    Row("GET", _REQUESTS, everybody(), shows=True),
    Row(
        "POST",
        _REQUESTS + "/search",
        everybody(),
        shows=True,
        body=lambda world: {"client": world.client.name.split()[0]},
    ),
    Row("GET", _ONE_REQUEST, who_may_see(), shows=True, values=_pending),
    Row("GET", _ONE_REQUEST + "/history", who_may_see(), shows=True, values=_pending),
    Row("POST", _ONE_REQUEST + "/preview", who_may_see(), shows=True, values=_pending),
    Row("POST", _ONE_REQUEST + "/approve", who_may_see(), shows=True, values=_pending),
    Row(
        "POST",
        _ONE_REQUEST + "/decline",
        who_may_see(),
        shows=True,
        values=_pending,
        body=lambda _world: {"message": "We have no room."},
    ),
    Row(
        "PUT",
        _ONE_REQUEST + "/follow-up",
        who_may_see(),
        shows=True,
        values=_declined,
        body=lambda _world: {"done": True},
    ),
    *(
        Row("POST", _ONE_REQUEST + path, who_may_see(), shows=True, values=_declined)
        for path in ("/email-handled", "/resend-email")
    ),
    Row("GET", "/v1/appointments", everybody(), shows=True),
    Row("GET", _ONE_APPOINTMENT, who_may_see(), shows=True, values=_appointment),
    Row("GET", _ONE_APPOINTMENT + "/history", who_may_see(), values=_appointment),
    # The client is named in the body: who may not see them is told that there is none (409).
    Row(
        "POST",
        "/v1/appointments",
        {**dict.fromkeys(HERE, 409), **dict.fromkeys(MAY_SEE, 201), Who.STRANGER: 409},
        shows=True,
        body=_booking,
    ),
    Row(
        "POST",
        _ONE_APPOINTMENT + "/move",
        who_may_see(),
        shows=True,
        values=_appointment,
        body=_later,
    ),
    Row("POST", _ONE_APPOINTMENT + "/cancel", who_may_see(), shows=True, values=_appointment),
    *(
        Row("POST", _ONE_APPOINTMENT + path, who_may_see(), shows=True, values=_appointment)
        for path in ("/email-handled", "/resend-email")
    ),
    Row("GET", "/v1/live", everybody(), streams=True),
    Row("GET", _FEED, _OWN_OR_RUN, values=_clinician),
    Row("POST", _FEED, {**_OWN_OR_RUN, **dict.fromkeys(_WHO_RUN_IT, 201)}, values=_clinician),
    Row("DELETE", _FEED, {**_OWN_OR_RUN, **dict.fromkeys(_WHO_RUN_IT, 204)}, values=_clinician),
    Row("GET", "/calendars/{token}.ics", {}, public=404, values=lambda _world: {"token": "x" * 43}),
    Row("GET", _FHIR + "/metadata", {}, public=200),
    Row("GET", _FHIR + "/Appointment", everybody(), shows=True),
    Row("GET", _FHIR + "/Appointment/{resource_id}", who_may_see(), shows=True, values=_one_fhir),
    Row("GET", _FHIR + "/Patient", everybody(), shows=True),
    Row(
        "GET",
        _FHIR + "/Patient/{resource_id}",
        who_may_see(),
        shows=True,
        values=lambda world: {"resource_id": str(world.client.id)},
    ),
    Row("GET", _FHIR + "/Practitioner", everybody()),
    Row("GET", _FHIR + "/Practitioner/{resource_id}", colleagues(), values=_fhir_clinician),
    Row("GET", _FHIR + "/Schedule", everybody()),
    Row("GET", _FHIR + "/Schedule/{resource_id}", colleagues(), values=_fhir_clinician),
    Row("GET", _FHIR + "/Slot", colleagues(), query=_slots),
    Row("GET", _FHIR + "/Slot/{slot_id}", colleagues(), values=_slot),
    *(
        Row(method, _FHIR + "/{nothing:path}", {}, public=404 if method == "GET" else 405)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    ),
    *RECORD_ROWS,
    *PORTAL_ROWS,
]
