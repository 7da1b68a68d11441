"""Stretches of time: joined, cut, compared; the same instants whichever way they are told."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.scheduler.domain.intervals import Interval, merged, without

BEGINNING = datetime(2027, 3, 1, tzinfo=UTC)
HOURS = range(24)


def hours(start: int, end: int) -> Interval:
    """Return from the hour `start` until the hour `end`."""
    return Interval(BEGINNING + timedelta(hours=start), BEGINNING + timedelta(hours=end))


def covered(intervals: Iterable[Interval]) -> set[int]:
    """Return which whole hours are within any of them."""
    known = list(intervals)
    return {hour for hour in HOURS if any(one.contains(hours(hour, hour + 1)) for one in known)}


some_hours = st.lists(
    st.tuples(st.sampled_from(HOURS), st.sampled_from(HOURS)).map(
        lambda pair: hours(min(pair), max(pair))
    ),
    max_size=8,
)


@given(some_hours)
def test_merging_keeps_the_time_and_tells_it_once(intervals: list[Interval]) -> None:
    """The same hours, in order, with a gap between any two, and none empty."""
    result = merged(intervals)
    assert covered(result) == set().union(*(covered([one]) for one in intervals))
    assert all(one.start < one.end for one in result)
    assert all(one.end < two.start for one, two in pairwise(result))
    assert merged(result) == result


@given(some_hours, some_hours)
def test_taking_away_leaves_the_rest(intervals: list[Interval], taken: list[Interval]) -> None:
    """Every hour that was there and is not taken, and no other."""
    rest = without(intervals, taken)
    assert covered(rest) == covered(merged(intervals)) - covered(merged(taken))
    assert all(one.start < one.end for one in rest)
    assert all(one.end <= two.start for one, two in pairwise(rest))
    assert not any(one.overlaps(hole) for one in rest for hole in taken if hole.start < hole.end)


@given(some_hours)
def test_nothing_taken_away_changes_nothing(intervals: list[Interval]) -> None:
    """And everything taken away leaves nothing."""
    assert without(intervals, []) == merged(intervals)
    assert without(intervals, [hours(0, 24)]) == ()


@given(some_hours, some_hours)
def test_overlapping_is_sharing_an_hour(one: list[Interval], two: list[Interval]) -> None:
    """Either way round; who ends when the other begins shares nothing."""
    for first in one:
        for second in two:
            shares = bool(covered([first]) & covered([second]))
            if first.start < first.end and second.start < second.end:
                assert first.overlaps(second) is second.overlaps(first) is shares
            if shares:
                both = first.clipped_to(second)
                assert covered([both]) == covered([first]) & covered([second])
                assert first.contains(both)
                assert second.contains(both)


def test_neighbours_do_not_overlap() -> None:
    """The end is free again; joined, the two are one."""
    morning, noon = hours(8, 12), hours(12, 14)
    assert not morning.overlaps(noon)
    assert not noon.overlaps(morning)
    assert merged([noon, morning]) == (hours(8, 14),)


def test_a_hole_in_the_middle_makes_two() -> None:
    """Lunch divides a day; what lies outside of it takes nothing away."""
    assert without([hours(8, 18)], [hours(12, 13), hours(18, 20), hours(2, 8)]) == (
        hours(8, 12),
        hours(13, 18),
    )
