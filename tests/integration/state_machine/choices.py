"""Choices that do not depend on what happened: a seed, and positions in whatever list there is.

Who wins a race is not Hypothesis's to decide. So it draws a seed for each step and no more, and the
same seed chooses among other things when a race has ended otherwise. The seed of zeros chooses the
first of each list, which is why the plainest comes first: that is how a failing run gets plainer.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

from hypothesis import strategies as st

from tests.integration.state_machine.books import Books
from tests.integration.state_machine.operations import Operation
from tests.integration.state_machine.people import ODD_STARTS, SHIFTS, STAFF

T = TypeVar("T")

DRAWN: Final = st.binary(min_size=4, max_size=4)


@dataclass
class Scene:
    """What is chosen from: the books, a few places in time, and what was done already.

    `seeds` counts those that came before: Hypothesis likes to repeat them, which is to be no
    repetition here.
    """

    books: Books = field(default_factory=Books)
    places: Sequence[datetime] = ()
    done: list[Operation] = field(default_factory=list)
    seeds: Counter[bytes] = field(default_factory=Counter)

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
    """Chooses for one step."""

    def __init__(self, drawn: bytes, scene: Scene) -> None:
        seed = f"{drawn.hex()} {scene.seeds[drawn]}"
        scene.seeds[drawn] += 1
        self._random = random.Random(seed) if any(drawn) else None  # noqa: S311  no secret
        self.scene = scene
        self.books = scene.books

    def one_of(self, options: Sequence[T]) -> T:
        """Choose."""
        return options[0] if self._random is None else self._random.choice(options)

    def seldom(self, options: Sequence[T]) -> T | None:
        """Choose one, or mostly none."""
        return self.one_of([None] * 3 * len(options) + list(options))

    def start(self) -> datetime:
        """Choose a start; seldom one that is refused."""
        return self.one_of([*self.scene.starts * 6, *ODD_STARTS])

    def actor(self, practice: str, visible_to: set[str]) -> str:
        """Choose somebody of the staff, mostly one who sees it."""
        own = [name for name, person in STAFF.items() if person.practice == practice]
        sees = [name for name in own if name in visible_to or STAFF[name].runs_the_practice]
        return self.one_of([*sees * 8, *own, *STAFF])

    def version(self, version: int) -> int | None:
        """Choose what the actor says they have read."""
        return self.one_of([None, None, version, version, version + 1])
