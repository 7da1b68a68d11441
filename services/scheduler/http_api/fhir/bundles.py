"""Search results as FHIR `Bundle`s."""

from collections.abc import Sequence
from urllib.parse import urlencode

from services.scheduler.http_api.fhir.datatypes import Resource
from services.scheduler.http_api.fhir.parameters import CURSOR, Search


def searchset(
    base: str,
    kind: str,
    search: Search,
    resources: Sequence[Resource],
    next_cursor: str | None,
    total: int | None = None,
) -> Resource:
    """Return a page of a search for resources of one kind; `base` is FHIR's address here.

    The total is told where it is known, and where the first page holds all.
    """
    links = [_link(base, kind, search, "self", search.one(CURSOR.name))]
    if next_cursor is not None:
        links.append(_link(base, kind, search, "next", next_cursor))
    bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "link": links}
    if next_cursor is None and search.one(CURSOR.name) is None:
        total = len(resources)
    if total is not None:
        bundle["total"] = total
    if resources:
        bundle["entry"] = [
            {
                "fullUrl": f"{base}/{kind}/{resource['id']}",
                "resource": resource,
                "search": {"mode": "match"},
            }
            for resource in resources
        ]
    return bundle


def _link(base: str, kind: str, search: Search, relation: str, cursor: str | None) -> Resource:
    told = [
        (name, value)
        for name, values in search.values.items()
        if name != CURSOR.name
        for value in values
    ]
    if cursor is not None:
        told.append((CURSOR.name, cursor))
    query = f"?{urlencode(told)}" if told else ""
    return {"relation": relation, "url": f"{base}/{kind}{query}"}
