"""How far a long command has got: a line that changes at a terminal, lines at times elsewhere."""

import time
from typing import Final, TextIO

_PAUSE_AT_TERMINAL: Final = 0.2
_PAUSE_ELSEWHERE: Final = 5.0
_CLEAR: Final = "\r\033[K"


class Progress:
    """Rows done of `total`, and how many in a second."""

    def __init__(self, total: int, stream: TextIO) -> None:
        self._total = total
        self._stream = stream
        self._at_terminal = stream.isatty()
        self._pause = _PAUSE_AT_TERMINAL if self._at_terminal else _PAUSE_ELSEWHERE
        self._begun = self._last = time.monotonic()
        self._done = 0

    def advance(self, rows: int) -> None:
        """Count some more; show it when it is time to."""
        self._done += rows
        now = time.monotonic()
        if now - self._last >= self._pause:
            self._last = now
            self._stream.write(f"\r{self._line()}" if self._at_terminal else f"{self._line()}\n")
            self._stream.flush()

    def say(self, line: str) -> None:
        """Write a line of its own."""
        self._stream.write(f"{_CLEAR}{line}\n" if self._at_terminal else f"{line}\n")

    def finish(self) -> None:
        """Show the end of it."""
        self.say(self._line())
        self._stream.flush()

    def _line(self) -> str:
        seconds = max(time.monotonic() - self._begun, 0.001)
        return f"{self._done:,} of {self._total:,} rows, {self._done / seconds:,.0f} per second"
