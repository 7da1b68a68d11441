"""Requests over a few connections that are kept, at a pace or as fast as they are answered.

Written on plain streams: a client that takes longer than the server would measure itself.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Final, Self

_LENGTH: Final = b"content-length:"


class WrongAnswer(Exception):
    """A status other than the one that is measured."""


class Connections:
    """So many connections to a port of this machine; each serves one request at a time."""

    def __init__(self, port: int, many: int, *, expected: int) -> None:
        self._port = port
        self._many = many
        self._expected = expected
        self._free: asyncio.Queue[_Connection] = asyncio.Queue()
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Open them."""
        for _ in range(self._many):
            connection = _Connection(self._port, self._expected)
            await connection.open()
            self._open.callback(connection.close)
            self._free.put_nowait(connection)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close them."""
        await self._open.aclose()

    async def send_all(self, requests: Sequence[bytes]) -> None:
        """Send them as fast as they are answered; raises WrongAnswer."""
        waiting = iter(requests)

        async def work() -> None:
            connection = await self._free.get()
            for request in waiting:
                await connection.send(request)
            self._free.put_nowait(connection)

        await asyncio.gather(*(work() for _ in range(self._many)))

    async def send_at(self, requests: Sequence[bytes], a_second: float) -> list[float]:
        """Send so many a second, whatever is answered when; return how long each took, in seconds.

        Counted from when it was due, so that one that had to wait for a connection has waited.
        """
        began = time.perf_counter()

        async def one(number: int, request: bytes) -> float:
            due = began + number / a_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            connection = await self._free.get()
            await connection.send(request)
            self._free.put_nowait(connection)
            return time.perf_counter() - due

        sending = (one(number, request) for number, request in enumerate(requests))
        return list(await asyncio.gather(*sending))


class _Connection:
    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter

    def __init__(self, port: int, expected: int) -> None:
        self._port = port
        self._expected = f" {expected} ".encode()

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    def close(self) -> None:
        self._writer.close()

    async def send(self, request: bytes) -> None:
        if self._reader.at_eof():  # left alone for too long, the server has closed it
            self.close()
            await self.open()
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        lines = head.lower().splitlines()
        length = next(line for line in lines if line.startswith(_LENGTH))
        body = await self._reader.readexactly(int(length.removeprefix(_LENGTH)))
        if self._expected not in lines[0]:
            raise WrongAnswer(f"{lines[0].decode()}: {body.decode()}")
