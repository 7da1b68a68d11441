"""Make ``.venv`` and get the servers that running without Docker needs; the Makefile starts it.

Only the standard library, as it runs before anything is installed, by the system's ``python3``:
``python3 deploy/local/bootstrap.py [--without-servers]``. Done already, it returns at once.
"""

from __future__ import annotations  # so that an old Python gets as far as our own message

import argparse
import contextlib
import hashlib
import importlib.util
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK_FILE = ROOT / "requirements" / "dev.txt"
NODE_LOCK_FILE = ROOT / "package-lock.json"
NODE_MODULES = ROOT / "node_modules"
NODE_STAMP = NODE_MODULES / ".openchair-installed"
STAMP = VENV / "openchair-installed"
UNFINISHED = "unfinished\n"
OLDEST_PYTHON = (3, 11)

POLICY = Path("/usr/sbin/policy-rc.d")
POLICY_TEXT = """\
#!/bin/sh
# Made by Openchair's deploy/local/bootstrap.py while it installs packages; may be deleted.
exit 101
"""


class SetupError(Exception):
    """What is missing, and the command that gets it; ends the program with exit code 1."""


def say(text: str) -> None:
    """Print one line at once, also into a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run(command: list[str], advice: str, **environment: str) -> None:
    """Run a command with its output on the terminal; SetupError with the advice if it fails."""
    try:
        subprocess.run(command, check=True, cwd=ROOT, env=os.environ | environment)  # noqa: S603 - commands of this file
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupError(f"Failed: {shlex.join(command)}\n{error}\n{advice}") from None


def check_python() -> None:
    """Raise SetupError when this Python is too old."""
    if sys.version_info < OLDEST_PYTHON:
        raise SetupError(
            f"Python {'.'.join(map(str, OLDEST_PYTHON))} or later is needed; {sys.executable} is "
            f"{sys.version.split()[0]}. Debian 12 and later have one: apt-get install python3"
        )


def check_place() -> None:
    """Refuse a path that the servers' own scripts cannot take."""
    if any(character.isspace() for character in str(ROOT)):
        raise SetupError(f"RabbitMQ's scripts take no path with a space: move {ROOT} elsewhere")


def missing_packages(*, servers: bool) -> list[str]:
    """Name the Debian packages that this machine lacks."""
    missing = []
    if venv_is_unusable() and importlib.util.find_spec("ensurepip") is None:
        missing.append("python3-venv")
    if servers:
        rabbitmq = Path("/usr/lib/rabbitmq")
        if not any(rabbitmq.glob("bin/rabbitmq-server")) and not any(
            rabbitmq.glob("lib/*/sbin/rabbitmq-server")
        ):
            missing.append("rabbitmq-server")
        libraries = [
            *Path("/usr/lib").glob("*/libcurl.so.4"),
            *Path("/usr").glob("lib*/libcurl.so.4"),
        ]
        if not libraries and not os.environ.get(
            "OPENCHAIR_MONGOD"
        ):  # what the wheel's mongod loads
            missing.append("libcurl4")
        missing.extend(
            package
            for command, package in (("node", "nodejs"), ("npm", "npm"))
            if shutil.which(command) is None
        )
    return missing


def install_packages(packages: list[str]) -> None:
    """Install Debian packages as root; SetupError says what to do where that cannot be done."""
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    names = ", ".join(packages)
    if not Path("/etc/debian_version").exists() or shutil.which("apt-get") is None:
        raise SetupError(
            f"Missing, under Debian's names: {names}.\nThis is no Debian, so please install them "
            "your way, or use Docker: docker compose up"
        )
    if os.geteuid() != 0:
        raise SetupError(
            f"Missing: {names}. To install:\n"
            f"  sudo apt-get update && sudo {shlex.join(install)}\nthen run this again."
        )
    say(f"Installing {names} (apt-get)")
    advice = "Is the network there, and no other apt running?"
    wait = ["-o", "DPkg::Lock::Timeout=120"]
    with services_kept_down():
        run(["dpkg", "--configure", "-a"], advice)  # what an interrupted run left half-done
        run(["apt-get", "update", "-q"], advice)
        run(install[:1] + wait + install[1:], advice, DEBIAN_FRONTEND="noninteractive")
    if "rabbitmq-server" in packages and Path("/run/systemd/system").is_dir():
        # We run a broker of our own; the system's would start at the next boot otherwise.
        run(["systemctl", "disable", "rabbitmq-server"], "The system's broker stays enabled.")


@contextlib.contextmanager
def services_kept_down() -> Iterator[None]:
    """Keep packages from starting their services, by a policy-rc.d where there is none."""
    ours = not POLICY.exists() or POLICY.read_text() == POLICY_TEXT
    try:
        if ours:
            POLICY.write_text(POLICY_TEXT)
            POLICY.chmod(0o755)
        yield
    finally:
        if ours:
            POLICY.unlink(missing_ok=True)


def wanted_stamp() -> str:
    """Return what the stamp says when the installed packages are those that are asked for."""
    digest = hashlib.sha256(LOCK_FILE.read_bytes() + (ROOT / "pyproject.toml").read_bytes())
    digest.update(str(ROOT).encode())  # the commands in .venv name the directory they are in
    return f"{digest.hexdigest()}\n"


def stamp() -> str:
    """Return what the last install noted; empty when there was none."""
    return STAMP.read_text() if STAMP.exists() else ""


def venv_is_unusable() -> bool:
    """Tell whether .venv is missing, was left unfinished, or was made by another Python."""
    config = VENV / "pyvenv.cfg"
    whole = PYTHON.exists() and (VENV / "bin" / "pip").exists() and config.exists()
    if not whole or stamp() == UNFINISHED:
        return True
    return f"version = {sys.version_info.major}.{sys.version_info.minor}." not in config.read_text()


def install_venv() -> None:
    """Install the locked packages and the project itself into .venv."""
    again = "Run this again; it starts where nothing is half-done."
    if venv_is_unusable() or str(ROOT) not in (VENV / "bin" / "pip").read_text():
        say("Making .venv")
        (VENV / "pyvenv.cfg").unlink(missing_ok=True)  # half-cleared, it must not look whole
        run([sys.executable, "-m", "venv", "--clear", str(VENV)], again)
    STAMP.write_text(UNFINISHED)
    say("Installing the locked packages into .venv (a minute or two)")
    pip = [str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    run([*pip, "--require-hashes", "-r", str(LOCK_FILE)], again)
    run([*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], again)
    STAMP.write_text(wanted_stamp())


def wanted_node_stamp() -> str:
    """Return what the stamp of `node_modules` says when it holds what is asked for."""
    return f"{hashlib.sha256(NODE_LOCK_FILE.read_bytes()).hexdigest()}\n"


def node_stamp() -> str:
    """Return what the last install of the npm packages noted; empty when there was none."""
    return NODE_STAMP.read_text() if NODE_STAMP.exists() else ""


def install_node_modules() -> None:
    """Install the locked npm packages, which run nothing of their own while they are installed."""
    say("Installing the locked npm packages into node_modules")
    run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        "Run this again; it starts where nothing is half-done.",
    )
    NODE_STAMP.write_text(wanted_node_stamp())


def main() -> int:
    """Do what is left to do; exit code 1, and what to do about it in words, when that fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--without-servers",
        action="store_true",
        help="only .venv, without npm packages: enough for lint and unit tests",
    )
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that `finally` runs
    try:
        check_python()
        check_place()
        packages = missing_packages(servers=not arguments.without_servers)
        if packages:
            install_packages(packages)
        if venv_is_unusable() or stamp() != wanted_stamp():
            install_venv()
            say("Ready: .venv holds the locked packages")
        if not arguments.without_servers and node_stamp() != wanted_node_stamp():
            install_node_modules()
    except SetupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{error.strerror}: {error.filename}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. Run this again to go on.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
