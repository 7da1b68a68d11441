"""RFC 9457 problem details with stable types; no stack trace, no echo of the input.

`type` is `urn:openchair:problem:<code>`; the codes are listed in `docs/problems.md`.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:openchair:problem:"

CHOICE: Final = "one-of:"
"""Begins the tags of a body that may be one of several models: they are no place in the body."""

_TRANSPORT_CODES: Final = {
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method-not-allowed",
}


class Problem(HTTPException):
    """An answer that is a problem document; `members` are extensions of it (RFC 9457, 3.2)."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(status_code=status, detail=detail, headers=headers)
        self.code = code
        self.members = members

    def to_response(self) -> Response:
        """Return the document."""
        return JSONResponse(
            {
                "type": f"{TYPE_PREFIX}{self.code}",
                "title": HTTPStatus(self.status_code).phrase,
                "status": int(self.status_code),
                "detail": self.detail,
                **self.members,
            },
            status_code=self.status_code,
            headers={**(self.headers or {}), "Cache-Control": "no-store"},
            media_type=MEDIA_TYPE,
        )


def internal_error() -> Problem:
    """Return what is answered when we are at fault."""
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal-error",
        "Something went wrong on our side; it was recorded. Please try again.",
    )


def invalid(pointer: str, code: str, detail: str) -> Problem:
    """Return what is answered to a fault that a route finds itself."""
    return _invalid_input([{"pointer": pointer, "code": code, "detail": detail}])


def install(app: FastAPI) -> None:
    """Make every error that FastAPI and Starlette answer a problem document."""

    @app.exception_handler(HTTPException)
    async def http_error(_request: Request, error: HTTPException) -> Response:
        return _as_problem(error).to_response()

    @app.exception_handler(RequestValidationError)
    async def invalid_input(_request: Request, error: RequestValidationError) -> Response:
        return _describe_invalid_input(error.errors()).to_response()


def _as_problem(error: HTTPException) -> Problem:
    if isinstance(error, Problem):
        return error
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.BAD_REQUEST:
        return _malformed_json()  # FastAPI's only one: what it could not parse
    code = _TRANSPORT_CODES.get(status, status.phrase.lower().replace(" ", "-"))
    return Problem(status, code, status.description or status.phrase, headers=error.headers)


def _describe_invalid_input(faults: Sequence[Mapping[str, Any]]) -> Problem:
    if any(fault["type"] == "json_invalid" for fault in faults):
        return _malformed_json()
    return _invalid_input([_describe(fault) for fault in faults])


def _invalid_input(faults: Sequence[Mapping[str, str]]) -> Problem:
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid-input",
        "Some of what was sent cannot be used; see `errors`.",
        errors=list(faults),
    )


def _malformed_json() -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "malformed-json", "The body is not valid JSON.")


def _describe(fault: Mapping[str, Any]) -> dict[str, str]:
    # A field we do not know is named by the sender, so its name would be an echo of the input.
    unknown = fault["type"] == "extra_forbidden"
    location = [part for part in map(str, fault["loc"]) if not part.startswith(CHOICE)]
    if unknown:
        location = location[:-1]
    return {
        "pointer": "/" + "/".join(location),
        "code": str(fault["type"]).replace("_", "-"),
        "detail": "has a field that is not known here" if unknown else _message(fault),
    }


# Where pydantic's words quote a pattern, list values, or speak of items.
_MESSAGES: Final = {
    "enum": "is not one of the values that are known",
    "literal_error": "is not one of the values that are known",
    "string_pattern_mismatch": "does not have the form that is needed",
    "string_too_long": "is too long",
    "string_too_short": "is too short",
    "too_long": "is too long",
    "union_tag_invalid": "is of a type that is not known; see `type`",
    "too_short": "is too short",
    "uuid_parsing": "must be a UUID",
}


def _message(fault: Mapping[str, Any]) -> str:
    if (told := _MESSAGES.get(fault["type"])) is not None:
        return told
    message = str(fault["msg"])
    # pydantic's parsers quote the offending characters after a comma; the rule comes first.
    return message.split(",", maxsplit=1)[0].removeprefix("Value error")[:200] or "is not valid"
