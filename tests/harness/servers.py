"""RabbitMQ and MongoDB for the tests: in containers where there is an engine, native otherwise.

Settings: `OPENCHAIR_TEST_SERVERS` is auto (the default), docker or native; the images are
`OPENCHAIR_TEST_RABBITMQ_IMAGE` and `OPENCHAIR_TEST_MONGODB_IMAGE`.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from deploy.local import stack
from deploy.local.mongodb import MongoDBServer
from deploy.local.rabbitmq import RabbitMQServer
from tests.harness.containers import MongoDBContainer, RabbitMQContainer, missing_images

RABBITMQ_IMAGE = os.environ.get("OPENCHAIR_TEST_RABBITMQ_IMAGE", "rabbitmq:4-management")
MONGODB_IMAGE = os.environ.get("OPENCHAIR_TEST_MONGODB_IMAGE", "mongo:8")


class Server(stack.Server, Protocol):
    """One server that a test may kill, silence and start again; its data survives."""

    def kill(self) -> None:
        """End it with SIGKILL."""

    def pause(self) -> None:
        """Make it silent; connections stay open."""

    def resume(self) -> None:
        """Let it go on."""


class Broker(Server, Protocol):
    """RabbitMQ."""

    def add_vhost(self, name: str) -> str:
        """Make a virtual host and return its URL."""

    def set_memory_alarm(self, on: bool) -> None:
        """Raise or clear an alarm that blocks publishing connections."""


@dataclass(frozen=True)
class Servers:
    """Both servers, running, and in words what they are."""

    rabbitmq: Broker
    mongodb: Server
    description: str

    def stop(self) -> None:
        """Stop both; containers are removed."""
        for server in (self.rabbitmq, self.mongodb):
            if isinstance(server, RabbitMQContainer | MongoDBContainer):
                server.remove()
            else:
                server.stop()


def start_servers(directory: Path) -> Servers:
    """Start both; in containers when the images are to be had."""
    choice = os.environ.get("OPENCHAIR_TEST_SERVERS", "auto")
    if choice not in ("auto", "docker", "native"):
        raise ValueError("OPENCHAIR_TEST_SERVERS is auto, docker or native")
    reason = "" if choice == "native" else missing_images(RABBITMQ_IMAGE, MONGODB_IMAGE)
    if choice == "docker" and reason:
        raise RuntimeError(f"no servers in containers: {reason}")
    if choice == "native" or reason:
        why = reason or "asked for"
        servers = Servers(
            RabbitMQServer(directory / "rabbitmq"),
            MongoDBServer(directory / "mongodb"),
            f"native RabbitMQ and MongoDB ({why})",
        )
    else:
        servers = Servers(
            RabbitMQContainer(RABBITMQ_IMAGE),
            MongoDBContainer(MONGODB_IMAGE),
            f"containers of {RABBITMQ_IMAGE} and {MONGODB_IMAGE}",
        )
    try:
        servers.mongodb.start()
        servers.rabbitmq.start()
    except BaseException:
        servers.stop()
        raise
    return servers
