"""The portal's HTTP API: parse, call one use case, translate."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final, Literal
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.request_intake.domain import submission
from services.request_intake.domain.submission import NewAppointment
from services.request_intake.use_cases.submit_request import RecentKeys, submit_request
from shared.auth.actors import Actor, PortalActor, StaffActor
from shared.http.bearer import BearerAuthentication
from shared.http.problems import Problem
from shared.messaging.publisher import ConfirmedPublisher, PublishFailed, PublishUncertain
from shared.schemas.fields import NoteText, UtcMinute, ZoneName
from shared.schemas.request_submitted import ProspectiveClient

_STATUS: Final[dict[type[submission.Refusal], HTTPStatus]] = {
    submission.StartInPast: HTTPStatus.CONFLICT,
    submission.StartTooFar: HTTPStatus.CONFLICT,
    submission.ProspectiveClientNeeded: HTTPStatus.UNPROCESSABLE_ENTITY,
    submission.ProspectiveClientUnexpected: HTTPStatus.UNPROCESSABLE_ENTITY,
    submission.BirthDateInFuture: HTTPStatus.UNPROCESSABLE_ENTITY,
    submission.WrongPractice: HTTPStatus.FORBIDDEN,
    submission.KeyReused: HTTPStatus.CONFLICT,
}
_RETRY_AFTER: Final = {"Retry-After": "5"}

log = structlog.get_logger(__name__)

IdempotencyKey = Annotated[
    str | None,
    Header(
        pattern=r"^[\x21-\x7e]{1,255}$",
        description="Repeating a call with the same key is the same request, not another one.",
    ),
]


class ProspectiveClientInput(ProspectiveClient):
    """Who somebody without a client record says they are."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NewAppointmentInput(BaseModel):
    """A request for a new appointment; who asks comes from the token."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["new"] = "new"
    service_id: UUID
    start: UtcMinute = Field(description="ISO 8601 with its offset from UTC, on a whole minute.")
    clinician_id: UUID | None = Field(default=None, description="Left out: any clinician.")
    time_zone: ZoneName | None = Field(default=None, description="The client's own zone.")
    note: NoteText | None = None
    practice_id: UUID | None = Field(
        default=None, description="If given, the token must be of this practice."
    )
    prospective_client: ProspectiveClientInput | None = Field(
        default=None, description="Who asks, when the portal asks for somebody without a record."
    )

    def to_domain(self) -> NewAppointment:
        """Return what is asked for."""
        return NewAppointment(**{name: getattr(self, name) for name in NewAppointment.__slots__})


class AcceptedOutput(BaseModel):
    """The request was accepted and waits for staff."""

    id: UUID
    status: Literal["accepted"] = "accepted"


@dataclass(frozen=True, slots=True)
class Wiring:
    """What `main` hands to the routes."""

    publisher: ConfirmedPublisher
    recent_keys: RecentKeys
    authenticate: BearerAuthentication


def request_routes(wiring: Wiring) -> APIRouter:
    """Return `/v1/appointment-requests`."""
    router = APIRouter(prefix="/v1/appointment-requests", tags=["appointment requests"])
    portal = Depends(_portal_dependency(wiring))

    @router.post("", status_code=HTTPStatus.ACCEPTED)
    async def submit(
        body: NewAppointmentInput,
        actor: Annotated[PortalActor, portal],
        request: Request,
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> AcceptedOutput:
        """Ask for a new appointment; 202 says that the request is safe with us."""
        identifier = await submit_request(
            wiring.publisher,
            wiring.recent_keys,
            actor,
            body.to_domain(),
            idempotency_key=idempotency_key,
            correlation_id=request.state.correlation_id,
            now=datetime.now(UTC),
        )
        structlog.contextvars.bind_contextvars(request_id=str(identifier))
        response.headers["Location"] = f"/v1/appointment-requests/{identifier}"
        return AcceptedOutput(id=identifier)

    return router


def _portal_dependency(wiring: Wiring) -> Callable[..., Awaitable[PortalActor]]:
    async def portal(actor: Annotated[Actor, Depends(wiring.authenticate)]) -> PortalActor:
        if isinstance(actor, StaffActor):
            raise Problem(HTTPStatus.FORBIDDEN, "clients-only", "This is for clients, not staff.")
        return actor

    return portal


def install_errors(app: FastAPI) -> None:
    """Translate refusals, and a RabbitMQ that is away, to problems."""

    @app.exception_handler(submission.Refusal)
    async def refused(_request: Request, error: submission.Refusal) -> Response:
        return Problem(_STATUS[type(error)], error.code, error.detail).to_response()

    @app.exception_handler(PublishFailed)
    async def not_published(_request: Request, error: PublishFailed) -> Response:
        log.warning("request.not_published", reason=str(error))
        return Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "not-accepted",
            "The request was not accepted: try again in a moment.",
            headers=_RETRY_AFTER,
        ).to_response()

    @app.exception_handler(PublishUncertain)
    async def uncertain(_request: Request, error: PublishUncertain) -> Response:
        log.warning("request.uncertain", reason=str(error))
        return Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "acceptance-unknown",
            "It is not known whether the request was accepted: try again with the same"
            " Idempotency-Key.",
            headers=_RETRY_AFTER,
        ).to_response()
