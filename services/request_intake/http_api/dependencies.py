"""What routes are given: who asks, how often they may, what is at hand."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Header, Request

from services.request_intake.knowledge import Knowledge
from services.request_intake.open_times import RecentOpenTimes
from services.request_intake.rate_limits import Allowance, RateLimits
from services.request_intake.reads import Caller, Reads
from services.request_intake.use_cases.recent_keys import RecentKeys
from shared.auth.actors import Actor, StaffActor
from shared.http.bearer import BearerAuthentication
from shared.http.problems import Problem
from shared.messaging.publisher import ConfirmedPublisher

IdempotencyKey = Annotated[
    str | None,
    Header(
        pattern=r"^[\x21-\x7e]{1,255}$",
        description="Repeating a call with the same key is the same request, not another one.",
        examples=["5f0c1d0e-one-for-each-form-shown"],
    ),
]


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
    """Return the dependency that lets clients and portals in, as often as they may."""

    async def limited(request: Request) -> Allowance:
        # By address first: forged tokens cost a signature check each.
        host = request.client.host if request.client else "unknown"
        allowance = wiring.limits.by_address(host)
        _tell(request, allowance)
        return allowance

    async def caller(
        request: Request,
        of_address: Annotated[Allowance, Depends(limited)],
        actor: Annotated[Actor, Depends(wiring.authenticate)],
    ) -> Caller:
        if isinstance(actor, StaffActor):
            raise Problem(HTTPStatus.FORBIDDEN, "clients-only", "This is for clients, not staff.")
        own = wiring.limits.by_caller(actor, writes=request.method != "GET")
        _tell(request, own.tighter(of_address))
        return Caller(actor, request.headers["authorization"], request.state.correlation_id)

    return caller


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
