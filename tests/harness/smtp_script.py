"""An SMTP server that does to each e-mail what its script says next, and keeps what it took."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from email import message_from_bytes
from email.message import Message
from types import TracebackType
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.ports import free_port

TAKE = "250 taken"
DROP_AFTER_DATA = "drop"
"""Takes the e-mail, and cuts the connection instead of saying so."""


class ScriptedSmtp:
    """Answers `RCPT` or the end of `DATA` by script; without one, it takes everything."""

    def __init__(self) -> None:
        self.port = free_port()
        self.taken: list[Message] = []
        self.tries = 0
        self.on_data: Callable[[], Awaitable[None]] | None = None
        self.hang_on_quit = False
        self._rcpt: deque[str] = deque()
        self._data: deque[str] = deque()
        self._server: asyncio.Server | None = None

    def refuse_recipient(self, *answers: str) -> None:
        """Answer the next `RCPT`s with these."""
        self._rcpt.extend(answers)

    def answer_data(self, *answers: str) -> None:
        """Answer the next e-mails with these after `DATA`."""
        self._data.extend(answers)

    async def start(self) -> None:
        """Listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="smtp.example.org"), "127.0.0.1", self.port
        )

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def __aenter__(self) -> "ScriptedSmtp":
        await self.start()
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[Any],
    ) -> str:
        """Answer `RCPT`."""
        self.tries += 1
        answer = self._rcpt.popleft() if self._rcpt else TAKE
        if answer == TAKE:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Answer the end of `DATA`."""
        if self.on_data is not None:
            happens, self.on_data = self.on_data, None
            await happens()
        answer = self._data.popleft() if self._data else TAKE
        if answer in (TAKE, DROP_AFTER_DATA):
            assert isinstance(envelope.content, bytes)
            self.taken.append(message_from_bytes(envelope.content))
        if answer == DROP_AFTER_DATA:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return TAKE
        return answer

    async def handle_QUIT(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, _envelope: Envelope
    ) -> str:
        """Answer `QUIT`, or never."""
        if self.hang_on_quit:
            await asyncio.Event().wait()
        return "221 bye"
