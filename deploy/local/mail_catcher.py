"""An SMTP server that delivers nothing: every message lands in a Maildir on this machine.

Run it with ``python -m deploy.local.mail_catcher --port N --maildir DIR``; SIGTERM or Ctrl-C ends
it. The envelope is kept in the headers X-MailFrom and X-RcptTo (aiosmtpd.handlers.Message).
"""

import argparse
import asyncio
import mailbox
import signal
import sys
from pathlib import Path

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP


def make_maildir(directory: Path) -> None:
    """Make an empty Maildir, or leave the one that is there as it is."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    mailbox.Maildir(directory, create=True)
    for part in ("cur", "new", "tmp"):  # Maildir adds none of them to a directory that exists
        (directory / part).mkdir(exist_ok=True)


async def catch(port: int, directory: Path, stop: asyncio.Event) -> None:
    """Take mail on 127.0.0.1 until ``stop`` is set; OSError when the port is taken."""
    make_maildir(directory)
    handler = Mailbox(directory)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, hostname="localhost", enable_SMTPUTF8=True),
        host="127.0.0.1",
        port=port,
    )
    sys.stdout.write(f"mail for anybody is taken on 127.0.0.1:{port} and kept in {directory}\n")
    sys.stdout.flush()
    try:
        await stop.wait()
    finally:
        server.close()  # not wait_closed(): a client that stays connected must not hold us


async def _catch_until_signal(port: int, directory: Path) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await catch(port, directory, stop)


def main() -> int:
    """Run the command line; the exit code is 1 when the port is taken."""
    parser = argparse.ArgumentParser(prog="mail_catcher", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="TCP port on 127.0.0.1")
    parser.add_argument("--maildir", type=Path, required=True, help="made when it is missing")
    arguments = parser.parse_args()
    try:
        asyncio.run(_catch_until_signal(arguments.port, arguments.maildir))
    except OSError as error:
        sys.stderr.write(f"mail catcher: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
