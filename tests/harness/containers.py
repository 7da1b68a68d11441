"""The same servers in containers, by testcontainers; ports are kept over a restart."""

import asyncio
import secrets
import time
from collections.abc import Callable

import aio_pika
import docker
from docker.errors import DockerException
from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from deploy.local.ports import free_port

_START_SECONDS = 90.0
_AMQP_PORT = 5672

# The reaper is one more image to pull; these containers are stopped by whoever started them.
testcontainers_config.ryuk_disabled = True


def missing_images(*images: str) -> str:
    """Return why containers of these images cannot be had, or an empty text when they can."""
    try:
        client = docker.from_env(timeout=20)
        client.ping()
    except DockerException:
        return "no Docker engine answers"
    for image in images:
        if client.images.list(name=image):
            continue
        try:
            client.images.pull(image)
        except DockerException:
            return f"the image {image} is not to be had"
    return ""


class _Container:
    def __init__(self, container: DockerContainer) -> None:
        self._container = container
        self._made = False

    def _launch(self, ready: Callable[[], bool]) -> None:
        if self._made:
            self._container.get_wrapped_container().start()
        else:
            self._container.start()
            self._made = True
        deadline = time.monotonic() + _START_SECONDS
        while not ready():
            if time.monotonic() > deadline:
                raise RuntimeError(f"a container of {self._container.image} did not get ready")
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop it cleanly; its data stays."""
        if self._made:
            self._container.get_wrapped_container().stop(timeout=30)

    def remove(self) -> None:
        """Remove it with its data."""
        if self._made:
            self._container.stop()
            self._made = False

    def kill(self) -> None:
        """End its processes with SIGKILL; the data stays."""
        self._container.get_wrapped_container().kill()

    def pause(self) -> None:
        """Freeze its processes."""
        self._container.get_wrapped_container().pause()

    def resume(self) -> None:
        """Let them go on."""
        self._container.get_wrapped_container().unpause()


class RabbitMQContainer(_Container):
    """RabbitMQ from an image that honours RABBITMQ_DEFAULT_USER and RABBITMQ_DEFAULT_PASS."""

    def __init__(self, image: str) -> None:
        self._port = free_port()
        self._password = secrets.token_hex(12)
        container = DockerContainer(image, hostname="rabbitmq")
        container.with_bind_ports(_AMQP_PORT, self._port)
        container.with_env("RABBITMQ_DEFAULT_USER", "openchair")
        container.with_env("RABBITMQ_DEFAULT_PASS", self._password)
        super().__init__(container)

    @property
    def url(self) -> str:
        """Where clients connect, to the virtual host /."""
        return f"amqp://openchair:{self._password}@127.0.0.1:{self._port}/"

    def start(self) -> None:
        """Start; returns when a client can log in."""
        self._launch(self._login_works)

    def add_vhost(self, name: str) -> str:
        """Make a virtual host and return its URL."""
        self._ctl("add_vhost", name)
        self._ctl("set_permissions", "-p", name, "openchair", ".*", ".*", ".*")
        return self.url + name

    def set_memory_alarm(self, on: bool) -> None:
        """Raise or clear a memory alarm."""
        self._ctl("set_vm_memory_high_watermark", *(["0"] if on else ["absolute", "1GB"]))

    def _ctl(self, *arguments: str) -> None:
        code, output = self._container.exec(["rabbitmqctl", *arguments])
        if code != 0:
            raise RuntimeError(output.decode(errors="replace"))

    def _login_works(self) -> bool:
        async def login() -> None:
            connection = await aio_pika.connect(self.url, timeout=5)
            await connection.close()

        try:
            asyncio.run(login())
        except (OSError, aio_pika.exceptions.AMQPError, TimeoutError):
            return False
        return True


class MongoDBContainer(_Container):
    """MongoDB as a replica set of one, on the same port inside as outside: drivers follow it."""

    def __init__(self, image: str) -> None:
        self._port = free_port()
        container = DockerContainer(image)
        container.with_bind_ports(self._port, self._port)
        container.with_command(
            f"mongod --replSet rs0 --bind_ip_all --port {self._port}"
            # See `deploy.local.mongodb`: files of dropped databases.
            " --setParameter minSnapshotHistoryWindowInSeconds=1"
            " --setParameter wiredTigerFileHandleCloseIdleTime=15"
        )
        super().__init__(container)

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"mongodb://127.0.0.1:{self._port}/?replicaSet=rs0"

    def start(self) -> None:
        """Start; returns when there is a primary."""
        self._launch(self._is_primary)

    def _is_primary(self) -> bool:
        direct = f"mongodb://127.0.0.1:{self._port}/?directConnection=true"
        with MongoClient[dict[str, object]](direct, serverSelectionTimeoutMS=1000) as client:
            try:
                if client.admin.command("hello").get("isWritablePrimary"):
                    return True
                member = {"_id": 0, "host": f"127.0.0.1:{self._port}"}
                client.admin.command("replSetInitiate", {"_id": "rs0", "members": [member]})
            except OperationFailure:
                return False  # initiated before, and not elected yet
            except PyMongoError:
                return False
        return False
