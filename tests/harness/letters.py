"""E-mails ready to be sent, and a pool that sends them to a scripted server."""

from itertools import count
from typing import Any, Final

from services.notifier.smtp import Letter, SmtpServer
from services.notifier.smtp_pool import SmtpPool
from tests.harness.smtp_script import ScriptedSmtp

_numbers: Final = count(1)


def letter() -> Letter:
    """Return one with a Message-ID of its own."""
    identity = f"<{next(_numbers)}@example.org>"
    content = f"Message-ID: {identity}\r\nSubject: x\r\n\r\n.a line that begins with a dot\r\n"
    return Letter("us@example.org", "amara@example.org", content.encode())


def pool_of(
    smtp: ScriptedSmtp,
    *,
    connections: int = 2,
    idle_seconds: float = 30,
    exchange_seconds: float = 5.0,
    host: str = "127.0.0.1",
    **server: Any,
) -> SmtpPool:
    """Return a pool of connections to it; `server` is as of SmtpServer."""
    return SmtpPool(
        SmtpServer(host, smtp.port, **{"security": "none", **server}),
        connections=connections,
        idle_seconds=idle_seconds,
        exchange_seconds=exchange_seconds,
    )


async def send(pool: SmtpPool, *letters: Letter) -> None:
    """Send one after the other."""
    for one in letters:
        async with pool.slot():
            await pool.send(one)
