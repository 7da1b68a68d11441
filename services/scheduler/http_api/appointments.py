"""`/v1/appointments`: list, one, history, book, move, cancel."""

from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Query, Response

from services.scheduler.domain.appointment import AppointmentStatus
from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.people import StaffMember
from services.scheduler.http_api import cursors
from services.scheduler.http_api.appointment_models import (
    AppointmentOutput,
    AppointmentPage,
    BookingInput,
    ChangedOutput,
    HistoryList,
    HistoryOutput,
    MoveInput,
)
from services.scheduler.http_api.cursors import CursorParameter
from services.scheduler.http_api.dependencies import (
    IdempotencyKey,
    Version,
    Wiring,
    correlation_id,
    optional_range,
    staff_dependency,
    utc_now,
)
from services.scheduler.mongo.appointments import AppointmentFilter
from services.scheduler.use_cases.book_appointment import book_appointment
from services.scheduler.use_cases.cancel_appointment import cancel_appointment
from services.scheduler.use_cases.change_appointment import Changed, find_appointment
from services.scheduler.use_cases.list_appointments import list_appointments
from services.scheduler.use_cases.move_appointment import move_appointment
from services.scheduler.use_cases.read_history import appointment_history

log = structlog.get_logger(__name__)

_ORDER = "start"
Limit = Annotated[int, Query(ge=1, le=200)]
Correlation = Annotated[str, Depends(correlation_id)]


def appointment_routes(wiring: Wiring) -> APIRouter:
    """Return the routes that read."""
    router = APIRouter(prefix="/v1/appointments", tags=["appointments"])
    staff = Depends(staff_dependency(wiring))
    store = wiring.store

    @router.get("")
    async def list_(
        actor: Annotated[StaffMember, staff],
        within: Annotated[Interval | None, Depends(optional_range)],
        clinician_id: Annotated[list[UUID] | None, Query(max_length=50)] = None,
        client_id: UUID | None = None,
        status: Annotated[list[AppointmentStatus] | None, Query(max_length=2)] = None,
        cursor: CursorParameter = None,
        limit: Limit = 50,
    ) -> AppointmentPage:
        """List appointments by their start; cancelled ones too, unless `status` says otherwise."""
        wanted = AppointmentFilter(
            within=within,
            clinician_ids=frozenset(clinician_id) if clinician_id else None,
            client_id=client_id,
            statuses=frozenset(status) if status else None,
        )
        after = cursors.decode_instant(cursor, _ORDER)
        page = await list_appointments(store, actor, wanted, after=after, limit=limit)
        return AppointmentPage(
            items=[AppointmentOutput.of(one) for one in page.appointments],
            next_cursor=page.end and cursors.encode(_ORDER, *page.end),
        )

    @router.get("/{appointment_id}")
    async def one(
        appointment_id: UUID, actor: Annotated[StaffMember, staff], response: Response
    ) -> AppointmentOutput:
        """Return one; its `ETag` goes with a change as `If-Match`."""
        appointment = await find_appointment(store, actor, appointment_id)
        response.headers["ETag"] = f'"{appointment.version}"'
        return AppointmentOutput.of(appointment)

    @router.get("/{appointment_id}/history")
    async def history(appointment_id: UUID, actor: Annotated[StaffMember, staff]) -> HistoryList:
        """Return what happened to it, oldest first."""
        entries = await appointment_history(store, actor, appointment_id)
        return HistoryList(items=[HistoryOutput.of(entry) for entry in entries])

    return router


def booking_routes(wiring: Wiring) -> APIRouter:
    """Return the routes that change the calendar without a request."""
    router = APIRouter(prefix="/v1/appointments", tags=["appointments"])
    staff = Depends(staff_dependency(wiring))
    store = wiring.store

    @router.post("", status_code=201)
    async def book(
        actor: Annotated[StaffMember, staff],
        body: BookingInput,
        correlation: Correlation,
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> ChangedOutput:
        """Book one; the client is e-mailed when the practice wants that."""
        changed = await book_appointment(
            store,
            actor,
            body.to_domain(),
            confirmed=body.confirmed,
            idempotency_key=idempotency_key,
            correlation_id=correlation,
            now=utc_now(),
        )
        if changed.repeated:
            response.status_code = 200
        response.headers["Location"] = f"/v1/appointments/{changed.appointment.id}"
        return _answer(wiring, changed, response)

    @router.post("/{appointment_id}/move")
    async def move(
        appointment_id: UUID,
        actor: Annotated[StaffMember, staff],
        body: MoveInput,
        version: Version,
        correlation: Correlation,
        response: Response,
    ) -> ChangedOutput:
        """Move it, or change it otherwise; the client is e-mailed of what concerns them."""
        changed = await move_appointment(
            store,
            actor,
            appointment_id,
            body.to_domain(),
            confirmed=body.confirmed,
            expected_version=version,
            correlation_id=correlation,
            now=utc_now(),
        )
        return _answer(wiring, changed, response)

    @router.post("/{appointment_id}/cancel")
    async def cancel(
        appointment_id: UUID,
        actor: Annotated[StaffMember, staff],
        version: Version,
        correlation: Correlation,
        response: Response,
    ) -> ChangedOutput:
        """Cancel it; the client is e-mailed when the practice wants that."""
        changed = await cancel_appointment(
            store,
            actor,
            appointment_id,
            expected_version=version,
            correlation_id=correlation,
            now=utc_now(),
        )
        return _answer(wiring, changed, response)

    return router


def _answer(wiring: Wiring, changed: Changed, response: Response) -> ChangedOutput:
    appointment = changed.appointment
    if not changed.repeated:
        wiring.wake_relay()
        log.info(
            "appointment.changed",
            appointment_id=str(appointment.id),
            sequence=appointment.sequence,
            status=appointment.status.value,
        )
    response.headers["ETag"] = f'"{appointment.version}"'
    return ChangedOutput.of(changed)
