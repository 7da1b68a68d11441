"""Calendars of clinicians as FHIR `Schedule`s, and their free and busy time as `Slot`s."""

import re
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from services.scheduler.domain.booking_plan import HORIZON
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.slots import Slot
from services.scheduler.http_api.fhir.datatypes import Resource, instant, reference
from services.scheduler.http_api.fhir.dates import YEARS

_SLOT_ID: Final = re.compile(r"([0-9a-f]{32})-(\d{8}T\d{6}Z)", re.ASCII)
_SLOT_TIME: Final = "%Y%m%dT%H%M%SZ"


def schedule_resource(clinician: StaffMember, now: datetime) -> Resource:
    """Return a clinician's calendar, under the clinician's id; it goes as far as booking does."""
    return {
        "resourceType": "Schedule",
        "id": str(clinician.id),
        "active": clinician.bookable,
        "actor": [reference("Practitioner", clinician.id, clinician.name)],
        "planningHorizon": {
            "start": now.date().isoformat(),
            "end": (now + HORIZON).date().isoformat(),
        },
    }


def slot_resource(slot: Slot) -> Resource:
    """Return a stretch of time; nothing in it tells who takes it."""
    return {
        "resourceType": "Slot",
        "id": slot_id(slot.clinician_id, slot.interval.start),
        "schedule": reference("Schedule", slot.clinician_id),
        "status": slot.status.value,
        "start": instant(slot.interval.start),
        "end": instant(slot.interval.end),
    }


def slot_id(clinician_id: UUID, start: datetime) -> str:
    """Return the id of the slot that begins then: whose, and when (UTC)."""
    return f"{clinician_id.hex}-{start.astimezone(UTC):{_SLOT_TIME}}"


def parse_slot_id(told: str) -> tuple[UUID, datetime] | None:
    """Return whose slot that is and when it begins (UTC), or None when it is no slot's id."""
    if (found := _SLOT_ID.fullmatch(told)) is None:
        return None
    try:
        start = datetime.strptime(found[2], _SLOT_TIME).replace(tzinfo=UTC)
    except ValueError:  # a thirteenth month
        return None
    return (UUID(found[1]), start) if start.year in YEARS else None
