"""One table from refusals to HTTP."""

from http import HTTPStatus
from typing import Final

import structlog
from fastapi import FastAPI, Request
from starlette.responses import Response

from services.scheduler.domain import portal_refusals, record_refusals, refusals
from shared.http.problems import Problem
from shared.mongo import PyMongoError, is_outage

STATUS: Final[dict[type[refusals.Refusal], HTTPStatus]] = {
    refusals.RequestNotFound: HTTPStatus.NOT_FOUND,
    refusals.AppointmentNotFound: HTTPStatus.NOT_FOUND,
    refusals.ActorNotStaff: HTTPStatus.FORBIDDEN,
    refusals.NotPermitted: HTTPStatus.FORBIDDEN,
    refusals.RangeEmpty: HTTPStatus.BAD_REQUEST,
    refusals.UnknownCursor: HTTPStatus.BAD_REQUEST,
    refusals.RangeTooLong: HTTPStatus.BAD_REQUEST,
    refusals.AlreadyDecided: HTTPStatus.CONFLICT,
    refusals.StaleVersion: HTTPStatus.PRECONDITION_FAILED,
    refusals.SlotTaken: HTTPStatus.CONFLICT,
    refusals.StartInPast: HTTPStatus.CONFLICT,
    refusals.StartTooFar: HTTPStatus.CONFLICT,
    refusals.ClinicianNeeded: HTTPStatus.CONFLICT,
    refusals.ClinicianUnknown: HTTPStatus.CONFLICT,
    refusals.ServiceUnknown: HTTPStatus.CONFLICT,
    refusals.ClientUnknown: HTTPStatus.CONFLICT,
    refusals.CancellationTakesNoEdits: HTTPStatus.CONFLICT,
    refusals.OriginalGone: HTTPStatus.CONFLICT,
    refusals.OriginalMoved: HTTPStatus.CONFLICT,
    refusals.AppointmentCancelled: HTTPStatus.CONFLICT,
    refusals.DurationUnusual: HTTPStatus.CONFLICT,
    refusals.ClientMayExist: HTTPStatus.CONFLICT,
    refusals.ClientOnRecord: HTTPStatus.CONFLICT,
    refusals.NothingToFollowUp: HTTPStatus.CONFLICT,
    refusals.KeyReused: HTTPStatus.CONFLICT,
    refusals.PracticeNotFound: HTTPStatus.NOT_FOUND,
    refusals.NotOffered: HTTPStatus.CONFLICT,
    refusals.NoFailedEmail: HTTPStatus.CONFLICT,
    refusals.DeclineMessagesOff: HTTPStatus.CONFLICT,
    refusals.ClientNotReachable: HTTPStatus.CONFLICT,
    refusals.NoEmailToResend: HTTPStatus.CONFLICT,
    refusals.EmailWaiting: HTTPStatus.CONFLICT,
    refusals.AppointmentOver: HTTPStatus.CONFLICT,
    refusals.EmailsNotWanted: HTTPStatus.CONFLICT,
    refusals.RequestBecameAppointment: HTTPStatus.GONE,
    refusals.CalendarNotFound: HTTPStatus.NOT_FOUND,
    refusals.SlotNotFound: HTTPStatus.NOT_FOUND,
    refusals.CalendarFeedNotFound: HTTPStatus.NOT_FOUND,
    record_refusals.StaffNotFound: HTTPStatus.NOT_FOUND,
    record_refusals.ServiceNotFound: HTTPStatus.NOT_FOUND,
    record_refusals.ClientNotFound: HTTPStatus.NOT_FOUND,
    record_refusals.LastPracticeScheduler: HTTPStatus.CONFLICT,
    record_refusals.StaffEmailTaken: HTTPStatus.CONFLICT,
    record_refusals.SeesNoClients: HTTPStatus.CONFLICT,
    record_refusals.HoursEmpty: HTTPStatus.BAD_REQUEST,
    record_refusals.HoursOverlap: HTTPStatus.BAD_REQUEST,
    record_refusals.DaysReversed: HTTPStatus.BAD_REQUEST,
    record_refusals.DaysTooFar: HTTPStatus.CONFLICT,
    record_refusals.MinutesNeeded: HTTPStatus.BAD_REQUEST,
    record_refusals.MinutesOutsideRange: HTTPStatus.BAD_REQUEST,
    record_refusals.ClientLooksKnown: HTTPStatus.CONFLICT,
    record_refusals.AssignedStaffUnknown: HTTPStatus.CONFLICT,
    record_refusals.BirthDateInFuture: HTTPStatus.CONFLICT,
    portal_refusals.OfferedServiceUnknown: HTTPStatus.CONFLICT,
    portal_refusals.OfferedClinicianUnknown: HTTPStatus.CONFLICT,
    portal_refusals.OfferedTwice: HTTPStatus.BAD_REQUEST,
    portal_refusals.NoticeOutsideRange: HTTPStatus.BAD_REQUEST,
    portal_refusals.HorizonOutsideRange: HTTPStatus.BAD_REQUEST,
    portal_refusals.MostPendingOutsideRange: HTTPStatus.BAD_REQUEST,
    portal_refusals.NoticeBeyondHorizon: HTTPStatus.BAD_REQUEST,
    portal_refusals.PortalUrlNeeded: HTTPStatus.CONFLICT,
    portal_refusals.PortalAccessActive: HTTPStatus.CONFLICT,
    portal_refusals.InvitedJustNow: HTTPStatus.TOO_MANY_REQUESTS,
    portal_refusals.NoFailedInvitation: HTTPStatus.CONFLICT,
    portal_refusals.PortalAccessWithdrawn: HTTPStatus.FORBIDDEN,
}

log = structlog.get_logger(__name__)


def install(app: FastAPI) -> None:
    """Translate refusals, and a database that is away, to problems."""

    @app.exception_handler(refusals.Refusal)
    async def refused(_request: Request, error: refusals.Refusal) -> Response:
        return refused_as(error).to_response()

    @app.exception_handler(PyMongoError)
    async def store_failed(_request: Request, error: PyMongoError) -> Response:
        if not is_outage(error):
            raise error
        return store_problem(error).to_response()


def refused_as(refusal: refusals.Refusal) -> Problem:
    """Return the problem that a refusal is."""
    after = refusal.retry_after_seconds
    headers = None if after is None else {"Retry-After": str(after)}
    return Problem(
        STATUS[type(refusal)], refusal.code, refusal.detail, headers=headers, **refusal.members
    )


def store_problem(outage: PyMongoError) -> Problem:
    """Return the problem that a database away is, and log it."""
    log.warning("store.unavailable", reason=type(outage).__name__)
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "store-unavailable",
        "The records cannot be reached just now. Repeat the same call: it is safe to.",
        headers={"Retry-After": "5"},
    )
