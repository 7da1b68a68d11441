"""Logs: one JSON object a line, with types and ids, and never a person's name out of an error."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from shared.observability.logging import configure_logging

PERSON = "S\u00f8ren Dahl"
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """Log as a service does, and read what was logged; every line must be JSON, and nameless."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    configure_logging("scheduler")

    def read() -> list[dict[str, Any]]:
        told = [json.loads(line) for line in written.getvalue().splitlines()]
        assert "Dahl" not in written.getvalue()
        return told

    yield read
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def fail_because_of(cause: BaseException | None) -> None:
    """Raise an error whose message names a person."""
    raise LookupError(f"no client {PERSON}") from cause


class RefusedName(Exception):
    """An error that a driver might raise, with what a person typed in it."""


def test_an_event_is_one_line_of_json(lines: Lines) -> None:
    """Name, level, time in UTC, service and the fields given, with what is bound to the task."""
    structlog.contextvars.bind_contextvars(correlation_id="demo-0001")
    structlog.get_logger("test").info("message.handled", outcome="done", attempt=1)
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "message.handled",
        "level": "info",
        "service": "scheduler",
        "correlation_id": "demo-0001",
        "outcome": "done",
        "attempt": 1,
    }


def test_below_the_level_nothing_is_written(lines: Lines) -> None:
    """Debugging is off unless asked for, ours and the libraries'."""
    structlog.get_logger("test").debug("message.handled")
    logging.getLogger("some.library").debug("noise")
    logging.getLogger("aio_pika").info("noise")
    assert lines() == []


def test_an_exception_is_its_type_and_its_way(lines: Lines) -> None:
    """The message stays out; where it happened and what caused it is told by type."""
    try:
        fail_because_of(RefusedName(PERSON))
    except LookupError:
        structlog.get_logger("test").exception("request.failed")
    (line,) = lines()
    told = line["exception"]
    assert told["type"] == "builtins.LookupError"
    assert told["cause"].endswith("RefusedName")
    assert "fail_because_of" in told["frames"][-1]
    assert line["level"] == "error"


@pytest.mark.parametrize("as_what", ["flag", "error", "tuple"])
def test_an_exception_may_be_handed_over_in_any_way(lines: Lines, as_what: str) -> None:
    """`exc_info` as True, as the exception and as a tuple is the same."""
    try:
        fail_because_of(None)
    except LookupError as error:
        given: Any = {
            "flag": True,
            "error": error,
            "tuple": (type(error), error, error.__traceback__),
        }[as_what]
        structlog.get_logger("test").warning("request.failed", exc_info=given)
    (line,) = lines()
    assert line["exception"]["type"] == "builtins.LookupError"
    assert "cause" not in line["exception"]


def test_a_group_of_exceptions_has_no_messages_either(lines: Lines) -> None:
    """Notes, members and contexts may quote a person as well."""
    try:
        try:
            fail_because_of(None)
        except LookupError as inner:
            inner.add_note(PERSON)
            raise ExceptionGroup(PERSON, [inner])  # noqa: B904  the implicit context counts too
    except ExceptionGroup:
        structlog.get_logger("test").exception("request.failed")
    (line,) = lines()
    assert line["exception"]["type"] == "builtins.ExceptionGroup"


def test_an_exception_as_a_field_has_no_message(lines: Lines) -> None:
    """Who writes `reason=error` in a hurry does not put a name into the logs."""
    structlog.get_logger("test").warning("request.failed", reason=RefusedName(PERSON))
    (line,) = lines()
    assert "RefusedName" in str(line["reason"])


def test_a_library_says_its_constant_text_only(lines: Lines) -> None:
    """What a library fills in may be an address or a name; the text itself helps who is on call."""
    logging.getLogger("some.library").warning("cannot deliver to %s", PERSON)
    (line,) = lines()
    assert line["event"] == "library.log"
    assert line["logger"] == "some.library"
    assert line["text"] == "cannot deliver to %s"


@pytest.mark.parametrize(
    "text", [f"cannot deliver to {PERSON}", {"to": PERSON}, RefusedName(PERSON)], ids=repr
)
def test_a_text_put_together_by_a_library_is_withheld(lines: Lines, text: object) -> None:
    """Nobody can tell what is in it."""
    logging.getLogger("some.library").error(text)
    (line,) = lines()
    assert line["logger"] == "some.library"
    assert line["level"] == "error"


def test_a_librarys_exception_is_described_like_ours(lines: Lines) -> None:
    """Type, cause and way, no message; nor are fields that a library adds to its record."""
    try:
        fail_because_of(RefusedName(PERSON))
    except LookupError:
        logging.getLogger("some.library").exception("failed for %s", PERSON, extra={"to": PERSON})
    (line,) = lines()
    assert line["exception"]["type"] == "builtins.LookupError"
    assert line["exception"]["cause"].endswith("RefusedName")


def test_configuring_again_does_not_double_the_lines(lines: Lines) -> None:
    """One handler, however often it is asked for."""
    configure_logging("scheduler")
    assert len(logging.getLogger().handlers) == 1
    assert lines() == []
