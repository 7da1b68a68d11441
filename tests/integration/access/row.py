"""One row of the table, and the answers that rows have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.integration.access.world import Who, World

Body = dict[str, Any]

PORTAL_SIDE: Final = frozenset({Who.CLIENT, Who.OTHER_CLIENT, Who.PORTAL})
HERE: Final = (
    Who.SCHEDULER,
    Who.ASSIGNED_CLINICIAN,
    Who.ASSIGNED_INTERN,
    Who.OTHER_CLINICIAN,
    Who.OTHER_INTERN,
)
MAY_SEE: Final = frozenset({Who.SCHEDULER, Who.ASSIGNED_CLINICIAN, Who.ASSIGNED_INTERN})


@dataclass(frozen=True)
class Row:
    """One route.

    `answers` are the statuses for staff, of a route of the portal for clients and the portal;
    everybody else is turned away, unless `public` is the status that all get. `shows` is whether
    those who may see the client find something of theirs in the answer.
    """

    method: str
    path: str
    answers: Mapping[Who, int]
    by_portal: bool = False
    shows: bool = False
    values: Callable[[World], Mapping[str, str]] = lambda _world: {}
    query: Callable[[World], Mapping[str, str]] = lambda _world: {}
    body: Callable[[World], Body | None] = lambda _world: None
    headers: Mapping[str, str] = field(default_factory=dict)
    public: int | None = None
    streams: bool = False

    def expected(self, who: Who) -> int:
        """Return the status."""
        if self.public is not None:
            return self.public
        if who in (Who.NOBODY, Who.FORGER):
            return 401
        if who is Who.FORMER or (who in PORTAL_SIDE) is not self.by_portal:
            return 403
        return self.answers[who]

    def may_see(self, who: Who) -> bool:
        """Say whether what is the client's may be in the answer."""
        return who is Who.CLIENT if self.by_portal else who in MAY_SEE


def everybody(status: int = 200) -> Mapping[Who, int]:
    """Return the same answer for all staff, each with what is theirs in it."""
    return dict.fromkeys((*HERE, Who.STRANGER), status)


def who_may_see(status: int = 200) -> Mapping[Who, int]:
    """Return an answer for those who see the client; for the others it is not there."""
    return {who: status if who in MAY_SEE else 404 for who in (*HERE, Who.STRANGER)}


def colleagues(status: int = 200) -> Mapping[Who, int]:
    """Return an answer for all of the practice; for others it is not there."""
    return {who: status if who in HERE else 404 for who in (*HERE, Who.STRANGER)}


def only_scheduler(
    status: int = 200, *, others: int = 403, stranger: int = 404
) -> Mapping[Who, int]:
    """Return an answer for the practice scheduler; colleagues may not, strangers find nothing."""
    return {**dict.fromkeys(HERE, others), Who.SCHEDULER: status, Who.STRANGER: stranger}


def portal_side(status: int = 200, **others: int) -> Mapping[Who, int]:
    """Return an answer for clients and the portal; `other_client`, `portal`: another for them."""
    return {
        **dict.fromkeys(PORTAL_SIDE, status),
        **{Who[name.upper()]: other for name, other in others.items()},
    }
