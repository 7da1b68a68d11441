"""`/v1/calendar` and `/v1/to-do`: what a day at the practice begins with."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.people import Client, StaffMember
from services.scheduler.http_api.appointment_models import AppointmentOutput
from services.scheduler.http_api.client_models import InvitationOutput
from services.scheduler.http_api.dependencies import (
    Wiring,
    needed_range,
    staff_dependency,
    utc_now,
)
from services.scheduler.http_api.request_models import RequestOutput, TotalOutput
from services.scheduler.use_cases.show_calendar import Calendar, show_calendar
from services.scheduler.use_cases.show_to_do import ToDo, show_to_do


class CalendarOutput(BaseModel):
    """Booked appointments and pending requests that touch the range, by their start."""

    appointments: list[AppointmentOutput]
    requests: list[RequestOutput]
    is_cut: bool = Field(description="There is more than can be told at once: ask for less.")

    @classmethod
    def of(cls, calendar: Calendar, now: datetime) -> Self:
        """Return the output for a calendar."""
        return cls(
            appointments=[AppointmentOutput.of(one) for one in calendar.appointments],
            requests=[RequestOutput.of(one, now) for one in calendar.requests],
            is_cut=calendar.is_cut,
        )


class ContactOutput(BaseModel):
    """How to reach a client."""

    name: str
    phone: str | None
    email: str | None
    birth_date: date | None


class ToContactOutput(BaseModel):
    """A declined request whose client is to be told."""

    request: RequestOutput
    contact: ContactOutput


class FailedEmailOutput(BaseModel):
    """An appointment of whose last change the client was not told."""

    appointment: AppointmentOutput
    contact: ContactOutput | None


class FailedInvitationOutput(BaseModel):
    """A client whom the invitation to the portal did not reach."""

    client_id: UUID
    invitation: InvitationOutput
    contact: ContactOutput


class FailedMessageOutput(BaseModel):
    """A declined request whose message did not reach the client."""

    request: RequestOutput
    contact: ContactOutput


class WaitingOutput(BaseModel):
    """Appointment requests to confirm, and since when (UTC) the oldest waits."""

    total: TotalOutput
    oldest_submitted_at: datetime | None
    oldest_age_seconds: int | None


class ToDoOutput(BaseModel):
    """What waits for you; longest waiting first."""

    requests_to_confirm: WaitingOutput
    clients_to_contact: list[ToContactOutput]
    failed_emails: list[FailedEmailOutput]
    failed_invitations: list[FailedInvitationOutput]
    failed_decline_messages: list[FailedMessageOutput]

    @classmethod
    def of(cls, to_do: ToDo, now: datetime) -> Self:
        """Return the output for a To-Do."""
        oldest = to_do.waiting.oldest and RequestOutput.of(to_do.waiting.oldest, now)
        return cls(
            requests_to_confirm=WaitingOutput(
                total=TotalOutput.of(to_do.waiting.total),
                oldest_submitted_at=oldest.submitted_at if oldest else None,
                oldest_age_seconds=oldest.age_seconds if oldest else None,
            ),
            clients_to_contact=[
                _to_contact(RequestOutput.of(one.request, now), one.client)
                for one in to_do.to_contact
            ],
            failed_emails=[
                FailedEmailOutput(
                    appointment=AppointmentOutput.of(one.appointment),
                    contact=one.client and _contact(one.client),
                )
                for one in to_do.failed_emails
            ],
            failed_invitations=[
                FailedInvitationOutput(
                    client_id=client.id,
                    invitation=InvitationOutput.of(client.invitation),
                    contact=_contact(client),
                )
                for client in to_do.failed_invitations
                if client.invitation is not None
            ],
            failed_decline_messages=[
                _failed_message(RequestOutput.of(one.request, now), one.client)
                for one in to_do.failed_decline_messages
            ],
        )


def day_routes(wiring: Wiring) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/v1", tags=["the day"])
    staff = Depends(staff_dependency(wiring))
    store = wiring.store

    @router.get("/calendar")
    async def calendar(
        actor: Annotated[StaffMember, staff],
        within: Annotated[Interval, Depends(needed_range)],
        clinician_id: Annotated[list[UUID] | None, Query(max_length=50)] = None,
    ) -> CalendarOutput:
        """Return what takes place and what waits; at most 100 days at once."""
        clinicians = frozenset(clinician_id) if clinician_id else None
        found = await show_calendar(store, actor, within, clinicians)
        return CalendarOutput.of(found, utc_now())

    @router.get("/to-do")
    async def to_do(actor: Annotated[StaffMember, staff]) -> ToDoOutput:
        """Return what waits for you."""
        now = utc_now()
        return ToDoOutput.of(await show_to_do(store, actor, now=now), now)

    return router


def _to_contact(request: RequestOutput, client: Client | None) -> ToContactOutput:
    return ToContactOutput(request=request, contact=_whom_to_contact(request, client))


def _failed_message(request: RequestOutput, client: Client | None) -> FailedMessageOutput:
    return FailedMessageOutput(request=request, contact=_whom_to_contact(request, client))


def _whom_to_contact(request: RequestOutput, client: Client | None) -> ContactOutput:
    if client is not None:
        return _contact(client)
    who = request.client
    return ContactOutput(name=who.name, phone=who.phone, email=who.email, birth_date=who.birth_date)


def _contact(client: Client) -> ContactOutput:
    return ContactOutput(
        name=client.name, phone=client.phone, email=client.email, birth_date=client.birth_date
    )
