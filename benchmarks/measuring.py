"""A baseline and a subject measured in turn, their medians, the ratio and its target."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Any, Final

CALLS: Final = 20

Call = Callable[[], Awaitable[object]]
Slice = Callable[[int], Awaitable[object]]


class Unit(StrEnum):
    """What the figures are: more of the first is better, less of the second."""

    PER_SECOND = "/s"
    MILLISECONDS = "ms"


@dataclass(frozen=True, slots=True)
class Target:
    """What the ratio of subject to baseline should be: at least, or else at most, `bound`."""

    bound: float
    at_least: bool = False

    def is_met(self, ratio: float) -> bool:
        """Say whether a ratio is good enough; the bound itself is."""
        return ratio >= self.bound if self.at_least else ratio <= self.bound

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:g}"


@dataclass(frozen=True, slots=True)
class Measurement:
    """The figures of one thing, a baseline and a subject for each pair; without target, told only.

    `group` and `name` say what was measured.
    """

    group: str
    name: str
    unit: Unit
    baseline: tuple[float, ...]
    subject: tuple[float, ...]
    target: Target | None = None

    def __post_init__(self) -> None:
        """Refuse figures that are no pairs."""
        if not self.baseline or len(self.baseline) != len(self.subject):
            raise ValueError("a measurement takes at least one pair")

    @property
    def ratio(self) -> float:
        """The subject's median by the baseline's."""
        return median(self.subject) / median(self.baseline)

    @property
    def spread(self) -> tuple[float, float]:
        """The lowest and the highest ratio of any one pair."""
        ratios = [
            subject / baseline
            for baseline, subject in zip(self.baseline, self.subject, strict=True)
        ]
        return min(ratios), max(ratios)

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None without one."""
        return None if self.target is None else self.target.is_met(self.ratio)

    def as_members(self) -> dict[str, Any]:
        """Return it for the JSON file, with every figure."""
        return {
            "group": self.group,
            "name": self.name,
            "unit": self.unit.value,
            "pairs": len(self.baseline),
            "baseline_median": median(self.baseline),
            "subject_median": median(self.subject),
            "ratio": self.ratio,
            "ratio_lowest": self.spread[0],
            "ratio_highest": self.spread[1],
            "target": self.target and str(self.target),
            "met": self.is_met,
            "baseline": list(self.baseline),
            "subject": list(self.subject),
        }


async def compare_times(
    baseline: Sequence[Call], subject: Sequence[Call], pairs: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return how long calls of each take, in milliseconds, in turn, once both are warm.

    A figure is the mean of CALLS calls, which take the inputs there are in turn.
    """
    if len(baseline) != len(subject):
        raise ValueError("the same calls on both sides")
    for call in (*baseline, *subject):
        await call()
    return await in_turn(
        pairs,
        max(CALLS, len(baseline)),
        lambda number: baseline[number % len(baseline)](),
        lambda number: subject[number % len(subject)](),
    )


async def in_turn(
    pairs: int, slices: int, baseline: Slice, subject: Slice
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the mean of so many slices of work of each, in milliseconds, once for each pair.

    A slice of one comes next to the same of the other, so that a machine that is slow for a moment
    is slow for both; who is first changes each time. Slices are numbered through all pairs.
    """
    figures: tuple[list[float], list[float]] = ([], [])
    for pair in range(pairs):
        spent = [0.0, 0.0]
        for number in range(pair * slices, (pair + 1) * slices):
            turns = [(0, baseline), (1, subject)]
            for side, work in turns if number % 2 == 0 else reversed(turns):
                began = time.perf_counter()
                await work(number)
                spent[side] += time.perf_counter() - began
        for side, seconds in enumerate(spent):
            figures[side].append(seconds * 1000 / slices)
    return tuple(figures[0]), tuple(figures[1])
