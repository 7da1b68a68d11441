"""Errors of the FHIR routes: an `OperationOutcome` in place of a problem document.

The problem's code is the outcome's, in a coding of our own, so that both can be looked up in
`docs/problems.md`. What ends before a route is reached, such as a body that is too large, is told
by a problem document as everywhere.
"""

import json
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.responses import Response

from services.scheduler.domain.refusals import Refusal
from services.scheduler.http_api.errors import refused_as, store_problem
from services.scheduler.http_api.fhir.datatypes import Resource
from shared.http.problems import Problem
from shared.mongo import PyMongoError, is_outage

MEDIA_TYPE: Final = "application/fhir+json"
PROBLEMS: Final = "urn:openchair:problem"

_ISSUE_TYPES: Final = {
    HTTPStatus.BAD_REQUEST: "invalid",
    HTTPStatus.UNAUTHORIZED: "login",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "not-supported",
    HTTPStatus.NOT_ACCEPTABLE: "not-supported",
    HTTPStatus.GONE: "deleted",
    HTTPStatus.SERVICE_UNAVAILABLE: "transient",
}

_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class FhirResponse(JSONResponse):
    """A resource; nobody on the way may keep it."""

    media_type = MEDIA_TYPE

    def __init__(
        self, content: Resource, status_code: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(content, status_code, {"Cache-Control": "no-store", **(headers or {})})


class FhirRoute(APIRoute):
    """A route whose errors are outcomes."""

    def get_route_handler(self) -> _Handler:
        """Return the handler, with its errors told FHIR's way."""
        handle = super().get_route_handler()

        async def handle_as_fhir(request: Request) -> Response:
            try:
                return await handle(request)
            except Problem as problem:
                return outcome_response(problem)
            except Refusal as refusal:
                return outcome_response(refused_as(refusal))
            except PyMongoError as error:
                if not is_outage(error):
                    raise
                return outcome_response(store_problem(error))

        return handle_as_fhir


def outcome_response(problem: Problem) -> Response:
    """Return the answer for a problem."""
    return FhirResponse(
        operation_outcome(problem), problem.status_code, headers=dict(problem.headers or {})
    )


def operation_outcome(problem: Problem) -> Resource:
    """Return the outcome; further members of the problem are told as JSON in `diagnostics`."""
    issue: Resource = {
        "severity": "error",
        "code": _ISSUE_TYPES.get(HTTPStatus(problem.status_code), "processing"),
        "details": {
            "coding": [{"system": PROBLEMS, "code": problem.code}],
            "text": problem.detail,
        },
    }
    if problem.members:
        issue["diagnostics"] = json.dumps(problem.members)
    return {"resourceType": "OperationOutcome", "issue": [issue]}
