"""Processes that cannot outlive us, and what our servers have in common."""

import abc
import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from deploy.local.errors import LocalServerError
from deploy.local.ports import free_port, is_free

POLL_SECONDS = 0.03
LOCK_SECONDS = 2.0

# Linux signals a child when the *thread* that started it ends. This one lasts as long as we do.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="local-servers")


class ChildProcess:
    """One process that ends with us, even when we are killed, and that Ctrl-C does not reach.

    Its pid file is locked as long as it lives, so that nothing else runs on the same files.
    Not thread-safe.
    """

    def __init__(self, name: str, directory: Path) -> None:
        self.name = name
        self.pid_file = directory / f"{name}.pid"
        self.log = directory / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None

    @property
    def pid(self) -> int | None:
        """The process id, also of a paused process; None when it does not run."""
        return self._process.pid if self._process is not None and self.is_running else None

    @property
    def is_running(self) -> bool:
        """Whether the process exists, paused or not."""
        return self._process is not None and self._process.poll() is None

    def start(self, command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> None:
        """Start the command, its output going to the end of ``log``.

        Raises LocalServerError when it runs already, here or started by another process.
        """
        if self.is_running:
            raise LocalServerError(f"{self.name} is running already (pid {self.pid})")
        self._release()  # of one that ended by itself
        self._lock = lock = self._take_lock()
        setpriv = shutil.which("setpriv")  # of util-linux; what it sets outlasts an exec
        prefix = [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
        with self.log.open("ab") as log:
            self._process = _starter.submit(
                subprocess.Popen,
                [*prefix, *command],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(lock,),
            ).result()
        os.pwrite(lock, b"%d\n" % self._process.pid, 0)

    def wait_until(self, ready: Callable[[], bool], limit: float) -> None:
        """Poll until ``ready``; LocalServerError when the process ends or ``limit`` s pass."""
        deadline = time.monotonic() + limit
        while not ready():
            if not self.is_running:
                raise LocalServerError(f"{self.name} ended while it was starting", self.log)
            if time.monotonic() > deadline:
                raise LocalServerError(f"{self.name} was not ready within {limit:g} s", self.log)
            time.sleep(POLL_SECONDS)

    def stop(self, limit: float) -> None:
        """Ask the process to end, wake it when paused, and kill it after ``limit`` seconds."""
        if self._process is not None and self.is_running:
            self._process.terminate()
            self._process.send_signal(signal.SIGCONT)
            try:
                self._process.wait(limit)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._reap()

    def kill(self) -> None:
        """End the process with SIGKILL: no goodbye to its clients, nothing flushed."""
        if self._process is not None:
            self._process.kill()
        self._reap()

    def pause(self) -> None:
        """Stop the process with SIGSTOP: connections stay open, and nobody answers on them."""
        self._running().send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._running().pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def resume(self) -> None:
        """Let a paused process go on."""
        self._running().send_signal(signal.SIGCONT)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or not self.is_running:
            raise LocalServerError(f"{self.name} does not run", self.log)
        return self._process

    def _reap(self) -> None:
        if self._process is not None:
            self._process.wait()
            self._process = None
        self._release()

    def _release(self) -> None:
        if self._lock is not None:
            os.truncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None

    def _take_lock(self) -> int:
        deadline = time.monotonic() + LOCK_SECONDS  # helpers of a killed process end after it
        lock = os.open(self.pid_file, os.O_RDWR | os.O_CREAT, 0o600)
        while not _try_lock(lock):
            if time.monotonic() > deadline:
                owner = os.pread(lock, 20, 0).decode().strip()
                os.close(lock)
                raise LocalServerError(f"{self.pid_file} is in use: pid {owner} runs already")
            time.sleep(POLL_SECONDS)
        return lock


def _try_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class LocalServer(abc.ABC):
    """What servers have in common: a directory that is kept, a port, and one process.

    With ``port`` None the directory's last port is taken while it is free. Leaving a ``with``
    block stops the server. Not thread-safe; ``start`` and ``stop`` block.
    """

    def __init__(self, name: str, directory: Path, port: int | None) -> None:
        self.directory = directory.resolve()
        self.directory.mkdir(parents=True, exist_ok=True)
        self._note = self.directory / "port"
        if port is None and self._note.exists() and is_free(last := int(self._note.read_text())):
            port = last
        self.port = free_port() if port is None else port
        self._process = ChildProcess(name, self.directory)

    @abc.abstractmethod
    def start(self) -> None:
        """Start, and return when clients are served; otherwise LocalServerError, nothing left."""

    @abc.abstractmethod
    def stop(self) -> None:
        """Shut down cleanly, within a time limit. Harmless when stopped."""

    @property
    def log(self) -> Path:
        """The server's log."""
        return self._process.log

    @property
    def pid(self) -> int | None:
        """The process id of the server itself, also when paused; None when it does not run."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process exists; a paused one does."""
        return self._process.is_running

    def _launch(self, command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> None:
        if not self.is_running and not is_free(self.port):
            raise LocalServerError(f"port {self.port} of 127.0.0.1 is taken")
        self._process.start(command, env)
        self._note.write_text(f"{self.port}\n")

    def kill(self) -> None:
        """End the server with SIGKILL, as a crash of the process (not of the machine) would."""
        self._process.kill()

    def pause(self) -> None:
        """Make the server silent: connections stay open, nothing is answered or confirmed."""
        self._process.pause()

    def resume(self) -> None:
        """Let a paused server go on."""
        self._process.resume()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
