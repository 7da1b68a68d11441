"""A baseline and a subject measured in turn, their medians, the ratio and its target."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Any, Final

CALLS: Final = 20
"""A time is the mean of so many calls, which take the inputs there are in turn."""

_LONGEST_SECONDS: Final = 1.0

Call = Callable[[], Awaitable[object]]
Measure = Callable[[], Awaitable[float]]


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
    """Return, in turn, how long calls of each take in milliseconds, once both are warm."""
    for calls in (baseline, subject):
        await milliseconds(calls)
    return await in_turn(pairs, lambda: milliseconds(baseline), lambda: milliseconds(subject))


async def milliseconds(calls: Sequence[Call]) -> float:
    """Return the mean of CALLS calls; of fewer, but of each, where they take long."""
    done, began = 0, time.perf_counter()
    while done < max(CALLS, len(calls)):
        await calls[done % len(calls)]()
        done += 1
        if done % len(calls) == 0 and time.perf_counter() - began > _LONGEST_SECONDS:
            break
    return (time.perf_counter() - began) * 1000 / done


async def in_turn(
    pairs: int, baseline: Measure, subject: Measure
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Measure both `pairs` times, next to each other; who is first changes with each pair."""
    of_baseline: list[float] = []
    of_subject: list[float] = []
    for number in range(pairs):
        turns = [(of_baseline, baseline), (of_subject, subject)]
        for figures, measure in turns if number % 2 == 0 else reversed(turns):
            figures.append(await measure())
    return tuple(of_baseline), tuple(of_subject)
