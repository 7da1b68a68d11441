"""What goes wrong on this machine, in words for the person at the terminal."""

from pathlib import Path


class LocalServerError(RuntimeError):
    """A local server could not be had; the message says why, and quotes the end of its log."""

    def __init__(self, message: str, log: Path | None = None) -> None:
        if log is not None and log.exists():
            end = log.read_text(errors="replace").splitlines()[-25:]
            message = "\n".join([message, f"The end of {log}:", *(f"  {line}" for line in end)])
        super().__init__(message)
