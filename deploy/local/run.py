"""`make run`: everything, with the demo practice, until Ctrl-C."""

import asyncio
import os
import shlex
import signal
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import Final

import honcho.manager
from honcho.manager import Manager

from cli.settings import RUNNING
from demo_practice.load import load_demo_practice
from demo_practice.people import DANA, INES, MARCUS, PRIYA
from deploy.local.errors import LocalServerError
from deploy.local.stack import PREFERRED_PORTS, ROOT, LocalStack
from services.scheduler.mongo.indexes import migrate
from services.scheduler.mongo.store import Store
from shared import mongo

DIRECTORY: Final = ROOT / ".local" / "run"
_DRAIN_SECONDS: Final = 30  # a service finishes what it has begun, for at most 25
_STOPPED_BY_HAND: Final = (130, 143)  # honcho's for SIGINT and SIGTERM


def main() -> int:
    """Run it; the exit code is 0 after Ctrl-C, 1 when a part could not start or ended by itself."""
    _say("Starting RabbitMQ and MongoDB ...")
    try:
        stack = LocalStack(DIRECTORY)
        stack.start_servers()
    except LocalServerError as error:
        _say(f"openchair: {error}")
        return 1
    except KeyboardInterrupt:
        _say("Stopped.")
        return 0
    try:
        loaded = asyncio.run(prepare_databases(stack.mongodb.url))
        _say("Loaded the demo practice." if loaded else "The demo practice is there from before.")
        signal.signal(signal.SIGHUP, _hang_up)
        return _run_services(stack)
    except KeyboardInterrupt:
        return 0
    finally:
        with suppress(FileNotFoundError):
            (ROOT / RUNNING).unlink()
        _say("Stopping RabbitMQ and MongoDB ...")
        stack.stop_servers()
        _say("Stopped.")


async def prepare_databases(mongodb_url: str) -> bool:
    """Migrate, and load the demo practice unless it is there; True when it was loaded."""
    client = mongo.connect(mongodb_url)
    store = Store(client)
    await migrate(store.database)
    loaded = await load_demo_practice(store)
    await mongo.close(client)
    return loaded


def _run_services(stack: LocalStack) -> int:
    honcho.manager.KILL_WAIT = _DRAIN_SECONDS
    manager = Manager()
    for process in stack.processes():
        manager.add_process(
            process.name,
            f"exec {shlex.join(process.command)}",
            env=dict(process.environment),
            cwd=str(ROOT),
        )
    threading.Thread(target=_welcome, args=(stack,), daemon=True).start()
    manager.loop()
    if manager.returncode in _STOPPED_BY_HAND:
        return 0
    _say("openchair: a part ended by itself, so all were stopped; the lines above say which.")
    return 1


def _hang_up(_number: int, _frame: FrameType | None) -> None:
    """End in order though the terminal is gone, and nothing more can be said there."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.dup2(nowhere, sys.stderr.fileno())
    os.kill(os.getpid(), signal.SIGTERM)


def _welcome(stack: LocalStack) -> None:
    try:
        stack.wait_until_ready()
    except LocalServerError as error:
        _say(f"openchair: {error}")
        return
    stack.announce(ROOT / RUNNING)
    _say(_table(stack))


def _table(stack: LocalStack) -> str:
    staff = ", ".join(f"{member.name.split()[0].lower()}" for member in (DANA, MARCUS))
    rows = [
        ("portal API", f"{stack.url('request_intake')}/openapi.json"),
        ("staff API", f"{stack.url('scheduler')}/openapi.json"),
        ("notifier", f"{stack.url('notifier')}/health/ready"),
        ("e-mails", f"{stack.maildir} (a Maildir)"),
        ("clinicians", f"{staff} ({INES.name} is an intern: ines)"),
        ("scheduler", f"{PRIYA.name}: priya"),
        ("clients", "amara, benjamin, chloe, ... all: .venv/bin/openchair people"),
        ("a token", ".venv/bin/openchair token dana"),
        ("try it", "make demo (in another terminal)"),
        ("stop", "Ctrl-C"),
    ]
    moved = [
        f"  port {preferred} is taken, so {name} is on {stack.ports[name]}"
        for name, preferred in PREFERRED_PORTS.items()
        if stack.ports[name] != preferred
    ]
    lines = [f"  {what:<11} {where}" for what, where in rows]
    rule = "-" * 72
    return "\n".join([rule, "  Openchair is running.", "", *lines, *moved, rule])


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
