"""`/fhir/r4`: what is offered, and everything that is none of it."""

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.scheduler.http_api.dependencies import Wiring
from services.scheduler.http_api.fhir import (
    appointment_routes,
    people_routes,
    schedule_routes,
)
from services.scheduler.http_api.fhir.answers import PREFIX, fhir_base
from services.scheduler.http_api.fhir.capability import Offer, capability_statement
from services.scheduler.http_api.fhir.outcomes import FhirResponse, FhirRoute
from services.scheduler.http_api.fhir.parameters import FORMAT, Search, require_json
from shared.http.problems import Problem

_METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]

OFFERS: Final[tuple[Offer, ...]] = (
    *appointment_routes.OFFERS,
    *schedule_routes.OFFERS,
    *people_routes.OFFERS,
)


def fhir_routes(wiring: Wiring) -> APIRouter:
    """Return all of FHIR's routes; the last takes what no other does."""
    router = APIRouter(prefix=PREFIX, tags=["FHIR R4"], route_class=FhirRoute)

    @router.get("/metadata", response_class=FhirResponse)
    async def metadata(request: Request) -> Response:
        """Return the CapabilityStatement; no token is needed."""
        told = request.query_params.get(FORMAT.name)
        require_json(Search({FORMAT.name: [told]} if told else {}))
        return FhirResponse(capability_statement(fhir_base(wiring, request), OFFERS))

    appointment_routes.add_to(router, wiring)
    schedule_routes.add_to(router, wiring)
    people_routes.add_to(router, wiring)

    @router.api_route("/{nothing:path}", methods=_METHODS, include_in_schema=False)
    async def nothing_there(request: Request) -> Response:
        """Say that there is nothing at the path, or that it can only be read."""
        if request.method == "GET":
            raise Problem(
                HTTPStatus.NOT_FOUND, "not-found", "Nothing is here; see [base]/metadata."
            )
        raise Problem(
            HTTPStatus.METHOD_NOT_ALLOWED,
            "method-not-allowed",
            "Everything here can be read, and nothing else.",
            headers={"Allow": "GET"},
        )

    return router
