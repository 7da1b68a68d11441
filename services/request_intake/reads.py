"""What the portal reads comes from the scheduler, with the caller's own token.

An answer is given again unasked for a few seconds, and the last good one while the scheduler is
away, with its age: to the caller who was given it, and only after their token was checked again.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import httpx
import structlog

from services.request_intake.domain.submission import AccessWithdrawn
from services.request_intake.kept_answers import Answer, Kept, KeptAnswers, Shelf, What
from shared.auth.actors import PortalActor
from shared.http.problems import TYPE_PREFIX

_LAST_GOOD_SECONDS: Final = 24 * 3600
_SETTLING_SECONDS: Final = 5.0
"""So long after a caller wrote, they are not given what was asked for before it arrived."""

_WHOLE_SECONDS: Final = 2.5
_TURNED_AWAY_SECONDS: Final = 60.0
_WITHDRAWN: Final = f"{TYPE_PREFIX}{AccessWithdrawn.code}"
_LONGEST: Final = httpx.Timeout(2.0, connect=0.5)
_MAY_NOT: Final = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}

log = structlog.get_logger(__name__)


class SchedulerAway(Exception):
    """The scheduler does not answer, and no earlier answer is at hand."""


class _FailedThere(Exception):
    """The scheduler answered that it could not."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, with their own `Authorization` header, which has been checked."""

    actor: PortalActor
    bearer: str
    correlation_id: str


class Reads:
    """Asks the scheduler over `http`, which it closes at the end.

    `fresh_seconds` is how long an answer is given again unasked.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        fresh_seconds: float = 3.0,
        kept: KeptAnswers | None = None,
    ) -> None:
        self._http = http
        self._fresh_seconds = fresh_seconds
        self._kept = kept or KeptAnswers()

    @classmethod
    def of(cls, base_url: str) -> "Reads":
        """Return reads of the scheduler at a URL; nothing is contacted yet."""
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=50)
        return cls(httpx.AsyncClient(base_url=base_url, timeout=_LONGEST, limits=limits))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def get(
        self,
        path: str,
        params: Mapping[str, str],
        caller: Caller,
        *,
        fresh_seconds: float | None = None,
    ) -> Answer:
        """Return the answer to the caller, at most so old while the scheduler answers.

        Raises:
            SchedulerAway: it does not answer in time, and this caller was never told.

        """
        query = str(httpx.QueryParams(dict(params)))
        what = (path, query)
        shelf = self._kept.of(caller.actor)
        kept = shelf.kept.get(what)
        fresh = self._fresh_seconds if fresh_seconds is None else fresh_seconds
        if kept is not None and _is_fresh(kept, shelf, fresh):
            return _aged(kept, is_stale=False)
        try:
            async with asyncio.timeout(_WHOLE_SECONDS):
                return await self._ask(what, caller, shelf)
        except (httpx.HTTPError, TimeoutError, _FailedThere) as error:
            log.warning("scheduler.away", reason=type(error).__name__)
            kept = self._kept.find(caller.actor, what)
            if kept is None or time.monotonic() - kept.asked_at > _LAST_GOOD_SECONDS:
                raise SchedulerAway from None
            return _aged(kept, is_stale=True)

    def at_hand(self, path: str, actor: PortalActor, *, at_most_seconds: float) -> bytes | None:
        """Return what the caller was told lately of a path without parameters, asking nobody."""
        kept = self._kept.find(actor, (path, ""))
        if kept is None or time.monotonic() - kept.asked_at > at_most_seconds:
            return None
        return kept.answer.body

    def turned_away(self, actor: PortalActor) -> bool:
        """Say whether the scheduler told the caller within a minute that they have no access."""
        at = self._kept.of(actor).turned_away_at
        return time.monotonic() - at < _TURNED_AWAY_SECONDS

    def wrote(self, actor: PortalActor) -> None:
        """Give the caller no more unasked what they were told before they wrote."""
        self._kept.of(actor).wrote_at = time.monotonic()

    async def _ask(self, what: What, caller: Caller, shelf: Shelf) -> Answer:
        path, query = what
        asked_at = time.monotonic()
        headers = {"Authorization": caller.bearer, "X-Correlation-ID": caller.correlation_id}
        got = await self._http.get(f"{path}?{query}" if query else path, headers=headers)
        if got.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _FailedThere
        media_type = got.headers.get("content-type", "application/json")
        answer = Answer(got.status_code, got.content, media_type)
        if answer.is_ok:
            self._kept.keep(caller.actor, shelf, what, Kept(answer, asked_at))
            self._kept.of(caller.actor).turned_away_at = float("-inf")
            return answer
        # What is gone is not told again; nor is anything to whom the scheduler turned away.
        self._kept.forget(caller.actor, None if answer.status in _MAY_NOT else what)
        if _says_withdrawn(answer):
            self._kept.of(caller.actor).turned_away_at = time.monotonic()
        return answer


def _says_withdrawn(answer: Answer) -> bool:
    if answer.status != HTTPStatus.FORBIDDEN:
        return False
    try:
        problem = json.loads(answer.body)
    except ValueError:
        return False
    return isinstance(problem, dict) and problem.get("type") == _WITHDRAWN


def _is_fresh(kept: Kept, shelf: Shelf, fresh_seconds: float) -> bool:
    if kept.asked_at - shelf.wrote_at < _SETTLING_SECONDS:
        return False
    return time.monotonic() - kept.asked_at < fresh_seconds


def _aged(kept: Kept, *, is_stale: bool) -> Answer:
    answer = kept.answer
    age = int(time.monotonic() - kept.asked_at)
    return Answer(answer.status, answer.body, answer.media_type, age, is_stale)
