"""What routes are given: who asks, how often they may, what is at hand."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from fastapi import Request

from services.request_intake.knowledge import Knowledge
from services.request_intake.open_times import RecentOpenTimes
from services.request_intake.rate_limits import Allowance, RateLimits
from services.request_intake.reads import Caller, Reads
from services.request_intake.use_cases.recent_keys import RecentKeys
from shared.auth.actors import StaffActor
from shared.http.bearer import BearerAuthentication
from shared.http.problems import Problem, invalid
from shared.messaging.publisher import ConfirmedPublisher

_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class Wiring:
    """What `main` hands to the routes."""

    publisher: ConfirmedPublisher
    recent_keys: RecentKeys
    reads: Reads
    open_times: RecentOpenTimes
    knowledge: Knowledge
    limits: RateLimits
    authenticate: BearerAuthentication


def caller_dependency(wiring: Wiring) -> Callable[..., Awaitable[Caller]]:
    """Return the dependency that lets clients and portals in, as often as they may.

    One function for all of it: each dependency costs a call as much as checking a token does.
    """

    async def caller(request: Request) -> Caller:
        # By address first: forged tokens cost a signature check each.
        of_address = wiring.limits.by_address(request.client.host if request.client else "unknown")
        _tell(request, of_address)
        bearer = request.headers.get("authorization", "")
        actor = await wiring.authenticate.of(bearer)
        if isinstance(actor, StaffActor):
            raise Problem(HTTPStatus.FORBIDDEN, "clients-only", "This is for clients, not staff.")
        own = wiring.limits.by_caller(actor, writes=request.method != "GET")
        _tell(request, own.tighter(of_address))
        return Caller(actor, bearer, request.state.correlation_id)

    return caller


def idempotency_key(request: Request) -> str | None:
    """Return the header of that name, if it was sent; raises a problem when it is of no use."""
    key = request.headers.get("idempotency-key")
    if key is None or _KEY.fullmatch(key):
        return key
    raise invalid(
        "/header/idempotency-key",
        "string-pattern-mismatch",
        "does not have the form that is needed",
    )


def _tell(request: Request, allowance: Allowance) -> None:
    """Have the answer say what is left, whatever it is; raises a problem when nothing is."""
    request.state.answer_headers = allowance.headers
    if not allowance.is_granted:
        raise Problem(
            HTTPStatus.TOO_MANY_REQUESTS,
            "too-many-calls",
            "Too many calls in a short time: wait as long as Retry-After says.",
            headers={"Retry-After": str(allowance.reset_seconds)},
        )
