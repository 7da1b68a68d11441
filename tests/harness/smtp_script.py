"""An SMTP server that does what its script says next, and keeps what it took.

It is aiosmtpd's, so that what the script leaves alone is as a real server does it.
"""

import asyncio
import ssl
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable
from email import message_from_bytes
from email.message import Message
from enum import StrEnum
from types import TracebackType
from typing import Any, AnyStr

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from deploy.local.ports import free_port


class Stage(StrEnum):
    """Where in an exchange; CONTENT is the answer to the e-mail itself, after DATA."""

    CONNECT = "connect"
    EHLO = "EHLO"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    CONTENT = "content"
    RSET = "RSET"
    QUIT = "QUIT"


TAKE = "250 taken"
HANG = "(says nothing)"
CUT = "(cuts the connection)"
TAKE_AND_HANG = "(takes the e-mail, and never says so)"
TAKE_AND_CUT = "(takes the e-mail, cuts the connection, and does not say so)"
SAY_AND_CUT = "(takes the e-mail, says so, and closes the connection)"
CUT_IN_THE_MIDDLE = "(says half of an answer, and cuts the connection)"
GARBAGE = "Bonjour\x00 250"


class ScriptedSmtp:
    """Answers by script, each answer once; without one, it takes everything.

    With `log_in` it asks for that name and password; `tls` and `implicit` are how it encrypts.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        log_in: tuple[str, str] | None = None,
    ) -> None:
        self.port = free_port()
        self.taken: list[Message] = []
        self.heard: Counter[str] = Counter()
        self.at_once = 0
        self.most_at_once = 0
        self.answers_after = 0.0
        self.on_data: Callable[[], Awaitable[None]] | None = None
        self._tls, self._implicit, self._log_in = tls, implicit, log_in
        self._script: dict[Stage, deque[str]] = defaultdict(deque)
        self._server: asyncio.Server | None = None
        self._open: set[_Connection] = set()

    @property
    def tries(self) -> int:
        """How often an e-mail came as far as naming its recipient."""
        return self.heard[Stage.RCPT]

    def answer(self, stage: Stage, *answers: str) -> None:
        """Answer the next times with these."""
        self._script[stage].extend(answers)

    def refuse_recipient(self, *answers: str) -> None:
        """Answer the next `RCPT`s with these."""
        self.answer(Stage.RCPT, *answers)

    def answer_data(self, *answers: str) -> None:
        """Answer the next e-mails with these after `DATA`."""
        self.answer(Stage.CONTENT, *answers)

    def next_answer(self, stage: Stage) -> str | None:
        """Return what the script says to this, and count that it was said."""
        self.heard[stage] += 1
        return self._script[stage].popleft() if self._script[stage] else None

    def cut_all(self) -> None:
        """Drop every connection, as a server that is started anew does."""
        for connection in list(self._open):
            connection.cut()

    async def start(self) -> None:
        """Listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Connection(self, self._open, **self._options()),
            "127.0.0.1",
            self.port,
            ssl=self._tls if self._implicit else None,
        )

    async def stop(self) -> None:
        """Stop listening, and drop who is connected."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.cut_all()

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

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"hostname": "smtp.example.org"}
        if self._tls is not None and not self._implicit:
            options |= {"tls_context": self._tls, "require_starttls": True}
        if self._log_in is not None:
            options |= {"authenticator": self._authenticate, "auth_required": True}
            options["auth_require_tls"] = self._tls is not None and not self._implicit
        return options

    def _authenticate(self, *arguments: Any) -> AuthResult:
        given = arguments[-1]
        assert isinstance(given, LoginPassword)
        name, password = self._log_in or ("", "")
        fits = (given.login, given.password) == (name.encode(), password.encode())
        return AuthResult(success=fits, handled=False)

    async def handle_DATA(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Answer the end of `DATA`."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        if self.on_data is not None:
            happens, self.on_data = self.on_data, None
            await happens()
        if self.answers_after:
            await asyncio.sleep(self.answers_after)  # what a slow server does; nobody waits by it
        self.at_once -= 1
        answer = self.next_answer(Stage.CONTENT) or TAKE
        if answer in (TAKE, TAKE_AND_HANG, TAKE_AND_CUT, SAY_AND_CUT):
            assert isinstance(envelope.content, bytes)
            self.taken.append(message_from_bytes(envelope.content))
        assert isinstance(server, _Connection)
        if answer == SAY_AND_CUT:
            await server.push(TAKE)
            server.close()
        elif answer != TAKE and await server.does(answer):
            return ""
        return answer


class _Connection(SMTP):
    """One connection; every command asks the script first."""

    def __init__(
        self, script: ScriptedSmtp, connections: "set[_Connection]", **options: Any
    ) -> None:
        super().__init__(script, **options)
        self._script = script
        self._connections = connections
        self._is_cut = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._connections.discard(self)
        super().connection_lost(error)

    def cut(self) -> None:
        """Drop the connection without a word."""
        self._is_cut = True
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    def close(self) -> None:
        """Close it after what was said."""
        self._is_cut = True
        if self.transport is not None:
            self.transport.close()

    async def push(self, status: AnyStr) -> None:
        """Say something, unless nobody hears it any more."""
        if status and not self._is_cut:
            await super().push(status)

    async def does(self, answer: str) -> bool:
        """Do what an answer stands for; False when it is simply to be said."""
        if answer in (HANG, TAKE_AND_HANG):
            await asyncio.Event().wait()
        if answer == CUT_IN_THE_MIDDLE:
            self._writer.write(b"250-half")
            self.close()
        if answer in (CUT, TAKE_AND_CUT):
            self.cut()
        return answer in (HANG, TAKE_AND_HANG, CUT, TAKE_AND_CUT, CUT_IN_THE_MIDDLE)

    async def _is_scripted(self, stage: Stage) -> bool:
        answer = self._script.next_answer(stage)
        if answer is None:
            return False
        if not await self.does(answer):
            await self.push(answer)
            if answer.startswith("421"):
                self.close()
        return True

    async def _handle_client(self) -> None:
        if not await self._is_scripted(Stage.CONNECT):
            await super()._handle_client()

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802  aiosmtpd's name
        if not await self._is_scripted(Stage.EHLO):
            await super().smtp_EHLO(hostname)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        if not await self._is_scripted(Stage.MAIL):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        if not await self._is_scripted(Stage.RCPT):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if not await self._is_scripted(Stage.DATA):
            await super().smtp_DATA(arg)

    async def smtp_RSET(self, arg: str) -> None:  # noqa: N802
        if not await self._is_scripted(Stage.RSET):
            await super().smtp_RSET(arg)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802
        if not await self._is_scripted(Stage.QUIT):
            await super().smtp_QUIT(arg)
