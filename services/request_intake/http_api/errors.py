"""One table from refusals to HTTP, and what a RabbitMQ or a scheduler that is away means."""

from http import HTTPStatus
from typing import Final

import structlog
from fastapi import FastAPI, Request, Response

from services.request_intake.domain import submission
from services.request_intake.domain.submission import Refusal
from services.request_intake.reads import SchedulerAway
from shared.http.problems import Problem
from shared.messaging.publisher import PublishFailed, PublishUncertain

STATUS: Final[dict[type[Refusal], HTTPStatus]] = {
    submission.StartInPast: HTTPStatus.CONFLICT,
    submission.StartTooFar: HTTPStatus.CONFLICT,
    submission.ProspectiveClientNeeded: HTTPStatus.UNPROCESSABLE_ENTITY,
    submission.ProspectiveClientUnexpected: HTTPStatus.UNPROCESSABLE_ENTITY,
    submission.BirthDateInFuture: HTTPStatus.UNPROCESSABLE_ENTITY,
    submission.WrongPractice: HTTPStatus.FORBIDDEN,
    submission.OnRecordOnly: HTTPStatus.FORBIDDEN,
    submission.AppointmentUnknown: HTTPStatus.CONFLICT,
    submission.AccessWithdrawn: HTTPStatus.FORBIDDEN,
    submission.NotOffered: HTTPStatus.CONFLICT,
    submission.KeyReused: HTTPStatus.CONFLICT,
}
_RETRY_AFTER: Final = {"Retry-After": "5"}

log = structlog.get_logger(__name__)


def install(app: FastAPI) -> None:
    """Translate refusals, and a RabbitMQ that is away, to problems."""

    @app.exception_handler(Refusal)
    async def refused(_request: Request, error: Refusal) -> Response:
        return Problem(STATUS[type(error)], error.code, error.detail).to_response()

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

    @app.exception_handler(SchedulerAway)
    async def scheduler_away(_request: Request, _error: SchedulerAway) -> Response:
        return Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "scheduler-unavailable",
            "This cannot be read just now; requests are accepted all the same.",
            headers=_RETRY_AFTER,
        ).to_response()
