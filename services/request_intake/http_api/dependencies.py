"""What routes are given: who asks, how often they may, what is at hand."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from services.request_intake.open_times import RecentOpenTimes
from services.request_intake.policies import Policies
from services.request_intake.rate_limits import Allowance, RateLimits
from services.request_intake.reads import Reads
from services.request_intake.use_cases.submit_request import RecentKeys
from shared.auth.actors import Actor, PortalActor, StaffActor
from shared.http.bearer import BearerAuthentication
from shared.http.problems import Problem
from shared.messaging.publisher import ConfirmedPublisher

IdempotencyKey = Annotated[
    str | None,
    Header(
        pattern=r"^[\x21-\x7e]{1,255}$",
        description="Repeating a call with the same key is the same request, not another one.",
    ),
]


@dataclass(frozen=True, slots=True)
class Wiring:
    """What `main` hands to the routes."""

    publisher: ConfirmedPublisher
    recent_keys: RecentKeys
    reads: Reads
    policies: Policies
    open_times: RecentOpenTimes
    limits: RateLimits
    authenticate: BearerAuthentication


def portal_dependency(wiring: Wiring) -> Callable[..., Awaitable[PortalActor]]:
    """Return the dependency that lets clients and portals in, as often as they may."""

    async def limited(request: Request, response: Response) -> None:
        # By address first: forged tokens cost a signature check each.
        host = request.client.host if request.client else "unknown"
        _tell(response, wiring.limits.by_address(host))

    async def portal(
        request: Request,
        response: Response,
        _limited: Annotated[None, Depends(limited)],
        actor: Annotated[Actor, Depends(wiring.authenticate)],
    ) -> PortalActor:
        if isinstance(actor, StaffActor):
            raise Problem(HTTPStatus.FORBIDDEN, "clients-only", "This is for clients, not staff.")
        writes = request.method != "GET"
        _tell(response, wiring.limits.by_caller(actor, writes=writes))
        return actor

    return portal


def bearer_of(request: Request) -> str:
    """Return the caller's own `Authorization` header, which has been checked."""
    return request.headers["authorization"]


def _tell(response: Response, allowance: Allowance) -> None:
    """Put what is left into the answer; raises a problem when nothing is."""
    if not allowance.is_granted:
        raise Problem(
            HTTPStatus.TOO_MANY_REQUESTS,
            "too-many-calls",
            "Too many calls in a short time: wait as long as Retry-After says.",
            headers={**allowance.headers, "Retry-After": str(allowance.reset_seconds)},
        )
    for name, text in allowance.headers.items():
        response.headers[name] = text
