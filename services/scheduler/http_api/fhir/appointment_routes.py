"""`Appointment`: read and search."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.scheduler.domain.appointment import Appointment
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import AppointmentNotFound
from services.scheduler.http_api.dependencies import Wiring, staff_dependency
from services.scheduler.http_api.fhir import appointment_search
from services.scheduler.http_api.fhir.answers import fhir_base, resource_response
from services.scheduler.http_api.fhir.appointments import appointment_resource, request_resource
from services.scheduler.http_api.fhir.bundles import searchset
from services.scheduler.http_api.fhir.capability import Offer
from services.scheduler.http_api.fhir.dates import Bounds, bounds_of
from services.scheduler.http_api.fhir.outcomes import FhirResponse
from services.scheduler.http_api.fhir.parameters import (
    Search,
    for_openapi,
    logical_id,
    read_search,
    unusable,
)
from services.scheduler.use_cases.change_appointment import find_practice
from services.scheduler.use_cases.find_booked_or_asked import find_booked_or_asked
from services.scheduler.use_cases.list_booked_and_asked import (
    BookedAndAsked,
    list_booked_and_asked,
)

OFFERS: Final = (
    Offer(
        "Appointment",
        appointment_search.OFFERED,
        "Appointments, `booked` or `cancelled`, and requests: `proposed` while they wait,"
        " `cancelled` when declined or withdrawn; an approved request is told by its appointment"
        " alone. Requests come first, then appointments, each by time.",
    ),
)


def add_to(router: APIRouter, wiring: Wiring) -> None:
    """Add the routes."""
    staff = Depends(staff_dependency(wiring))
    store = wiring.store
    described = for_openapi(appointment_search.OFFERED)

    @router.get("/Appointment", response_class=FhirResponse, openapi_extra=described)
    async def search_appointments(
        request: Request, actor: Annotated[StaffMember, staff]
    ) -> Response:
        """Search what is booked and what was asked for."""
        search = read_search(request, appointment_search.OFFERED)
        wanted = appointment_search.to_filter(search, await _starts(wiring, actor, search))
        page = await list_booked_and_asked(
            store, actor, wanted, after=appointment_search.position_in(search), limit=search.count
        )
        return FhirResponse(
            searchset(
                fhir_base(wiring, request),
                "Appointment",
                search,
                _resources(page),
                appointment_search.cursor_of(page.end),
            )
        )

    @router.get("/Appointment/{resource_id}", response_class=FhirResponse)
    async def read_appointment(resource_id: str, actor: Annotated[StaffMember, staff]) -> Response:
        """Return one appointment, or one request that is not approved."""
        identifier = logical_id(resource_id)
        if identifier is None:
            raise AppointmentNotFound
        found = await find_booked_or_asked(store, actor, identifier)
        if isinstance(found.item, Appointment):
            return resource_response(appointment_resource(found.item, found.booked_at))
        return resource_response(request_resource(found.item))


async def _starts(wiring: Wiring, actor: StaffMember, search: Search) -> Bounds:
    dates = search.all("date")
    if not dates:
        return Bounds()
    practice = await find_practice(wiring.store, actor)
    try:
        return bounds_of(dates, practice.time_zone)
    except ValueError:
        raise unusable("date") from None


def _resources(page: BookedAndAsked) -> list[dict[str, object]]:
    return [
        appointment_resource(item, page.booked_at.get(item.id))
        if isinstance(item, Appointment)
        else request_resource(item)
        for item in page.items
    ]
