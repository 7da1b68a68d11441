"""Calendar files, read by a parser that is not the one that wrote them: ical.js, on Node."""

import json
import subprocess
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

_SCRIPT: Final = Path(__file__).parent / "read_calendars.mjs"


def read_with_ical_js(files: Sequence[str]) -> list[dict[str, Any]]:
    """Return what ical.js finds in each file; one process reads them all."""
    done = subprocess.run(  # noqa: S603
        ["node", str(_SCRIPT)],  # noqa: S607
        input=json.dumps(list(files)).encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"has `make test` set up Node? {done.stderr.decode()[-2000:]}"
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def calendar_part(message: EmailMessage) -> EmailMessage | None:
    """Return the part that mail readers take the appointment from."""
    return next(
        (part for part in message.walk() if part.get_content_type() == "text/calendar"), None
    )


def calendar_text(message: EmailMessage) -> str:
    """Return that part's text, with the line ends that were sent."""
    part = calendar_part(message)
    assert part is not None
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()
