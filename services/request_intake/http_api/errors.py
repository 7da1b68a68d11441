"""One table from refusals to HTTP, and what a RabbitMQ or a scheduler that is away means."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Away:
    """What is answered, with 503, while something that we need is not there."""

    code: str
    detail: str


AWAY: Final[dict[type[Exception], Away]] = {
    PublishFailed: Away(
        code="not-accepted", detail="The request was not accepted: try again in a moment."
    ),
    PublishUncertain: Away(
        code="acceptance-unknown",
        detail="It is not known whether the request was accepted: try again with the same"
        " Idempotency-Key.",
    ),
    SchedulerAway: Away(
        code="scheduler-unavailable",
        detail="This cannot be read just now; requests are accepted all the same.",
    ),
}
_RETRY_AFTER: Final = {"Retry-After": "5"}

log = structlog.get_logger(__name__)


def install(app: FastAPI) -> None:
    """Translate refusals, and a RabbitMQ that is away, to problems."""

    @app.exception_handler(Refusal)
    async def refused(_request: Request, error: Refusal) -> Response:
        return Problem(STATUS[type(error)], error.code, error.detail).to_response()

    for away in AWAY:
        app.add_exception_handler(away, _away)


async def _away(_request: Request, error: Exception) -> Response:
    answer = AWAY[type(error)]
    log.warning("request.not_served", code=answer.code, reason=str(error))
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE, answer.code, answer.detail, headers=_RETRY_AFTER
    ).to_response()
