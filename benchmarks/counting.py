"""Which commands go to MongoDB for one piece of work, and how long each takes."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from pymongo import monitoring


@dataclass(frozen=True, slots=True)
class CommandCount:
    """How often a command came for one piece of work, and how long it took, in milliseconds."""

    command: str
    times: float
    milliseconds: float


@dataclass
class CommandCounter(monitoring.CommandListener):
    """Counts while `is_on`; hears of the clients made after it was registered."""

    is_on: bool = False
    _under_way: dict[int, str] = field(default_factory=dict)
    _times: Counter[str] = field(default_factory=Counter)
    _micros: Counter[str] = field(default_factory=Counter)

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Note what it is about."""
        about: Any = event.command.get(event.command_name)
        name = f"{event.command_name} {about}" if isinstance(about, str) else event.command_name
        self._under_way[event.request_id] = name

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Count it."""
        self._ended(event.request_id, event.duration_micros)

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Count it as well: it was a way to the server and back."""
        self._ended(event.request_id, event.duration_micros)

    def counts(self, pieces: int) -> list[CommandCount]:
        """Return what was counted, for one of so many pieces of work, and begin again."""
        counted = [
            CommandCount(name, times / pieces, self._micros[name] / times / 1000)
            for name, times in self._times.most_common()
        ]
        self._times.clear()
        self._micros.clear()
        return counted

    def _ended(self, request_id: int, micros: int) -> None:
        name = self._under_way.pop(request_id, None)
        if self.is_on and name is not None:
            self._times[name] += 1
            self._micros[name] += micros
