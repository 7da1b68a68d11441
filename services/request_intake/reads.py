"""What the portal reads comes from the scheduler, with the caller's own token.

An answer is kept for a few seconds, and the last good one for longer: while the scheduler is away
it is given with its age. Both are kept for the caller who was given them and for nobody else, and
only after the token of the caller was checked again.
"""

import json
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import httpx
import structlog

from services.request_intake.domain.submission import AccessWithdrawn
from shared.auth.actors import ClientActor, PortalActor
from shared.http.problems import TYPE_PREFIX

_MOST_KEPT: Final = 20_000
_LAST_GOOD_SECONDS: Final = 24 * 3600
_TURNED_AWAY_SECONDS: Final = 60.0
_WITHDRAWN: Final = f"{TYPE_PREFIX}{AccessWithdrawn.code}"
_LONGEST: Final = httpx.Timeout(2.0, connect=0.5)

log = structlog.get_logger(__name__)

_Key = tuple[str, ...]


class SchedulerAway(Exception):
    """The scheduler does not answer, and no earlier answer is at hand."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the scheduler said, how long ago, and whether it could not be asked again."""

    status: int
    body: bytes
    media_type: str
    age_seconds: int = 0
    is_stale: bool = False

    @property
    def is_ok(self) -> bool:
        """Say whether it holds what was asked for."""
        return self.status == HTTPStatus.OK


@dataclass(frozen=True, slots=True)
class _Kept:
    answer: Answer
    at: float


class _FailedThere(Exception):
    """The scheduler answered that it could not."""


class Reads:
    """Asks the scheduler over `http`, which it closes at the end.

    `fresh_seconds` is how long an answer is given again unasked.
    """

    def __init__(self, http: httpx.AsyncClient, *, fresh_seconds: float = 3.0) -> None:
        self._http = http
        self._fresh_seconds = fresh_seconds
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._turned_away: OrderedDict[_Key, float] = OrderedDict()

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
        params: Mapping[str, str | list[str]],
        actor: PortalActor,
        *,
        bearer: str,
        correlation_id: str,
    ) -> Answer:
        """Return the answer to the caller.

        Raises:
            SchedulerAway: it does not answer in time, and this caller was never told.

        """
        query = httpx.QueryParams(dict(params))
        key = (*_caller(actor), path, str(query))
        kept = self._kept.get(key)
        if kept is not None and time.monotonic() - kept.at < self._fresh_seconds:
            return _aged(kept, is_stale=False)
        try:
            headers = {"Authorization": bearer, "X-Correlation-ID": correlation_id}
            return await self._ask(key, _caller(actor), path, query, headers)
        except (httpx.TransportError, _FailedThere) as error:
            log.warning("scheduler.away", reason=type(error).__name__)
            if kept is None or time.monotonic() - kept.at > _LAST_GOOD_SECONDS:
                raise SchedulerAway from None
            return _aged(kept, is_stale=True)

    def at_hand(self, path: str, actor: PortalActor, *, at_most_seconds: float) -> bytes | None:
        """Return what the caller was told lately of a path without parameters, asking nobody."""
        kept = self._kept.get((*_caller(actor), path, ""))
        if kept is None or time.monotonic() - kept.at > at_most_seconds:
            return None
        return kept.answer.body

    def turned_away(self, actor: PortalActor) -> bool:
        """Say whether the scheduler told the caller within a minute that they have no access."""
        at = self._turned_away.get(_caller(actor))
        return at is not None and time.monotonic() - at < _TURNED_AWAY_SECONDS

    async def _ask(
        self,
        key: _Key,
        caller: _Key,
        path: str,
        query: httpx.QueryParams,
        headers: dict[str, str],
    ) -> Answer:
        got = await self._http.get(path, params=query, headers=headers)
        if got.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _FailedThere
        media_type = got.headers.get("content-type", "application/json")
        answer = Answer(got.status_code, got.content, media_type)
        if answer.is_ok:
            self._keep(key, answer)
            self._turned_away.pop(caller, None)
        else:
            self._kept.pop(key, None)  # what is gone, or not theirs any more, is not told again
        if _says_withdrawn(answer):
            self._turn_away(caller)
        return answer

    def _turn_away(self, caller: _Key) -> None:
        if caller not in self._turned_away:
            for key in [key for key in self._kept if key[: len(caller)] == caller]:
                del self._kept[key]
        self._turned_away[caller] = time.monotonic()
        self._turned_away.move_to_end(caller)
        if len(self._turned_away) > _MOST_KEPT:
            self._turned_away.popitem(last=False)

    def _keep(self, key: _Key, answer: Answer) -> None:
        self._kept[key] = _Kept(answer, time.monotonic())
        self._kept.move_to_end(key)
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)


def _caller(actor: PortalActor) -> _Key:
    client = str(actor.client_id) if isinstance(actor, ClientActor) else ""
    return (str(actor.practice_id), type(actor).__name__, actor.subject, client)


def _says_withdrawn(answer: Answer) -> bool:
    if answer.status != HTTPStatus.FORBIDDEN:
        return False
    try:
        problem = json.loads(answer.body)
    except ValueError:
        return False
    return isinstance(problem, dict) and problem.get("type") == _WITHDRAWN


def _aged(kept: _Kept, *, is_stale: bool) -> Answer:
    answer = kept.answer
    age = int(time.monotonic() - kept.at)
    return Answer(answer.status, answer.body, answer.media_type, age, is_stale)
