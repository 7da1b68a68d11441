"""A mail server that takes everything and keeps nothing, so that what is measured is who sends.

`python -m benchmarks.smtp_sink PORT MILLISECONDS`: so long it takes to answer an e-mail. It knows
no more than one that sends needs; a real one would be the slowest of all that is measured.
"""

import asyncio
import sys
from typing import Final

_END: Final = b"\r\n.\r\n"
_SAYS: Final = {
    b"EHLO": b"250 sink.example.org\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}


class _Sink(asyncio.Protocol):
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._heard = b""
        self._is_in_content = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  what a server has
        self._transport = transport
        transport.write(b"220 sink.example.org\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer each command, and the end of an e-mail."""
        self._heard += data
        while True:
            end = _END if self._is_in_content else b"\r\n"
            line, found, rest = self._heard.partition(end)
            if not found:
                return
            self._heard = rest
            self._answer(line[:4].upper())

    def _answer(self, command: bytes) -> None:
        if self._transport is None:
            return
        if self._is_in_content:
            self._is_in_content = False
            loop = asyncio.get_running_loop()
            loop.call_later(self._seconds, self._transport.write, b"250 taken\r\n")
            return
        self._is_in_content = command == b"DATA"
        self._transport.write(_SAYS.get(command, b"250 good\r\n"))
        if command == b"QUIT":
            self._transport.close()


async def _serve(port: int, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Sink(seconds), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))
