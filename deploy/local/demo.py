"""`make demo`: against the running stack, or against one that it starts and stops itself."""

import asyncio
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import httpx

from cli.main import main as openchair
from cli.settings import RUNNING, CommandSettings
from deploy.local.errors import LocalServerError
from deploy.local.process import ChildProcess
from deploy.local.run import prepare_databases
from deploy.local.stack import ANY_PORTS, ROOT, LocalStack

_STOP_SECONDS = 30.0


def main() -> int:
    """Run the demo; the exit code is 0 only if all was right."""
    if _is_running():
        return openchair(["demo"])
    sys.stdout.write("Nothing runs here: starting all of it for the demo ...\n")
    try:
        return _demo_on_own_stack()
    except LocalServerError as error:
        sys.stderr.write(f"openchair: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 1


def _is_running() -> bool:
    url = CommandSettings().scheduler_url
    try:
        return url is not None and httpx.get(f"{url}/health/live", timeout=2).is_success
    except httpx.HTTPError:
        return False


def _demo_on_own_stack() -> int:
    with tempfile.TemporaryDirectory(prefix="openchair-demo-") as directory, ExitStack() as stop:
        stack = LocalStack(Path(directory), ports=ANY_PORTS)
        stack.start_servers()
        stop.callback(stack.stop_servers)
        asyncio.run(prepare_databases(stack.mongodb.url))
        for process in stack.processes():
            child = ChildProcess(process.name, Path(directory))
            child.start(process.command, process.environment)
            stop.callback(child.stop, _STOP_SECONDS)
        stack.wait_until_ready()
        stack.announce(ROOT / RUNNING)
        stop.callback((ROOT / RUNNING).unlink, missing_ok=True)
        return openchair(["demo"])


if __name__ == "__main__":
    sys.exit(main())
