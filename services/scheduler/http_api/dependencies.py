"""What routes are given: the store, the actor, the clock."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends, Header, Query, Request

from services.scheduler.domain.intervals import Interval
from services.scheduler.domain.people import StaffMember
from services.scheduler.live.feed import Feed
from services.scheduler.mongo.store import Store
from services.scheduler.use_cases.admit_staff import admit_staff
from shared.auth.actors import Actor, StaffActor
from shared.http.bearer import BearerAuthentication
from shared.http.problems import Problem
from shared.schemas.fields import UtcDatetime

_ETAG: Final = re.compile(r'"([0-9]{1,9})"')


@dataclass(frozen=True, slots=True)
class Wiring:
    """What `main` hands to the routes; `wake_relay` tells the relay that an event waits.

    `public_url` is how this service is reached from outside; None: as each caller reached it.
    """

    store: Store
    authenticate: BearerAuthentication
    wake_relay: Callable[[], None]
    feed: Feed
    public_url: str | None = None


def staff_dependency(wiring: Wiring) -> Callable[..., Awaitable[StaffMember]]:
    """Return the dependency that lets members of staff in, and nobody else."""

    async def staff(actor: Annotated[Actor, Depends(wiring.authenticate)]) -> StaffMember:
        if not isinstance(actor, StaffActor):
            raise Problem(HTTPStatus.FORBIDDEN, "staff-only", "This is for staff of a practice.")
        return await admit_staff(wiring.store, actor)

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


Version = Annotated[int | None, Depends(expected_version)]
"""The version that a change is for; None without the header."""


def needed_version(version: Version) -> int:
    """Return the version that `If-Match` names: who replaces a record says which one they read."""
    if version is None:
        raise Problem(
            HTTPStatus.PRECONDITION_REQUIRED,
            "version-needed",
            "Send `If-Match` with the `ETag` of the record as you read it.",
        )
    return version


NeededVersion = Annotated[int, Depends(needed_version)]
"""The same where the header is required."""

IdempotencyKey = Annotated[
    str | None,
    Header(
        pattern=r"^[\x21-\x7e]{1,255}$",
        description="Repeating a call with the same key makes no second booking or record.",
    ),
]


def correlation_id(request: Request) -> str:
    """Return the id under which logs and events tell of this call."""
    return str(request.state.correlation_id)


def public_base(wiring: Wiring, request: Request) -> str:
    """Return the address for links to this service, without a slash at its end."""
    return (wiring.public_url or str(request.base_url)).rstrip("/")


def needed_range(
    from_: Annotated[UtcDatetime, Query(alias="from", description="With its offset from UTC.")],
    until: Annotated[UtcDatetime, Query(description="Not included; at most 100 days later.")],
) -> Interval:
    """Return the range of time that `from` and `until` name."""
    return Interval(from_, until)


def optional_range(
    from_: Annotated[
        UtcDatetime | None, Query(alias="from", description="Goes with `until`.")
    ] = None,
    until: Annotated[UtcDatetime | None, Query(description="Not included.")] = None,
) -> Interval | None:
    """Return the same where both may be left out."""
    if from_ is None and until is None:
        return None
    if from_ is None or until is None:
        raise Problem(
            HTTPStatus.BAD_REQUEST, "half-a-range", "Give both `from` and `until`, or neither."
        )
    return Interval(from_, until)


def utc_now() -> datetime:
    """Return the time; the only clock of the API."""
    return datetime.now(UTC)
