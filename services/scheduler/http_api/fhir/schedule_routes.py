"""`Schedule` and `Slot`: read and search."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.refusals import CalendarNotFound, SlotNotFound
from services.scheduler.domain.slots import Slot, SlotStatus
from services.scheduler.http_api import cursors
from services.scheduler.http_api.dependencies import Wiring, staff_dependency, utc_now
from services.scheduler.http_api.fhir.answers import fhir_base, resource_response
from services.scheduler.http_api.fhir.bundles import searchset
from services.scheduler.http_api.fhir.capability import Offer
from services.scheduler.http_api.fhir.dates import bounds_of
from services.scheduler.http_api.fhir.outcomes import FhirResponse
from services.scheduler.http_api.fhir.parameters import (
    CURSOR,
    Parameter,
    Search,
    for_openapi,
    logical_id,
    needed,
    read_search,
    unusable,
)
from services.scheduler.http_api.fhir.schedules import (
    parse_slot_id,
    schedule_resource,
    slot_resource,
)
from services.scheduler.http_api.fhir.staff_pages import staff_page
from services.scheduler.use_cases.change_appointment import find_practice
from services.scheduler.use_cases.list_bookable import find_bookable, list_bookable
from services.scheduler.use_cases.show_slots import find_slot, show_slots

_OF_SCHEDULES: Final = (
    Parameter("actor", "reference", "The clinician: [id] or Practitioner/[id]."),
)
_OF_SLOTS: Final = (
    Parameter("schedule", "reference", "[id] or Schedule/[id]; needed.", needed=True),
    Parameter(
        "start",
        "date",
        "When it begins; needed, and repeated for both ends of a range of at most 100 days.",
        repeats=True,
        needed=True,
    ),
    Parameter("status", "token", "`free`, `busy` or both, with a comma between."),
)
# R4's other codes of a slot's state, which none has here.
_NEVER_HERE: Final = ("busy-unavailable", "busy-tentative", "entered-in-error")
_BY_NAME: Final = "fhir-schedule"
_BY_START: Final = "fhir-slot"

OFFERS: Final = (
    Offer(
        "Schedule",
        _OF_SCHEDULES,
        "One for each clinician who can be booked, under the clinician's id.",
        has_version=False,
    ),
    Offer(
        "Slot",
        _OF_SLOTS,
        "Each stretch of a day that a clinician works and that is not taken (`free`), and each that"
        " is taken (`busy`), without saying by whom. Not kept but worked out when asked for.",
        has_version=False,
    ),
)


def add_to(router: APIRouter, wiring: Wiring) -> None:
    """Add the routes."""
    _add_schedules(router, wiring)
    _add_slots(router, wiring)


def _add_schedules(router: APIRouter, wiring: Wiring) -> None:
    staff = Depends(staff_dependency(wiring))
    store = wiring.store

    @router.get("/Schedule", response_class=FhirResponse, openapi_extra=for_openapi(_OF_SCHEDULES))
    async def search_schedules(request: Request, actor: Annotated[StaffMember, staff]) -> Response:
        """Search the calendars of the practice."""
        search = read_search(request, _OF_SCHEDULES)
        clinician = search.reference("actor", "Practitioner")
        members = [
            member for member in await list_bookable(store, actor) if clinician in (None, member.id)
        ]
        page, cursor = staff_page(members, search, _BY_NAME)
        now = utc_now()
        resources = [schedule_resource(member, now) for member in page]
        base = fhir_base(wiring, request)
        return FhirResponse(searchset(base, "Schedule", search, resources, cursor))

    @router.get("/Schedule/{resource_id}", response_class=FhirResponse)
    async def read_schedule(resource_id: str, actor: Annotated[StaffMember, staff]) -> Response:
        """Return one clinician's calendar."""
        identifier = logical_id(resource_id)
        if identifier is None:
            raise CalendarNotFound
        clinician = await find_bookable(store, actor, identifier)
        return resource_response(schedule_resource(clinician, utc_now()))


def _add_slots(router: APIRouter, wiring: Wiring) -> None:
    staff = Depends(staff_dependency(wiring))
    store = wiring.store

    @router.get("/Slot", response_class=FhirResponse, openapi_extra=for_openapi(_OF_SLOTS))
    async def search_slots(request: Request, actor: Annotated[StaffMember, staff]) -> Response:
        """Search a clinician's free and busy time."""
        search = read_search(request, _OF_SLOTS)
        clinician_id = search.reference("schedule", "Schedule")
        if clinician_id is None:
            raise needed("schedule")
        statuses = search.choices("status", (*SlotStatus, *_NEVER_HERE))
        slots = await show_slots(store, actor, clinician_id, await _starting(wiring, actor, search))
        chosen = [slot for slot in slots if statuses is None or slot.status in statuses]
        page, cursor = _page(chosen, search)
        base = fhir_base(wiring, request)
        resources = [slot_resource(slot) for slot in page]
        return FhirResponse(searchset(base, "Slot", search, resources, cursor))

    @router.get("/Slot/{slot_id}", response_class=FhirResponse)
    async def read_slot(slot_id: str, actor: Annotated[StaffMember, staff]) -> Response:
        """Return one stretch of time, while it is as it was."""
        if (told := parse_slot_id(slot_id)) is None:
            raise SlotNotFound
        return resource_response(slot_resource(await find_slot(store, actor, *told)))


async def _starting(wiring: Wiring, actor: StaffMember, search: Search) -> Interval:
    practice = await find_practice(wiring.store, actor)
    try:
        bounds = bounds_of(search.all("start"), practice.time_zone)
    except ValueError:
        raise unusable("start") from None
    if bounds.from_ is None or bounds.until is None:
        raise needed("start with both ends of a range")
    return Interval(bounds.from_, bounds.until)


def _page(slots: list[Slot], search: Search) -> tuple[list[Slot], str | None]:
    position = cursors.decode_instant(search.one(CURSOR.name), _BY_START)
    if position is not None:
        slots = [slot for slot in slots if slot.interval.start > position[0]]
    page = slots[: search.count]
    if len(page) == len(slots):
        return page, None
    last = page[-1]
    return page, cursors.encode(_BY_START, last.interval.start, last.clinician_id)
