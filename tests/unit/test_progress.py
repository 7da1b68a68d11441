"""How far a long command has got, at a terminal and in a log."""

import io

import pytest

from cli import progress
from cli.progress import Progress


class Terminal(io.StringIO):
    """A stream that is one."""

    def isatty(self) -> bool:
        """Say so."""
        return True


class Clock:
    """A clock that is set by hand; seconds."""

    now = 100.0

    def monotonic(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock that progress goes by."""
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


def test_a_log_gets_a_line_each_five_seconds(clock: Clock) -> None:
    """And one at the end; what is said between is not held back."""
    stream = io.StringIO()
    shown = Progress(4000, stream)
    for seconds in (1, 4, 1, 5):
        clock.now += seconds
        shown.advance(1000)
    shown.say("row 7: refused")
    clock.now += 1
    shown.finish()
    assert stream.getvalue().splitlines() == [
        "2,000 of 4,000 rows, 400 per second",
        "4,000 of 4,000 rows, 364 per second",
        "row 7: refused",
        "4,000 of 4,000 rows, 333 per second",
    ]


def test_a_terminal_gets_one_line_that_changes(clock: Clock) -> None:
    """Five times a second at most; what is said takes its place."""
    stream = Terminal()
    shown = Progress(300, stream)
    for seconds in (0.125, 0.125, 0.25):
        clock.now += seconds
        shown.advance(100)
    shown.say("row 7: refused")
    shown.finish()
    assert stream.getvalue() == (
        "\r200 of 300 rows, 800 per second"
        "\r300 of 300 rows, 600 per second"
        "\r\033[Krow 7: refused\n"
        "\r\033[K300 of 300 rows, 600 per second\n"
    )
