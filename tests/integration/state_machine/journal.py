"""What was done in a run, in words, for when it fails."""

from collections import Counter

from tests.integration.state_machine.operations import Operation, Outcome


class Journal:
    """Keeps the operations of the run that is on, and the first failure of all.

    Where several act at once a failure may not come again, and Hypothesis then tells of that alone.
    """

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        self.first_failure: str | None = None
        self._lines: list[str] = []

    def begin(self) -> None:
        """Begin another run."""
        self._lines = []

    def note(self, line: str) -> None:
        """Keep a line."""
        self._lines.append(line)

    def add(self, operation: Operation, outcome: Outcome, *, at_once: bool = False) -> None:
        """Keep an operation and its answer."""
        how = " at once" if at_once else ""
        self.answers[f"{type(operation).__name__}{how}: {outcome.answer}"] += 1
        self.note(f"{'| ' if at_once else ''}{operation} -> {outcome}")

    def require(self, holds: bool, otherwise: str) -> None:
        """Fail with all that was done when it does not hold."""
        if not holds:
            raise AssertionError(self.keep_failure(otherwise))

    def keep_failure(self, what: str) -> str:
        """Keep it if it is the first; return it with all that was done before."""
        failure = "\n".join([*self._lines, "", what])
        self.first_failure = self.first_failure or failure
        return failure
