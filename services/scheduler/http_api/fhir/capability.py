"""The `CapabilityStatement`: what is offered, made from the tables that offer it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.scheduler.http_api.fhir.datatypes import Resource
from services.scheduler.http_api.fhir.outcomes import MEDIA_TYPE
from services.scheduler.http_api.fhir.parameters import COUNT, Parameter

FHIR_VERSION: Final = "4.0.1"
SOFTWARE_VERSION: Final = "0.1.0"
_CHANGED_ON: Final = "2026-11-22"
_SECURITY_SERVICES: Final = "http://terminology.hl7.org/CodeSystem/restful-security-service"


@dataclass(frozen=True, slots=True)
class Offer:
    """One kind of resource: read by id, searched for by these; with or without a version."""

    kind: str
    parameters: Sequence[Parameter]
    documentation: str
    has_version: bool = True


def capability_statement(base: str, offers: Sequence[Offer]) -> Resource:
    """Return what is offered at an address."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _CHANGED_ON,
        "publisher": "Openchair",
        "kind": "instance",
        "software": {"name": "Openchair scheduler", "version": SOFTWARE_VERSION},
        "implementation": {
            "description": "Appointments, requests and calendars of therapy practices, to read",
            "url": base,
        },
        "fhirVersion": FHIR_VERSION,
        "format": [MEDIA_TYPE, "json"],
        "rest": [
            {
                "mode": "server",
                "security": {
                    "service": [
                        {
                            "coding": [{"system": _SECURITY_SERVICES, "code": "OAuth"}],
                            "text": "OAuth 2.0 bearer token",
                        }
                    ],
                    "description": "A bearer token of a member of staff, in `Authorization`. What"
                    " its holder may not see is not there: 404, and in no search.",
                },
                "resource": [_resource(offer) for offer in offers],
            }
        ],
    }


def _resource(offer: Offer) -> Resource:
    return {
        "type": offer.kind,
        "documentation": offer.documentation,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "versioned" if offer.has_version else "no-version",
        "readHistory": False,
        "updateCreate": False,
        "searchParam": [_parameter(parameter) for parameter in (*offer.parameters, COUNT)],
    }


def _parameter(parameter: Parameter) -> Mapping[str, str]:
    return {
        "name": parameter.name,
        "type": parameter.type,
        "documentation": parameter.documentation,
    }
