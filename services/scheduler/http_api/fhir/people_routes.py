"""`Patient` and `Practitioner`: read and search."""

import re
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import TypeAdapter
from starlette.responses import Response

from services.scheduler.domain.people import StaffMember
from services.scheduler.domain.record_refusals import ClientNotFound, StaffNotFound
from services.scheduler.http_api import cursors
from services.scheduler.http_api.dependencies import Wiring, staff_dependency
from services.scheduler.http_api.fhir.answers import fhir_base, resource_response
from services.scheduler.http_api.fhir.bundles import searchset
from services.scheduler.http_api.fhir.capability import Offer
from services.scheduler.http_api.fhir.datatypes import UUID_SYSTEM
from services.scheduler.http_api.fhir.outcomes import FhirResponse
from services.scheduler.http_api.fhir.parameters import (
    CURSOR,
    Parameter,
    Search,
    for_openapi,
    logical_id,
    read_search,
    unusable,
)
from services.scheduler.http_api.fhir.people import patient_resource, practitioner_resource
from services.scheduler.http_api.fhir.staff_pages import staff_page
from services.scheduler.mongo.clients import ClientFilter
from services.scheduler.use_cases.list_clients import find_client, list_clients
from services.scheduler.use_cases.list_staff import find_member, list_staff
from shared.schemas.fields import ShortText

_ID: Final = Parameter("_id", "token", "One or several, with commas between.")
_IDENTIFIER: Final = Parameter(
    "identifier", "token", f"urn:uuid:[id], also as {UUID_SYSTEM}|urn:uuid:[id]."
)
# Not `name`: it would be in the URL. `POST /v1/clients/search` finds people by name.
_OF_PATIENTS: Final = (_ID, _IDENTIFIER)
_OF_PRACTITIONERS: Final = (
    _ID,
    _IDENTIFIER,
    Parameter("active", "token", "`true`: at work in the practice; `false`: has left."),
)
_PATIENTS: Final = "fhir-patient"
_PRACTITIONERS: Final = "fhir-practitioner"
_TEXT: Final = TypeAdapter[str](ShortText)
_COMMA: Final = re.compile(r"(?<!\\),")

OFFERS: Final = (
    Offer("Patient", _OF_PATIENTS, "Clients whose records you may see, by name."),
    Offer("Practitioner", _OF_PRACTITIONERS, "Everybody on the staff of your practice, by name."),
)


def add_to(router: APIRouter, wiring: Wiring) -> None:
    """Add the routes."""
    _add_patients(router, wiring)
    _add_practitioners(router, wiring)


def _add_patients(router: APIRouter, wiring: Wiring) -> None:
    staff = Depends(staff_dependency(wiring))
    store = wiring.store

    @router.get("/Patient", response_class=FhirResponse, openapi_extra=for_openapi(_OF_PATIENTS))
    async def search_patients(request: Request, actor: Annotated[StaffMember, staff]) -> Response:
        """Search client records."""
        search = read_search(request, _OF_PATIENTS)
        page = await list_clients(
            store,
            actor,
            ClientFilter(ids=_ids(search)),
            after=cursors.decode_id(search.one(CURSOR.name), _PATIENTS),
            limit=search.count,
        )
        resources = [patient_resource(client) for client in page.clients]
        cursor = None if page.end is None else cursors.encode(_PATIENTS, None, page.end)
        total = page.total.count if page.total and not page.total.is_more else None
        base = fhir_base(wiring, request)
        return FhirResponse(searchset(base, "Patient", search, resources, cursor, total))

    @router.get("/Patient/{resource_id}", response_class=FhirResponse)
    async def read_patient(resource_id: str, actor: Annotated[StaffMember, staff]) -> Response:
        """Return one client."""
        identifier = logical_id(resource_id)
        if identifier is None:
            raise ClientNotFound
        return resource_response(patient_resource(await find_client(store, actor, identifier)))


def _add_practitioners(router: APIRouter, wiring: Wiring) -> None:
    staff = Depends(staff_dependency(wiring))
    store = wiring.store
    described = for_openapi(_OF_PRACTITIONERS)

    @router.get("/Practitioner", response_class=FhirResponse, openapi_extra=described)
    async def search_practitioners(
        request: Request, actor: Annotated[StaffMember, staff]
    ) -> Response:
        """Search the staff."""
        search = read_search(request, _OF_PRACTITIONERS)
        active, ids = search.choices("active", ("true", "false")), _ids(search)
        wanted = None if active is None or len(active) > 1 else "true" in active
        members = [
            member
            for member in await list_staff(store, actor, active=wanted)
            if ids is None or member.id in ids
        ]
        page, cursor = staff_page(members, search, _PRACTITIONERS)
        resources = [practitioner_resource(member) for member in page]
        base = fhir_base(wiring, request)
        return FhirResponse(searchset(base, "Practitioner", search, resources, cursor))

    @router.get("/Practitioner/{resource_id}", response_class=FhirResponse)
    async def read_practitioner(resource_id: str, actor: Annotated[StaffMember, staff]) -> Response:
        """Return one member of staff, also one who has left."""
        identifier = logical_id(resource_id)
        if identifier is None:
            raise StaffNotFound
        member = await find_member(store, actor, identifier)
        return resource_response(practitioner_resource(member))


def _ids(search: Search) -> frozenset[UUID] | None:
    ids, told = search.ids("_id"), search.one("identifier")
    if told is None:
        return ids
    system, _, value = told.rpartition("|")
    identifier = logical_id(value.removeprefix("urn:uuid:"))
    if system not in ("", UUID_SYSTEM) or not value.startswith("urn:uuid:") or identifier is None:
        raise unusable("identifier")
    return frozenset({identifier}) if ids is None else ids & {identifier}
