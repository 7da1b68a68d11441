"""A RabbitMQ broker of our own, run from Debian's package and apart from the system's broker.

It has its own directory, ports, Erlang cookie, user and epmd (Erlang's name server), listens on
127.0.0.1 only, and runs as whoever starts it: the package's own program in /usr/sbin, which
switches to the user ``rabbitmq``, is not used. Tested with RabbitMQ 3.10 (Debian 12) and 4.0 (13).
"""

import asyncio
import json
import os
import re
import secrets
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import aiormq
from aiormq.exceptions import AMQPError

from deploy.local.errors import LocalServerError
from deploy.local.ports import free_port, is_free
from deploy.local.process import ChildProcess, LocalServer

PACKAGE = Path("/usr/lib/rabbitmq")
NODE = "openchair@localhost"  # unique by its epmd, which is ours alone
START_SECONDS = 90.0
STOP_SECONDS = 30.0
CTL_SECONDS = "30"
MEMORY_LIMIT = "1GB"

# Few threads start quicker and leave the machine to the services; loopback for Erlang's own port.
_LOOPBACK = "-kernel inet_dist_use_interface {127,0,0,1}"
_ERLANG = f"+S 2:2 -start_epmd false {_LOOPBACK}"

# The lists of other applications in an Erlang .app file.
_APPLICATIONS = re.compile(r"applications\s*,\s*\[([^\]]*)\]")

_CONFIG = """\
listeners.tcp.1 = 127.0.0.1:{port}
default_user = {user}
default_pass = {password}
default_user_tags.administrator = true
vm_memory_high_watermark.absolute = {memory}
disk_free_limit.absolute = 100MB
raft.wal_max_size_bytes = 67108864
log.console = true
log.console.use_colors = off
log.file = false
"""


def find_package() -> Path:
    """Return RabbitMQ's home in Debian's package; LocalServerError says how to get it."""
    scripts = [PACKAGE / "bin" / "rabbitmq-server"]
    scripts += sorted(PACKAGE.glob("lib/*/sbin/rabbitmq-server"), reverse=True)
    for script in scripts:
        if script.exists():
            return script.resolve().parent.parent
    raise LocalServerError(
        f"RabbitMQ is not installed in {PACKAGE}. As root: "
        "apt-get update && apt-get install --no-install-recommends rabbitmq-server"
    )


class RabbitMQServer(LocalServer):
    """One broker with its data in ``directory``, which is kept: a later start finds it again."""

    def __init__(self, directory: Path, port: int | None = None) -> None:
        super().__init__("rabbitmq", directory, port)
        self._user, self._password = self._credentials()
        self._epmd_port = self._erlang_port = 0  # chosen at every start
        self._epmd = ChildProcess("epmd", self.directory)

    @property
    def url(self) -> str:
        """Where clients connect, to the virtual host ``/``; holds the password."""
        return f"amqp://{self._user}:{self._password}@127.0.0.1:{self.port}/"

    def start(self, limit: float = START_SECONDS) -> None:
        """Start, and return when a client can log in and use the virtual host ``/``.

        Raises LocalServerError, and leaves nothing running, when that takes over ``limit`` seconds.
        """
        package, epmd = find_package(), _find_epmd()
        if self.is_running:
            raise LocalServerError(f"rabbitmq is running already (pid {self.pid})")
        self.kill()  # an epmd whose broker ended by itself
        try:
            self._epmd_port, self._erlang_port = free_port(), free_port()
            self._epmd.start([epmd], env=self._environment())
            self._epmd.wait_until(self._epmd_listens, limit)
            home = self._write_files(package)
            self._launch(
                [home / "sbin" / "rabbitmq-server"],
                env=self._environment() | {"RABBITMQ_SCRIPTS_DIR": str(home / "sbin")},
            )
            self._process.wait_until(self._login_works, limit)
        except BaseException:
            self.kill()
            raise

    def stop(self, limit: float = STOP_SECONDS) -> None:
        """Shut down cleanly; kill what is left after ``limit`` seconds. Harmless when stopped."""
        self._process.stop(limit)
        self._epmd.stop(limit)

    def kill(self) -> None:
        """End the broker with SIGKILL, as a crash of the process (not of the machine) would."""
        super().kill()
        self._epmd.kill()

    def set_memory_alarm(self, on: bool) -> None:
        """Raise or clear a memory alarm: while it is on, connections that publish are blocked."""
        limit = ["0"] if on else ["absolute", MEMORY_LIMIT]
        self._ctl("set_vm_memory_high_watermark", *limit)

    def add_vhost(self, name: str) -> str:
        """Make a virtual host unless it is there, open it to our user, and return its URL."""
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        permission = {"user": self._user, "vhost": name, **everything}
        definitions = {"vhosts": [{"name": name}], "permissions": [permission]}
        file = self.directory / "definitions.json"  # on 4.0 rabbitmqctl hangs reading a pipe
        file.write_text(json.dumps(definitions))
        self._ctl("import_definitions", str(file))
        return self.url + quote(name, safe="")

    def _credentials(self) -> tuple[str, str]:
        """Return the user and password of this directory; chosen by chance the first time."""
        note = self.directory / "credentials.json"
        if not note.exists():
            chosen = {
                "user": f"openchair-{secrets.token_hex(4)}",
                "password": secrets.token_hex(16),
            }
            _write_private(note, json.dumps(chosen))
            _write_private(self.directory / ".erlang.cookie", secrets.token_hex(20))
        kept = json.loads(note.read_text())
        return kept["user"], kept["password"]

    def _write_files(self, package: Path) -> Path:
        """Write what the broker reads at start; return the home to run it from."""
        config = _CONFIG.format(
            port=self.port, user=self._user, password=self._password, memory=MEMORY_LIMIT
        )
        _write_private(self.directory / "rabbitmq.conf", config)
        (self.directory / "advanced.config").write_text("[].\n")
        (self.directory / "enabled_plugins").write_text("[].\n")
        (self.directory / "conf.d").mkdir(exist_ok=True)
        return _lean_home(package, self.directory / "home")

    def _environment(self) -> dict[str, str]:
        """Return the whole environment of broker and rabbitmqctl, free of the system broker's."""
        here = self.directory
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(here),  # of .erlang.cookie
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": NODE,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._erlang_port),
            "RABBITMQ_MNESIA_BASE": str(here / "data"),
            "RABBITMQ_LOG_BASE": str(here / "data"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(here / "enabled_plugins"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_CONFIG_FILE": str(here / "rabbitmq.conf"),
            "RABBITMQ_CONFIG_FILES": str(here / "conf.d"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(here / "advanced.config"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _ERLANG,
            "RABBITMQ_CTL_ERL_ARGS": _LOOPBACK,
            # With this the script replaces itself by Erlang, so that our child is the broker.
            "RUNNING_UNDER_SYSTEMD": "true",
        }

    def _ctl(self, *arguments: str) -> None:
        if not self.is_running:
            raise LocalServerError("rabbitmq does not run", self.log)
        program = find_package() / "sbin" / "rabbitmqctl"
        done = subprocess.run(  # noqa: S603 - a program of the package, no shell
            # timeout, of coreutils, ends also what the script of RabbitMQ 4 has started.
            ["timeout", "--signal=KILL", CTL_SECONDS, program, "--quiet", *arguments],  # noqa: S607
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            told = done.stderr or done.stdout or f"no answer in {CTL_SECONDS} s"
            raise LocalServerError(f"rabbitmqctl {arguments[0]}: {told}", self.log)

    def _epmd_listens(self) -> bool:
        return not is_free(self._epmd_port)

    def _login_works(self) -> bool:
        """Log in and open ``/``, so that "ready" means what a client needs."""
        if is_free(self.port):
            return False
        try:
            # A thread, as the caller's may be running an event loop already.
            with ThreadPoolExecutor(1) as thread:
                thread.submit(asyncio.run, _log_in(self.url)).result()
        except (AMQPError, OSError):
            return False
        return True


async def _log_in(url: str) -> None:
    async with asyncio.timeout(5):
        connection = await aiormq.connect(url)
        await connection.close()


def _find_epmd() -> Path:
    erlang = sorted(Path("/usr/lib/erlang").glob("erts-*/bin"), reverse=True)
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *map(str, erlang)])
    if found := shutil.which("epmd", path=path):
        return Path(found)
    raise LocalServerError("epmd is missing: it comes with Erlang (Debian: erlang-base)")


def _lean_home(package: Path, home: Path) -> Path:
    """Lay out symbolic links to the package with only the applications that the broker needs.

    At start RabbitMQ looks every module up along a path of all its plugins, enabled or not:
    without the forty that we do not use it starts in about half the time.
    """
    found = {app.stem: app for app in package.glob("plugins/*/ebin/*.app")}
    needed: set[str] = set()
    todo = {"rabbit", "rabbitmq_prelaunch"}
    while todo:
        name = todo.pop()
        needed.add(name)
        for names in _APPLICATIONS.findall(found[name].read_text()):
            todo |= (set(re.findall(r"\w+", names)) & found.keys()) - needed
    shutil.rmtree(home, ignore_errors=True)
    (home / "plugins").mkdir(parents=True)
    for part in ("sbin", "escript"):
        (home / part).symlink_to(package / part)
    for name in needed:
        application = found[name].parent.parent
        (home / "plugins" / application.name).symlink_to(application)
    return home


def _write_private(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
