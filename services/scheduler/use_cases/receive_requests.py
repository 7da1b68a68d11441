"""Take requests in from the portal: many at once, each exactly once.

What does not fit the practice's records is flagged and kept for staff, not lost (PRODUCT 8.13).
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.appointment_request import (
    AppointmentRequest,
    Asked,
    Requester,
    RequestFlag,
)
from services.scheduler.domain.people import Client, Service, StaffMember
from services.scheduler.domain.portal_access import PortalAccess
from services.scheduler.mongo.requests import Received
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.check_against_portal import flags_from_portal
from services.scheduler.use_cases.hold_against_others import hold_against_others
from services.scheduler.use_cases.portal_policy import Portal, portals_ever_set
from services.scheduler.use_cases.recheck_originals import recheck_originals
from services.scheduler.use_cases.show_to_assigned import recheck
from services.scheduler.use_cases.withdraw_request import apply_withdrawal
from shared.schemas.request_submitted import RequestSubmitted, RequestSubmittedData
from shared.schemas.vocabulary import RequestStatus

UNKNOWN_CLIENT_NAME: Final = "Unknown client"
_NOBODY: Final = UUID(int=0)

_Record = TypeVar("_Record", Client, Service, StaffMember, Appointment)


@dataclass(frozen=True, slots=True)
class _Records:
    practices: set[UUID]
    clients: dict[UUID, Client]
    services: dict[UUID, Service]
    staff: dict[UUID, StaffMember]
    appointments: dict[UUID, Appointment]


@dataclass(frozen=True, slots=True)
class _Known:
    """The practice's own records that one submission names; what is another's is absent."""

    client: Client | None
    service: Service | None
    clinician: StaffMember | None
    original: Appointment | None


async def receive_requests(
    store: Store, events: Sequence[RequestSubmitted], *, now: datetime
) -> list[str | None]:
    """Insert each request once; return for each event None, or why it can never be taken in.

    A repetition of the same request is success. The same id with other content leaves the first as
    it is and flags it (ARCHITECTURE "Ids and idempotency").
    """
    records = await _load(store, events)
    reasons: list[str | None] = [
        None if event.practiceid in records.practices else "unknown-practice" for event in events
    ]
    received = [
        _receive(event, _known(event, records), now)
        for event, reason in zip(events, reasons, strict=True)
        if reason is None
    ]
    if received:
        portals = await portals_ever_set(store, {item.request.practice_id for item in received})
        received = await _held_against(store, portals, received, records, now)
        repeated = await store.requests.insert_many(received)
        await store.requests.flag_key_reuse(repeated)
        await hold_against_others(store, portals, [item.request for item in received])
        await recheck(store, records.clients.values())
        await recheck_originals(store, records.appointments.values())
        for withdrawal in await store.withdrawals.of_requests(item.request.id for item in received):
            await apply_withdrawal(store, withdrawal, now=now)
    return reasons


async def _held_against(
    store: Store,
    portals: Mapping[UUID, Portal],
    received: Sequence[Received],
    records: _Records,
    now: datetime,
) -> list[Received]:
    requests = [item.request for item in received]
    flags = await flags_from_portal(store, portals, requests, records.appointments, now=now)
    return [
        replace(
            item,
            request=replace(
                item.request,
                flags=item.request.flags | flags.get(item.request.id, frozenset()),
            ),
        )
        for item in received
    ]


async def _load(store: Store, events: Sequence[RequestSubmitted]) -> _Records:
    told = [event.data for event in events]
    return _Records(
        practices=await store.practices.get_existing({event.practiceid for event in events}),
        clients=await store.clients.get_many({item.client_id for item in told if item.client_id}),
        services=await store.services.get_many(
            {item.service_id for item in told if item.service_id}
        ),
        staff=await store.staff.get_many({item.clinician_id for item in told if item.clinician_id}),
        appointments=await store.appointments.get_many(
            {item.appointment_id for item in told if item.appointment_id}
        ),
    )


def _known(event: RequestSubmitted, records: _Records) -> _Known:
    data = event.data
    client = _own(records.clients.get(data.client_id or _NOBODY), event.practiceid)
    original = _own(records.appointments.get(data.appointment_id or _NOBODY), event.practiceid)
    if original is not None and original.client_id != data.client_id:
        original = None  # somebody else's: as good as unknown
    return _Known(
        client=client,
        service=_own(records.services.get(data.service_id or _NOBODY), event.practiceid),
        clinician=_own(records.staff.get(data.clinician_id or _NOBODY), event.practiceid),
        original=original,
    )


def _own(record: _Record | None, practice_id: UUID) -> _Record | None:
    return record if record is not None and record.practice_id == practice_id else None


def _receive(event: RequestSubmitted, known: _Known, now: datetime) -> Received:
    data = event.data
    request = AppointmentRequest(
        id=data.request_id,
        practice_id=event.practiceid,
        type=data.request_type,
        status=RequestStatus.PENDING,
        version=1,
        requester=_requester(data, known.client),
        asked=_asked(data, known),
        flags=frozenset(_flags(data, known, now)),
        submitted_by=data.submitted_by,
        submitted_at=data.submitted_at,
        received_at=now,
        correlation_id=event.correlationid,
    )
    return Received(request, _seen_by(request, known.client), _fingerprint(data))


def _seen_by(request: AppointmentRequest, client: Client | None) -> frozenset[UUID]:
    # PRODUCT 7: requests of assigned clients, and of new clients who asked for them.
    if client is not None:
        return frozenset(client.assigned_staff_ids)
    if request.requester.is_new and request.asked.clinician_id is not None:
        return frozenset({request.asked.clinician_id})
    return frozenset()


def _asked(data: RequestSubmittedData, known: _Known) -> Asked:
    # Who moves an appointment and says no more wants the same service with the same clinician.
    booked = known.original.booking if known.original else None
    service = (known.service.id, known.service.label) if known.service else None
    clinician = (known.clinician.id, known.clinician.name) if known.clinician else None
    if booked is not None:
        service = service or (booked.service_id, booked.service_label)
        clinician = clinician or (booked.clinician_id, booked.clinician_name)
    service_id, service_label = service or (None, None)
    minutes = booked.minutes if booked else None
    if known.service is not None:
        minutes = known.service.minutes
    clinician_id, clinician_name = clinician or (None, None)
    return Asked(
        start=data.start,
        minutes=minutes,
        service_id=service_id,
        service_label=service_label,
        clinician_id=clinician_id,
        clinician_name=clinician_name,
        note=data.note,
        appointment_id=known.original.id if known.original else None,
        original_start=booked.start if booked else None,
    )


def _requester(data: RequestSubmittedData, client: Client | None) -> Requester:
    if data.prospective_client is not None:
        new = data.prospective_client
        return Requester(
            None,
            True,
            new.name,
            new.email,
            new.phone,
            new.birth_date,
            data.time_zone,
            data.language,
        )
    if client is None:
        return Requester(
            data.client_id,
            False,
            UNKNOWN_CLIENT_NAME,
            None,
            None,
            None,
            data.time_zone,
            data.language,
        )
    return Requester(
        client.id,
        False,
        client.name,
        client.email,
        client.phone,
        client.birth_date,
        data.time_zone or client.time_zone,
        data.language,
    )


def _flags(data: RequestSubmittedData, known: _Known, now: datetime) -> Iterator[RequestFlag]:
    if data.client_id is not None and known.client is None:
        yield RequestFlag.CLIENT_UNKNOWN
    if known.client is not None and known.client.portal_access is PortalAccess.NONE:
        yield RequestFlag.CLIENT_WITHOUT_ACCESS
    if data.service_id is not None and known.service is None:
        yield RequestFlag.SERVICE_UNKNOWN
    if data.clinician_id is not None and known.clinician is None:
        yield RequestFlag.CLINICIAN_UNKNOWN
    if data.appointment_id is not None and known.original is None:
        yield RequestFlag.ORIGINAL_UNKNOWN
    if known.original is not None and not known.original.is_booked:
        yield RequestFlag.ORIGINAL_CANCELLED
    elif known.original is not None and known.original.booking.end <= now:
        yield RequestFlag.ORIGINAL_OVER
    if data.start is not None and data.start <= now:
        yield RequestFlag.ARRIVED_PAST_ITS_TIME


def _fingerprint(data: RequestSubmittedData) -> str:
    content = data.model_dump_json(exclude={"submitted_at"}, exclude_none=True)
    return hashlib.sha256(content.encode()).hexdigest()
