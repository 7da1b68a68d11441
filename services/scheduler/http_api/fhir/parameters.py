"""Search parameters: one table says what is offered, to readers of it and to those who search.

Nothing is ignored: a parameter that is not known, or a value that cannot be meant, is refused, so
that nobody takes all for what they asked for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from fastapi import Request

from shared.http.problems import Problem

MOST: Final = 200
USUAL: Final = 50
LONGEST_VALUE: Final = 1200


@dataclass(frozen=True, slots=True)
class Parameter:
    """One that a search takes; `type` is FHIR's, `needed` says that there is no search without."""

    name: str
    type: str
    documentation: str
    repeats: bool = False
    needed: bool = False


COUNT: Final = Parameter("_count", "number", f"How many on a page: {USUAL}, at most {MOST}.")
FORMAT: Final = Parameter("_format", "string", "JSON is the only one.")
CURSOR: Final = Parameter("_cursor", "string", "As in the `next` link of the page before.")
OF_EVERY_SEARCH: Final = (COUNT, FORMAT, CURSOR)

_JSON: Final = {"json", "application/json", "application/fhir+json"}


@dataclass(frozen=True, slots=True)
class Search:
    """What was asked for, by the names of parameters; read it by kind of value."""

    values: dict[str, list[str]] = field(default_factory=dict)

    def one(self, name: str) -> str | None:
        """Return the only value of a parameter, or None without."""
        return next(iter(self.values.get(name, [])), None)

    def all(self, name: str) -> list[str]:
        """Return all values of a parameter."""
        return self.values.get(name, [])

    def choices(self, name: str, known: Iterable[str]) -> frozenset[str] | None:
        """Return the codes chosen, of those known; None without."""
        if (told := self.one(name)) is None:
            return None
        chosen = frozenset(told.split(","))
        if not chosen <= set(known):
            raise unusable(name)
        return chosen

    def ids(self, name: str) -> frozenset[UUID] | None:
        """Return the logical ids chosen; None without."""
        if (told := self.one(name)) is None:
            return None
        ids = [logical_id(one) for one in told.split(",")]
        if len(ids) > MOST or None in ids:
            raise unusable(name)
        return frozenset(one for one in ids if one is not None)

    def reference(self, name: str, kind: str) -> UUID | None:
        """Return the id in the reference to a resource of a kind; None without."""
        if (told := self.one(name)) is None:
            return None
        found = parse_reference(told)
        if found is None or found[0] not in ("", kind):
            raise unusable(name)
        return found[1]

    @property
    def count(self) -> int:
        """How many are wanted on a page."""
        told = self.one(COUNT.name)
        if told is None:
            return USUAL
        if not (told.isascii() and told.isdecimal()) or int(told[:9]) == 0:
            raise unusable(COUNT.name)
        return min(int(told[:9]), MOST)


def read_search(request: Request, offered: Sequence[Parameter]) -> Search:
    """Return what a request searches for, in a search that offers these beside the common ones."""
    known = {parameter.name: parameter for parameter in (*offered, *OF_EVERY_SEARCH)}
    search = Search()
    for name, value in request.query_params.multi_items():
        if (parameter := known.get(name)) is None:
            raise Problem(
                HTTPStatus.BAD_REQUEST,
                "unknown-parameter",
                "A parameter is not offered here, or not with that modifier; offered are: "
                + ", ".join(known),
            )
        values = search.values.setdefault(name, [])
        if not value or len(value) > LONGEST_VALUE or (values and not parameter.repeats):
            raise unusable(name)
        values.append(value)
    for parameter in offered:
        if parameter.needed and parameter.name not in search.values:
            raise needed(parameter.name)
    require_json(search)
    return search


def require_json(search: Search) -> None:
    """Refuse to answer in another format than the one we have."""
    told = search.one(FORMAT.name)
    if told is not None and told.partition(";")[0].strip().casefold() not in _JSON:
        raise Problem(
            HTTPStatus.NOT_ACCEPTABLE, "format-not-offered", "JSON is the only format here."
        )


def logical_id(told: str) -> UUID | None:
    """Return the UUID that a logical id is, in the one spelling there is, or None."""
    try:
        identifier = UUID(told)
    except ValueError:
        return None
    return identifier if str(identifier) == told else None


def parse_reference(told: str) -> tuple[str, UUID] | None:
    """Return kind and id of `Kind/id`; the kind is empty where the id stands alone."""
    kind, _, told_id = told.rpartition("/")
    identifier = logical_id(told_id)
    return None if identifier is None else (kind, identifier)


def unusable(name: str) -> Problem:
    """Return the problem of a value that cannot be meant; `name` is one of the table's."""
    return Problem(
        HTTPStatus.BAD_REQUEST,
        "unusable-parameter",
        f"The value of {name} cannot be used; see docs/interoperability.md for what is offered.",
    )


def needed(name: str) -> Problem:
    """Return the problem of a search without what it needs."""
    return Problem(HTTPStatus.BAD_REQUEST, "parameter-needed", f"This search needs {name}.")


def for_openapi(offered: Sequence[Parameter]) -> dict[str, Any]:
    """Return what OpenAPI tells of a search that offers these."""
    return {
        "parameters": [
            {
                "name": parameter.name,
                "in": "query",
                "required": parameter.needed,
                "description": parameter.documentation,
                "schema": {"type": "array", "items": {"type": "string"}}
                if parameter.repeats
                else {"type": "string"},
            }
            for parameter in (*offered, *OF_EVERY_SEARCH)
        ]
    }
