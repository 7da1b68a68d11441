"""What the scheduler answered, kept for the caller who was given it and for nobody else.

Bounded in bytes: whoever has not called for longest is forgotten first.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from uuid import UUID

from shared.auth.actors import ClientActor, PortalActor

_MOST_BYTES: Final = 64 * 1024 * 1024
_MOST_OF_A_CALLER: Final = 40
_OVERHEAD_BYTES: Final = 1_000

What = tuple[str, str]
"""A path and its query."""

_Caller = tuple[UUID, type[PortalActor], str, UUID | None]


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
class Kept:
    """An answer, and when it was asked for (monotonic seconds): what it says is as old as that."""

    answer: Answer
    asked_at: float

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return len(self.answer.body) + _OVERHEAD_BYTES


@dataclass(slots=True, eq=False)
class Shelf:
    """What one caller was told; when they last wrote, and were last without access (monotonic)."""

    kept: OrderedDict[What, Kept] = field(default_factory=OrderedDict)
    wrote_at: float = float("-inf")
    turned_away_at: float = float("-inf")


class KeptAnswers:
    """A shelf for each caller."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._shelves: OrderedDict[_Caller, Shelf] = OrderedDict()

    @property
    def size(self) -> int:
        """About how many bytes all of it takes."""
        return self._bytes

    def of(self, actor: PortalActor) -> Shelf:
        """Return the caller's own shelf."""
        key = _caller(actor)
        shelf = self._shelves.get(key)
        if shelf is None:
            shelf = self._shelves[key] = Shelf()
            self._bytes += _OVERHEAD_BYTES
            self._make_room()
        self._shelves.move_to_end(key)
        return shelf

    def find(self, actor: PortalActor, what: What) -> Kept | None:
        """Return what the caller was told, if it is there still."""
        shelf = self._shelves.get(_caller(actor))
        return None if shelf is None else shelf.kept.get(what)

    def keep(self, actor: PortalActor, shelf: Shelf, what: What, kept: Kept) -> None:
        """Keep it on the shelf as it was when it was asked for.

        A shelf that was cleared meanwhile stays so: what was under way then must not come back.
        """
        if self._shelves.get(_caller(actor)) is not shelf:
            return
        self._remove(shelf, what)
        shelf.kept[what] = kept
        self._bytes += kept.size
        while len(shelf.kept) > _MOST_OF_A_CALLER:
            self._remove(shelf, next(iter(shelf.kept)))
        self._make_room()

    def forget(self, actor: PortalActor, what: What | None = None) -> None:
        """Forget one answer of a caller; without saying which, all of them."""
        key = _caller(actor)
        if what is None:
            self._drop(key)
        elif (shelf := self._shelves.get(key)) is not None:
            self._remove(shelf, what)

    def _make_room(self) -> None:
        while self._bytes > self._most_bytes and self._shelves:
            self._drop(next(iter(self._shelves)))

    def _drop(self, key: _Caller) -> None:
        shelf = self._shelves.pop(key, None)
        if shelf is not None:
            self._bytes -= _OVERHEAD_BYTES + sum(kept.size for kept in shelf.kept.values())

    def _remove(self, shelf: Shelf, what: What) -> None:
        before = shelf.kept.pop(what, None)
        if before is not None:
            self._bytes -= before.size


def _caller(actor: PortalActor) -> _Caller:
    client = actor.client_id if isinstance(actor, ClientActor) else None
    return (actor.practice_id, type(actor), actor.subject, client)
