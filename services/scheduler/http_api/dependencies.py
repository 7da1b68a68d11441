"""What routes are given: the store, the actor, the clock."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends, Header

from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.admit_staff import admit_staff
from shared.auth.actors import Actor, StaffActor
from shared.http.bearer import BearerAuthentication
from shared.http.problems import Problem

_ETAG: Final = re.compile(r'"([0-9]{1,9})"')


@dataclass(frozen=True, slots=True)
class Wiring:
    """What `main` hands to the routes; `wake_relay` tells the relay that an event waits."""

    store: Store
    authenticate: BearerAuthentication
    wake_relay: Callable[[], None]


def staff_dependency(wiring: Wiring) -> Callable[..., Awaitable[StaffActor]]:
    """Return the dependency that lets members of staff in, and nobody else."""

    async def staff(actor: Annotated[Actor, Depends(wiring.authenticate)]) -> StaffActor:
        if not isinstance(actor, StaffActor):
            raise Problem(HTTPStatus.FORBIDDEN, "staff-only", "This is for staff of a practice.")
        await admit_staff(wiring.store, actor)
        return actor

    return staff


def expected_version(
    if_match: Annotated[
        str | None, Header(description='The `ETag` you read, as in `"3"`; optional.')
    ] = None,
) -> int | None:
    """Return the version an `If-Match` header names, or None without one (RFC 9110, 13.1.1)."""
    if if_match is None or if_match.strip() == "*":
        return None
    if tag := _ETAG.fullmatch(if_match.strip()):
        return int(tag[1])
    raise Problem(
        HTTPStatus.BAD_REQUEST, "malformed-etag", "If-Match must hold one ETag of this resource."
    )


def utc_now() -> datetime:
    """Return the time; the only clock of the API."""
    return datetime.now(UTC)
