"""Choices that do not depend on what happened: bytes, read as positions in whatever list there is.

Who wins a race is not Hypothesis's to decide. So it draws the bytes alone, always as many, and the
same bytes choose among other things when a race has ended otherwise. A byte of 0 chooses the first
of a list, which is why the plainest comes first: Hypothesis makes a failing run plainer by zeros.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

from hypothesis import strategies as st

from tests.integration.state_machine.books import Books
from tests.integration.state_machine.operations import Operation
from tests.integration.state_machine.people import ODD_STARTS, SHIFTS, STAFF

T = TypeVar("T")

BYTES: Final = 80  # enough for four operations


class Drawn(bytes):
    """Not worth showing: a failing run tells what was chosen by them."""

    def __repr__(self) -> str:
        return "..."


DRAWN: Final = st.binary(min_size=BYTES, max_size=BYTES).map(Drawn)


@dataclass
class Scene:
    """What is chosen from: the books, a few places in time, and what was done already."""

    books: Books = field(default_factory=Books)
    places: Sequence[datetime] = ()
    done: list[Operation] = field(default_factory=list)

    @property
    def starts(self) -> list[datetime]:
        """Starts that often clash, or lie over midnight."""
        return [place + shift for shift in SHIFTS for place in self.places]

    @property
    def waiting(self) -> list[str]:
        """Requests without a decision."""
        return [name for name, one in self.books.requests.items() if one.status == "pending"]

    @property
    def booked(self) -> list[str]:
        """Appointments that take place."""
        return [name for name, one in self.books.appointments.items() if one.booked]


class Choices:
    """Reads the bytes of one step, one for each choice."""

    def __init__(self, drawn: bytes, scene: Scene) -> None:
        self._left = iter(drawn)
        self.scene = scene
        self.books = scene.books

    def one_of(self, options: Sequence[T]) -> T:
        """Choose."""
        return options[next(self._left) % len(options)]

    def seldom(self, options: Sequence[T]) -> T | None:
        """Choose one, or mostly none."""
        return self.one_of([None] * 3 * len(options) + list(options))

    def start(self) -> datetime:
        """Choose a start; seldom one that is refused."""
        return self.one_of([*self.scene.starts * 3, *ODD_STARTS])

    def actor(self, practice: str, visible_to: set[str]) -> str:
        """Choose somebody of the staff, mostly one who sees it."""
        own = [name for name, person in STAFF.items() if person.practice == practice]
        sees = [name for name in own if name in visible_to or STAFF[name].runs_the_practice]
        return self.one_of([*sees * 4, *own, *STAFF])

    def version(self, version: int) -> int | None:
        """Choose what the actor says they have read."""
        return self.one_of([None, None, version, version, version + 1])
