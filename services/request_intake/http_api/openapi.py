"""What the OpenAPI document says beside the models, so that a client can be generated from it.

Every problem a route answers is an example of its status, with the words it is answered with.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field

from services.request_intake.domain.submission import NotOffered
from services.request_intake.http_api.errors import AWAY, STATUS
from shared.http.problems import MEDIA_TYPE, TYPE_PREFIX
from shared.portal.policy import ADVICE, Objection

Headers = dict[str, dict[str, Any]]
Responses = dict[int | str, dict[str, Any]]

_DESCRIPTION: Final = """
What a practice's own portal calls: for clients on record with their own tokens, and for people
without a record with a token of the portal's. Errors are problem documents (RFC 9457); act on
`type`, which is stable.
"""


def _header(description: str, kind: str = "string") -> dict[str, Any]:
    return {"description": description, "schema": {"type": kind}}


class FaultOutput(BaseModel):
    """One fault of the input."""

    pointer: str = Field(examples=["/body/start"])
    code: str = Field(examples=["datetime-offset"])
    detail: str


class ProblemOutput(BaseModel):
    """A problem document (RFC 9457). `errors` is there with `invalid-input` alone."""

    type: str = Field(examples=[f"{TYPE_PREFIX}slot-not-open"])
    title: str
    status: int
    detail: str
    errors: list[FaultOutput] | None = None


_FAULT: Final = {
    "pointer": "/body/start",
    "code": "datetime-offset",
    "detail": "must say its offset from UTC",
}
_ANY_CALL: Final[dict[str, tuple[HTTPStatus, str]]] = {
    "token-missing": (HTTPStatus.UNAUTHORIZED, "A bearer token is needed."),
    "token-invalid": (HTTPStatus.UNAUTHORIZED, "The token is not valid here."),
    "token-expired": (HTTPStatus.UNAUTHORIZED, "The token has expired: sign in again."),
    "clients-only": (HTTPStatus.FORBIDDEN, "This is for clients, not staff."),
    "invalid-input": (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Some of what was sent cannot be used; see `errors`.",
    ),
    "too-many-calls": (
        HTTPStatus.TOO_MANY_REQUESTS,
        "Too many calls in a short time: wait as long as Retry-After says.",
    ),
    "internal-error": (
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something went wrong on our side; it was recorded. Please try again.",
    ),
    "identity-provider-unavailable": (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Tokens cannot be checked just now.",
    ),
    "took-too-long": (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The answer did not come in time. Repeat the same call: it is safe to.",
    ),
}
_WITH_BODY: Final[dict[str, tuple[HTTPStatus, str]]] = {
    "malformed-json": (HTTPStatus.BAD_REQUEST, "The body is not valid JSON."),
    "body-too-slow": (HTTPStatus.REQUEST_TIMEOUT, "The body did not arrive in time."),
    "body-too-large": (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "A body may have at most 65536 bytes.",
    ),
}
_BY_SCHEDULER: Final[dict[str, tuple[HTTPStatus, str]]] = {
    "practice-not-found": (HTTPStatus.NOT_FOUND, "There is no such practice."),
    "appointment-not-found": (HTTPStatus.NOT_FOUND, "There is no such appointment."),
    "request-not-found": (HTTPStatus.NOT_FOUND, "There is no such request."),
    "unknown-cursor": (
        HTTPStatus.BAD_REQUEST,
        "The cursor is not one of this list in this order: start again without it.",
    ),
    "range-empty": (HTTPStatus.BAD_REQUEST, "The range must end after it begins."),
    "range-too-long": (HTTPStatus.BAD_REQUEST, "Ask for at most 100 days at once."),
}
KNOWN: Final[dict[str, tuple[HTTPStatus, str]]] = {
    **_ANY_CALL,
    **_WITH_BODY,
    **_BY_SCHEDULER,
    **{kind.code: (status, kind.detail) for kind, status in STATUS.items() if kind != NotOffered},
    **{one.value: (STATUS[NotOffered], ADVICE[one]) for one in Objection},
    **{kind.code: (HTTPStatus.SERVICE_UNAVAILABLE, kind.detail) for kind in AWAY.values()},
}
_LIMIT_HEADERS: Final[Headers] = {
    "RateLimit-Policy": _header("Calls and seconds, as in `300;w=60`."),
    "RateLimit-Limit": _header("How many calls a minute are granted."),
    "RateLimit-Remaining": _header("How many are left."),
    "RateLimit-Reset": _header("In how many seconds all are granted again.", "integer"),
    "X-Correlation-ID": _header("Name it when you ask for help."),
}
_OF_STATUS: Final[dict[HTTPStatus, Headers]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": _header("As in RFC 6750.")},
    HTTPStatus.TOO_MANY_REQUESTS: {"Retry-After": _header("Seconds to wait.", "integer")},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": _header("Seconds to wait.", "integer")},
}

_SCHEME: Final = "bearer"
SECURITY: Final[dict[str, Any]] = {"security": [{_SCHEME: []}]}
"""What every operation says; tokens are checked by `caller_dependency`."""

IDEMPOTENCY_KEY: Final[dict[str, Any]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Repeating a call with the same key is the same request, not another one.",
    "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{1,255}$"},
    "example": "5f0c1d0e-one-for-each-form-shown",
}

SUBMITTING: Final = (
    *_ANY_CALL,
    *_WITH_BODY,
    *(kind.code for kind in STATUS if kind is not NotOffered),
    *Objection,
    "not-accepted",
    "acceptance-unknown",
)
WITHDRAWING: Final = (*_ANY_CALL, "not-accepted", "acceptance-unknown")
READING: Final = (*_ANY_CALL, "scheduler-unavailable")


def accepted() -> Responses:
    """Return the headers of a request that was accepted."""
    location = {"Location": _header("Where to read what becomes of it.")}
    return {HTTPStatus.ACCEPTED: {"headers": {**location, **_LIMIT_HEADERS}}}


def told() -> Responses:
    """Return the headers of an answer that the scheduler gave."""
    headers = {
        "Age": _header("How many seconds ago the scheduler said so.", "integer"),
        "Warning": _header('`110 - "Response is Stale"` while the scheduler is away.'),
    }
    return {HTTPStatus.OK: {"headers": {**headers, **_LIMIT_HEADERS}}}


def problems(codes: Iterable[str]) -> Responses:
    """Return the responses of a route that answers these problems."""
    by_status: dict[HTTPStatus, dict[str, Any]] = {}
    for code in codes:
        status, detail = KNOWN[code]
        value = {
            "type": f"{TYPE_PREFIX}{code}",
            "title": status.phrase,
            "status": int(status),
            "detail": detail,
        }
        if code == "invalid-input":
            value["errors"] = [_FAULT]
        by_status.setdefault(status, {})[str(code)] = {"value": value}
    return {int(status): _problem(status, by_status[status]) for status in sorted(by_status)}


def install(app: FastAPI) -> None:
    """Put into the document what every route refers to."""
    made: dict[str, Any] = {}

    def document() -> dict[str, Any]:
        if not made:
            made.update(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    description=_DESCRIPTION,
                    routes=app.routes,
                )
            )
            schemas = made["components"]["schemas"]
            schema = ProblemOutput.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= {**schema.pop("$defs"), ProblemOutput.__name__: schema}
            made["components"]["securitySchemes"] = {
                _SCHEME: {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "Of the practice's identity provider; see the page on access.",
                }
            }
        return made

    app.openapi = document  # type: ignore[method-assign]


def _problem(status: HTTPStatus, examples: Mapping[str, Any]) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{ProblemOutput.__name__}"}
    return {
        "description": status.phrase,
        "headers": {**_OF_STATUS.get(status, {}), **_LIMIT_HEADERS},
        "content": {MEDIA_TYPE: {"schema": schema, "examples": dict(examples)}},
    }
