"""FHIR's data types, from ours; https://hl7.org/fhir/R4/datatypes.html."""

import re
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

Resource = dict[str, Any]
"""A resource or a part of one, ready to be written as JSON."""

CPT: Final = "http://www.ama-assn.org/go/cpt"
OWN_SERVICE_CODES: Final = "urn:openchair:service-code"
MODALITY: Final = "urn:openchair:fhir:modality"
REQUEST_TYPE: Final = "urn:openchair:fhir:request-type"
UUID_SYSTEM: Final = "urn:ietf:rfc:3986"

# Five digits, or four and the letter of a category; the list itself may not be copied.
_CPT_CODE: Final = re.compile(r"\d{4}[\dAFMTU]", re.ASCII)


def instant(value: datetime) -> str:
    """Return an instant in UTC; with milliseconds only where there are any."""
    precision = "milliseconds" if value.microsecond else "seconds"
    return value.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")


def reference(kind: str, identifier: UUID, display: str | None = None) -> Resource:
    """Return a reference to a resource that can be read here."""
    told = {"reference": f"{kind}/{identifier}", "type": kind}
    return told if display is None else {**told, "display": display}


def named(kind: str, display: str) -> Resource:
    """Return a reference to somebody or something that has no resource here."""
    return {"type": kind, "display": display}


def service_type(label: str, code: str | None = None) -> Resource:
    """Return a service in the practice's own words, with its code where it is known.

    A code in the form of CPT is told as one; whether CPT has it is the practice's to know.
    """
    if code is None:
        return {"text": label}
    system = CPT if _CPT_CODE.fullmatch(code) else OWN_SERVICE_CODES
    return {"coding": [{"system": system, "code": code}], "text": label}


def code_extension(url: str, code: str) -> Resource:
    """Return an extension that holds one of our codes."""
    return {"url": url, "valueCode": code}


def meta(version: int, changed_at: datetime | None = None) -> Resource:
    """Return a version, and when (UTC) it came to be where that is known."""
    told: Resource = {"versionId": str(version)}
    if changed_at is not None:
        told["lastUpdated"] = instant(changed_at)
    return told
