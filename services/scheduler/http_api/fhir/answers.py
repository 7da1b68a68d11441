"""What every FHIR answer is made with: the address of this server, and versions as headers."""

from typing import Final

from fastapi import Request

from services.scheduler.http_api.dependencies import Wiring, public_base
from services.scheduler.http_api.fhir.datatypes import Resource
from services.scheduler.http_api.fhir.outcomes import FhirResponse

PREFIX: Final = "/fhir/r4"


def fhir_base(wiring: Wiring, request: Request) -> str:
    """Return FHIR's address here, as whoever asks can reach it; without a slash at its end."""
    return f"{public_base(wiring, request)}{PREFIX}"


def resource_response(resource: Resource) -> FhirResponse:
    """Return one resource, with its version as a weak ETag where it has one."""
    version = resource.get("meta", {}).get("versionId")
    return FhirResponse(resource, headers={"ETag": f'W/"{version}"'} if version else {})
