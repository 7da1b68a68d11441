"""Approvals as the scheduler tells them, each of a request of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from benchmarks.practice import CLINICIANS, INTAKE, PRACTICE, bench_id
from shared.schemas.request_approved import RequestApproved


def approvals() -> Iterator[RequestApproved]:
    """Yield approvals of next week for ever; every third was moved by staff before."""
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=7)
    for number in count():
        yield RequestApproved.model_validate(_wire(number, start))


def _wire(number: int, start: datetime) -> dict[str, Any]:
    identifier, clinician = uuid4(), CLINICIANS[number % len(CLINICIANS)]
    asked = start - timedelta(hours=1) if number % 3 == 0 else start
    changes = []
    if asked != start:
        changes = [{"field": "start", "asked": asked.isoformat(), "booked": start.isoformat()}]
    return {
        "id": f"{identifier}:approved",
        "source": "/openchair/scheduler",
        "type": "openchair.request.approved.v1",
        "subject": str(identifier),
        "time": start.isoformat(),
        "practiceid": str(PRACTICE.id),
        "correlationid": identifier.hex,
        "data": {
            "request_id": str(identifier),
            "request_type": "new",
            "decided_at": start.isoformat(),
            "practice": {
                "name": PRACTICE.name,
                "time_zone": PRACTICE.time_zone,
                "phone": PRACTICE.phone,
                "email": PRACTICE.email,
            },
            "client": {
                "client_id": str(bench_id(f"client:{number}")),
                "name": f"Client {number}",
                "email": f"client.{number}@example.org",
            },
            "asked": {"start": asked.isoformat(), "clinician_name": clinician.name},
            "appointment": {
                "appointment_id": str(uuid4()),
                "sequence": 0,
                "status": "booked",
                "start": start.isoformat(),
                "end": (start + timedelta(minutes=INTAKE.minutes)).isoformat(),
                "minutes": INTAKE.minutes,
                "clinician_id": str(clinician.id),
                "clinician_name": clinician.name,
                "modality": INTAKE.modality.value,
                "location": INTAKE.location,
            },
            "changes": changes,
        },
    }
