"""Whether what the FHIR routes emit is FHIR: by the models of fhir.resources, and by rules of it.

fhir.resources has no plain R4 any more; its R4B (4.3.0) is alike in every element used here. It
knows the codes of required value sets, and what a reference may lead to, but does not check them:
that is done here, with the rules of `Appointment` and `Bundle` that are FHIRPath in the standard.
"""

import re
from collections.abc import Iterator
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from pydantic import BaseModel

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")

_ANY_MIME_TYPE = ("format",)  # its "codes" there are words of its description


def check_fhir(resource: dict[str, Any]) -> dict[str, Any]:
    """Return the resource; fails where it is not FHIR."""
    assert _nothing_is_empty(resource), "FHIR has no empty values"
    kind = resource["resourceType"]
    model = get_fhir_model_class(kind).model_validate(resource)
    told = model.model_dump(mode="json", exclude_none=True)
    assert told["resourceType"] == kind
    assert _shape(told) == _shape(resource), "fhir.resources understood something else"
    for element in _elements(model):
        _check_codes(element)
    if "id" in resource:
        assert _ID.fullmatch(resource["id"])
    if kind == "Appointment":
        _check_appointment(resource)
    if kind == "Bundle":
        _check_bundle(resource)
    return resource


def entries(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the resources of a bundle, checked."""
    return [entry["resource"] for entry in check_fhir(bundle).get("entry", [])]


def link(bundle: dict[str, Any], relation: str) -> str | None:
    """Return the address of a link, or None."""
    urls = [one["url"] for one in bundle["link"] if one["relation"] == relation]
    return urls[0] if urls else None


def _nothing_is_empty(value: Any) -> bool:
    if isinstance(value, dict):
        return bool(value) and all(_nothing_is_empty(one) for one in value.values())
    if isinstance(value, list):
        return bool(value) and all(_nothing_is_empty(one) for one in value)
    return value is not None and value != ""


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_shape(one) for one in value]
    return type(value).__name__


def _elements(model: BaseModel) -> Iterator[BaseModel]:
    yield model
    for name in type(model).model_fields:
        value = getattr(model, name)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, BaseModel):
                yield from _elements(one)


def _check_codes(element: BaseModel) -> None:
    for name, field in type(element).model_fields.items():
        rules: Any = field.json_schema_extra
        value = getattr(element, name)
        if not rules or value is None:
            continue
        for one in value if isinstance(value, list) else [value]:
            if (codes := rules.get("enum_values")) and name not in _ANY_MIME_TYPE:
                assert one in codes, f"{name} has no code {one}"
            if (kinds := rules.get("enum_reference_types")) and "Resource" not in kinds:
                assert one.type in kinds, f"{name} cannot lead to {one.type}"
                assert one.reference is None or one.reference.startswith(f"{one.type}/")


def _check_appointment(resource: dict[str, Any]) -> None:
    assert ("start" in resource) == ("end" in resource)
    assert "start" in resource or resource["status"] in ("proposed", "cancelled", "waitlist")
    for name in ("start", "end"):
        assert name not in resource or _INSTANT.fullmatch(resource[name])
    assert "Z" in resource["meta"]["lastUpdated"]
    assert all("actor" in one or "type" in one for one in resource["participant"])


def _check_bundle(resource: dict[str, Any]) -> None:
    addresses = [entry["fullUrl"] for entry in resource.get("entry", [])]
    assert len(set(addresses)) == len(addresses)
    for entry in resource.get("entry", []):
        inner = check_fhir(entry["resource"])
        assert entry["fullUrl"].endswith(f"/{inner['resourceType']}/{inner['id']}")
    assert [one["relation"] for one in resource["link"]] in (["self"], ["self", "next"])
