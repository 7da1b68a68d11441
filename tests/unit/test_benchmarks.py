"""Medians, ratios, targets and the table of `make bench`; and that its data is of today's shape."""

from datetime import UTC, datetime
from itertools import islice

import pytest

from benchmarks.measuring import Measurement, Target, Unit, in_turn
from benchmarks.old_appointments import old_appointments
from benchmarks.old_requests import PENDING, old_requests
from benchmarks.reporting import met_of, table
from services.scheduler.mongo import appointments, request_documents

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def times(subject: tuple[float, ...], target: Target | None = None) -> Measurement:
    """Return a measurement whose baseline's median is 10 ms."""
    baseline = (10.0, 100.0, 9.0)
    return Measurement("lists", "a page", Unit.MILLISECONDS, baseline, subject, target)


def test_the_ratio_is_of_medians_and_one_bad_pair_does_not_move_it() -> None:
    """A pause of the machine in one pair is in the spread, not in the ratio."""
    measurement = times((15.0, 15.0, 900.0))

    assert measurement.ratio == 1.5
    assert measurement.spread == (0.15, 100.0)


@pytest.mark.parametrize(
    ("target", "ratio", "met"),
    [
        (Target(2.0), 2.0, True),
        (Target(2.0), 2.01, False),
        (Target(0.7, at_least=True), 0.7, True),
        (Target(0.7, at_least=True), 0.69, False),
    ],
)
def test_a_target_is_met_at_its_bound(target: Target, ratio: float, *, met: bool) -> None:
    """Times are to be at most, rates at least so much of the baseline's."""
    assert target.is_met(ratio) is met


def test_figures_without_a_partner_are_refused() -> None:
    """A measurement is of pairs."""
    with pytest.raises(ValueError, match="pair"):
        times((15.0,))


async def test_slices_of_the_two_alternate_and_are_numbered_through() -> None:
    """What comes first may find the machine colder or warmer, so each does as often."""
    order: list[tuple[str, int]] = []

    async def work(name: str, number: int) -> None:
        order.append((name, number))

    figures = await in_turn(
        2, 2, lambda number: work("bare", number), lambda number: work("whole", number)
    )

    assert order == [
        *[("bare", 0), ("whole", 0), ("whole", 1), ("bare", 1)],
        *[("bare", 2), ("whole", 2), ("whole", 3), ("bare", 3)],
    ]
    assert [len(side) for side in figures] == [2, 2]


def test_the_table_tells_target_and_outcome_in_aligned_columns() -> None:
    """The group stands above its measurements; what has no target is told without."""
    missed = times((30.0, 30.0, 30.0), Target(2.0))

    lines = table([missed, times((5.0, 5.0, 5.0))]).splitlines()

    assert [line.split() for line in lines] == [
        ["baseline", "subject", "ratio", "of", "pairs", "target"],
        ["lists"],
        ["a", "page", "10.0", "ms", "30.0", "ms", "3.00", "0.30-3.33", "<=", "2", "not", "met"],
        ["a", "page", "10.0", "ms", "5.0", "ms", "0.50", "0.05-0.56"],
    ]
    assert lines[0].index("ratio") == lines[2].index("3.00") - 1
    assert met_of([missed]) == "0 of 1 targets met; not met: lists: a page"


def test_the_data_is_what_the_scheduler_itself_would_write() -> None:
    """Documents put together from parts say the same after a way through the domain and back."""
    for document in islice(old_requests(PENDING + 200, NOW), PENDING - 200, None):
        request = request_documents.from_document(document)
        assert {**document, **request_documents.to_document(request)} == document
    for document in old_appointments(200, NOW):
        appointment = appointments.from_document(document)
        assert {**document, **appointments.to_document(appointment)} == document


def test_the_smaller_practice_is_the_newest_of_the_larger() -> None:
    """So that both answer the same, and only what lies behind it differs."""
    assert list(old_requests(50, NOW)) == list(islice(old_requests(500, NOW), 50))
    assert list(old_appointments(50, NOW)) == list(islice(old_appointments(500, NOW), 50))
