"""The commands, one function each."""

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from cli import email_preview
from cli.dead_letters import DeadLetters, body_text
from cli.demo import run_demo
from cli.importing import ImportStopped, add_arguments, run_import
from cli.mailboxes import Mailbox, MaildirMailbox, MailpitMailbox
from cli.settings import CommandSettings
from demo_practice.load import load_demo_practice
from demo_practice.people import find_person, people
from services.scheduler.mongo.indexes import migrate
from services.scheduler.mongo.store import Store
from shared import mongo
from shared.auth.local_issuer import LocalIssuer
from shared.messaging.publisher import PublishFailed, PublishUncertain
from shared.messaging.topology import Topology
from shared.settings import AppEnv


class CommandError(Exception):
    """What is missing, in words for the person at the terminal."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code is 0 when it did what it says."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        return int(chosen.run(chosen, CommandSettings()))
    except CommandError as error:
        sys.stderr.write(f"openchair: {error}\n")
        return 1


def show_people(_arguments: argparse.Namespace, _settings: CommandSettings) -> int:
    """Print everybody one can be."""
    for person in people():
        sys.stdout.write(
            f"{person.key:<10} {person.name:<22} {person.what:<34} {person.practice.name}\n"
        )
    return 0


def print_token(arguments: argparse.Namespace, settings: CommandSettings) -> int:
    """Print a token of the local issuer for a demo person."""
    sys.stdout.write(token_for(arguments.person, settings) + "\n")
    return 0


def token_for(key: str, settings: CommandSettings) -> str:
    """Return a demo person's token; raises CommandError."""
    if settings.app_env is not AppEnv.DEV:
        raise CommandError("tokens are for APP_ENV=dev; start the stack with `make run` first")
    if settings.local_issuer_key_file is None:
        raise CommandError("LOCAL_ISSUER_KEY_FILE is not set")
    person = find_person(key)
    if person is None:
        raise CommandError("there is no such person; `openchair people` lists them")
    try:
        issuer = LocalIssuer.load(settings.local_issuer_key_file)
    except (OSError, ValueError):
        raise CommandError("the local issuer's key cannot be read") from None
    claims = {"sub": person.key, "practice_id": str(person.practice.id), **person.claims}
    return issuer.sign(claims, audience=settings.auth_audience, now=datetime.now(UTC))


def make_key(arguments: argparse.Namespace, _settings: CommandSettings) -> int:
    """Write a key for the local issuer, unless it is there."""
    LocalIssuer.create_key(arguments.path)
    return 0


def load_demo(_arguments: argparse.Namespace, settings: CommandSettings) -> int:
    """Migrate the scheduler's database and load the demo practice into it."""
    if settings.mongodb_url is None:
        raise CommandError("nothing runs here: `make run`, or set MONGODB_URL")

    async def load(url: str) -> bool:
        client = mongo.connect(url)
        store = Store(client)
        await migrate(store.database)
        loaded = await load_demo_practice(store)
        await mongo.close(client)
        return loaded

    loaded = asyncio.run(load(settings.mongodb_url))
    sys.stdout.write("demo practice loaded\n" if loaded else "the demo practice is there already\n")
    return 0


def demo(_arguments: argparse.Namespace, settings: CommandSettings) -> int:
    """Drive the main job once through the running parts."""
    if settings.intake_url is None or settings.scheduler_url is None:
        raise CommandError("nothing runs here: `make run`, or set INTAKE_URL and SCHEDULER_URL")
    return run_demo(
        settings.intake_url,
        settings.scheduler_url,
        _mailbox(settings),
        lambda key: token_for(key, settings),
    )


def dead_letters(arguments: argparse.Namespace, settings: CommandSettings) -> int:
    """List, show, replay or drop what consumers gave up on."""
    url = settings.rabbitmq_url
    if url is None:
        raise CommandError("nothing runs here: `make run`, or set RABBITMQ_URL")
    if arguments.action != "list" and arguments.which is None:
        raise CommandError("say which: an id, a queue, or all")
    topology = Topology.with_delays(settings.retry_delays_seconds)
    try:
        done = asyncio.run(_act_on_dead_letters(arguments, url.get_secret_value(), topology))
    except (PublishFailed, PublishUncertain):
        raise CommandError("RabbitMQ did not confirm; what is left is still there") from None
    except OSError:
        raise CommandError("RabbitMQ cannot be reached") from None
    sys.stdout.write(f"{arguments.action}: {done}\n" if done else "no such dead letter\n")
    return 0 if done or arguments.action == "list" else 1


async def _act_on_dead_letters(arguments: argparse.Namespace, url: str, topology: Topology) -> int:
    async with DeadLetters.open(url, topology) as letters:
        found = letters.find(arguments.which or "all")
        for letter in found:
            sys.stdout.write(letter.summary + "\n")
            match arguments.action:
                case "show":
                    sys.stdout.write(body_text(letter) + "\n")
                case "replay":
                    await letters.replay(letter)
                case "drop":
                    await letters.drop(letter)
        return len(found)


def import_file(arguments: argparse.Namespace, settings: CommandSettings) -> int:
    """Import a practice's clients or appointments from a CSV file."""
    if settings.mongodb_url is None:
        raise CommandError("nothing runs here: `make run`, or set MONGODB_URL")
    try:
        return run_import(arguments, settings.mongodb_url)
    except ImportStopped as error:
        raise CommandError(str(error)) from None


def preview_emails(arguments: argparse.Namespace, _settings: CommandSettings) -> int:
    """Write one of each e-mail to clients into files to look at."""
    try:
        return email_preview.run_preview(arguments)
    except email_preview.PreviewStopped as error:
        raise CommandError(str(error)) from None


def _mailbox(settings: CommandSettings) -> Mailbox:
    if settings.mailpit_url is not None:
        return MailpitMailbox(settings.mailpit_url)
    if settings.maildir is not None:
        return MaildirMailbox(settings.maildir)
    raise CommandError("set MAILDIR or MAILPIT_URL: where do the e-mails arrive?")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="openchair", description="Trials and care of Openchair.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run in (
        ("people", show_people),
        ("token", print_token),
        ("load-demo", load_demo),
        ("local-issuer-key", make_key),
        ("demo", demo),
        ("dead-letters", dead_letters),
        ("import", import_file),
        ("email-preview", preview_emails),
    ):
        command = commands.add_parser(name, help=run.__doc__)
        command.set_defaults(run=run)
        if run is print_token:
            command.add_argument("person", help="a key that `openchair people` lists")
        if run is make_key:
            command.add_argument("path", type=Path, help="the file; made with mode 0600")
        if run is dead_letters:
            command.add_argument("action", choices=["list", "show", "replay", "drop"])
            command.add_argument("which", nargs="?", help="an event's id, a work queue, or all")
        if run is import_file:
            add_arguments(command)
        if run is preview_emails:
            email_preview.add_arguments(command)
    return parser
