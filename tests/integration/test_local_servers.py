"""The servers of deploy/local, against real processes."""

import asyncio
import contextlib
import functools
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import aio_pika
import aiormq
import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from cli.mailboxes import MaildirMailbox
from deploy.local.errors import LocalServerError
from deploy.local.mongodb import MongoDBServer
from deploy.local.ports import free_port, is_free
from deploy.local.rabbitmq import RabbitMQServer

ROOT = Path(__file__).resolve().parents[2]
QUEUE = "kept"
LIMIT = 15.0


def eventually(check: Callable[[], bool]) -> bool:
    """Poll until the check holds; False when it does not within the limit."""
    deadline = time.monotonic() + LIMIT
    while not (held := check()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return held


def processes_of(directory: Path) -> list[int]:
    """Pids of what runs for a server: its directory is in the environment or the arguments."""
    mark = str(directory).encode() + b"/"
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):  # gone meanwhile, or another user's
            if mark in environ.read_bytes() + environ.with_name("cmdline").read_bytes():
                found.append(int(environ.parent.name))
    return found


@pytest.fixture(scope="module")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQServer]:
    """One broker for the tests of this file."""
    with RabbitMQServer(tmp_path_factory.mktemp("rabbitmq")) as server:
        yield server


@pytest.fixture(scope="module")
def mongodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoDBServer]:
    """One MongoDB for the tests of this file."""
    with MongoDBServer(tmp_path_factory.mktemp("mongodb")) as server:
        yield server


async def publish(url: str, body: bytes) -> None:
    """Publish one persistent message to a durable quorum queue, and wait for the confirm."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(on_return_raises=True)
        await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, routing_key=QUEUE)


async def take(url: str) -> bytes:
    """Take one message from the queue; raises asyncio.TimeoutError when none comes."""
    async with asyncio.timeout(LIMIT), await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue(QUEUE)
        async with queue.iterator() as messages:
            message = await anext(messages)
            await message.ack()
            return message.body


async def test_rabbitmq_keeps_confirmed_messages(rabbitmq: RabbitMQServer) -> None:
    """Stopped or killed it leaves no process; queue, message, user and vhost are there again."""
    url = rabbitmq.add_vhost("kept/over restarts")
    for end in (rabbitmq.stop, rabbitmq.kill):  # the queue has settled by then (FACTS RabbitMQ 15)
        await publish(url, end.__name__.encode())
        assert len(processes_of(rabbitmq.directory)) > 1
        end()
        assert not rabbitmq.is_running
        assert eventually(lambda: not processes_of(rabbitmq.directory))
        rabbitmq.start()
        assert await take(url) == end.__name__.encode()


@pytest.mark.parametrize("how", ["paused", "under a memory alarm"])
async def test_rabbitmq_takes_nothing_for_a_while(rabbitmq: RabbitMQServer, how: str) -> None:
    """No confirm comes from a paused broker or under an alarm; it comes when that is over."""
    begin, end = rabbitmq.pause, rabbitmq.resume
    if how == "under a memory alarm":
        begin = functools.partial(rabbitmq.set_memory_alarm, on=True)
        end = functools.partial(rabbitmq.set_memory_alarm, on=False)
    async with asyncio.timeout(0.5):
        await publish(rabbitmq.url, b"in good times")
    begin()
    try:
        publishing = asyncio.create_task(publish(rabbitmq.url, b"in bad times"))
        done, _ = await asyncio.wait([publishing], timeout=0.5)
        assert not done
        assert rabbitmq.is_running
    finally:
        end()
    async with asyncio.timeout(LIMIT):
        await publishing


async def test_two_rabbitmq_servers_side_by_side(rabbitmq: RabbitMQServer, tmp_path: Path) -> None:
    """Each has its own port, user and data; stopping one leaves the other alone."""
    with RabbitMQServer(tmp_path / "second") as second:
        await publish(second.url, b"for the second")
        assert await take(second.url) == b"for the second"
        user_of_second = second.url.replace(f":{second.port}/", f":{rabbitmq.port}/")
        with pytest.raises(aiormq.exceptions.ProbableAuthenticationError):
            await aio_pika.connect(user_of_second)
    await publish(rabbitmq.url, b"still there")


def test_secrets_of_rabbitmq_are_private_and_kept(rabbitmq: RabbitMQServer) -> None:
    """Only the owner reads the password, and the same directory keeps it."""
    for name in ("credentials.json", "rabbitmq.conf", ".erlang.cookie"):
        assert (rabbitmq.directory / name).stat().st_mode & 0o077 == 0
    assert RabbitMQServer(rabbitmq.directory, rabbitmq.port).url == rabbitmq.url


def store(url: str, name: str) -> None:
    """Insert one document in a transaction that a majority has confirmed."""
    with (
        MongoClient[dict[str, str]](url, w="majority") as client,
        client.start_session() as session,
        session.start_transaction(),
    ):
        client["test"]["documents"].insert_one({"_id": name}, session=session)


def is_stored(url: str, name: str) -> bool:
    """Whether the document is there for a majority read."""
    with MongoClient[dict[str, str]](url, readConcernLevel="majority") as client:
        return client["test"]["documents"].find_one({"_id": name}) is not None


def test_mongodb_keeps_transactions(mongodb: MongoDBServer) -> None:
    """Stopped or killed it leaves no process, and comes up as primary with what was committed."""
    for end in (mongodb.stop, mongodb.kill):
        store(mongodb.url, f"before {end.__name__}")
        assert processes_of(mongodb.directory) == [mongodb.pid]
        end()
        assert not mongodb.is_running
        assert not processes_of(mongodb.directory)
        mongodb.start()
        assert is_stored(mongodb.url, f"before {end.__name__}")
        store(mongodb.url, f"after {end.__name__}")


def test_mongodb_paused_is_silent_and_goes_on(mongodb: MongoDBServer) -> None:
    """A paused server answers nothing; resumed, it answers again."""
    impatient = f"{mongodb.url}&serverSelectionTimeoutMS=500&connectTimeoutMS=500"
    mongodb.pause()
    try:
        with MongoClient[dict[str, str]](impatient) as client, pytest.raises(PyMongoError):
            client.admin.command("ping")
        assert mongodb.is_running
    finally:
        mongodb.resume()
    store(mongodb.url, "after the pause")


def test_mongodb_moves_to_another_port(tmp_path: Path) -> None:
    """The data of one port serve on another, next to whoever has the first port now."""
    with MongoDBServer(tmp_path / "data") as first:
        store(first.url, "on the first port")
    with (
        MongoDBServer(tmp_path / "neighbour", first.port),
        MongoDBServer(tmp_path / "data") as moved,
    ):
        assert moved.port != first.port
        assert is_stored(moved.url, "on the first port")


def test_servers_say_why_they_do_not_start(
    rabbitmq: RabbitMQServer, mongodb: MongoDBServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is running already, a taken port and a missing program are named; nothing is left."""

    def complaint(server: RabbitMQServer | MongoDBServer) -> str:
        with pytest.raises(LocalServerError) as caught:
            server.start()
        return str(caught.value)

    assert f"already (pid {rabbitmq.pid})" in complaint(rabbitmq)
    assert f"pid {mongodb.pid} runs already" in complaint(MongoDBServer(mongodb.directory))
    assert rabbitmq.is_running
    elsewhere = mongodb.directory / "elsewhere"
    for server in RabbitMQServer, MongoDBServer:
        taken = f"port {mongodb.port} of 127.0.0.1 is taken"
        assert taken in complaint(server(elsewhere, mongodb.port))
    monkeypatch.setenv("OPENCHAIR_MONGOD", "/absent")
    assert "OPENCHAIR_MONGOD=/absent is no program" in complaint(MongoDBServer(elsewhere))
    assert not processes_of(elsewhere)


def test_mail_catcher_keeps_every_message(tmp_path: Path) -> None:
    """Every message lands in the Maildir, and SIGTERM ends the catcher with exit code 0."""
    port, maildir = free_port(), tmp_path / "mail"
    subjects = [f"Ihr Termin - Grüße {number}" for number in range(12)]
    caught = MaildirMailbox(maildir)
    assert caught.messages_to("client@example.org") == []
    command = [sys.executable, "-m", "deploy.local.mail_catcher"]
    command += ["--port", str(port), "--maildir", str(maildir)]
    with subprocess.Popen(command, cwd=ROOT) as catcher:  # noqa: S603 - a program of ours
        try:
            assert eventually(lambda: not is_free(port))
            with smtplib.SMTP("127.0.0.1", port, timeout=LIMIT) as client:
                for subject in subjects:
                    message = EmailMessage()
                    message["Subject"] = subject
                    message["To"] = "client@example.org"
                    client.send_message(message, "practice@example.org", "client@example.org")
        finally:
            catcher.send_signal(signal.SIGTERM)
        assert catcher.wait(LIMIT) == 0
    messages = caught.messages_to("client@example.org")
    assert sorted(str(message["Subject"]) for message in messages) == sorted(subjects)
    assert messages[0]["X-RcptTo"] == "client@example.org"


STARTS_SERVERS_AND_WAITS = """
import sys, threading
from pathlib import Path
from deploy.local.mongodb import MongoDBServer
from deploy.local.rabbitmq import RabbitMQServer
for server in RabbitMQServer(Path(sys.argv[1])), MongoDBServer(Path(sys.argv[2])):
    starter = threading.Thread(target=server.start)
    starter.start()
    starter.join()
    print(server.pid, flush=True)
sys.stdin.read()
"""


def test_servers_die_with_a_killed_parent(tmp_path: Path) -> None:
    """They outlive the thread that started them, but not the process, even when it is killed."""
    directories = tmp_path / "rabbitmq", tmp_path / "mongodb"
    command = [sys.executable, "-c", STARTS_SERVERS_AND_WAITS, *map(str, directories)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe) as parent:  # noqa: S603 - ours
        assert parent.stdout is not None
        for directory in directories:
            assert int(parent.stdout.readline()) in processes_of(directory)
        assert all(map(processes_of, directories))
        parent.kill()
    assert eventually(lambda: not any(map(processes_of, directories)))


def test_ports_are_not_given_out_twice() -> None:
    """The preferred port is had when it is free, and once; others are all different."""
    preferred = next(port for port in range(19_000, 20_000) if is_free(port))
    assert free_port(preferred) == preferred
    assert len({preferred, *(free_port(preferred) for _ in range(20))}) == 21
