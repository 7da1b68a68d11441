"""structlog for us and for every library: JSON outside a terminal, one line per event.

Log events have fixed names and ids as fields. Exceptions are logged as their type and the lines
they passed, never their message: drivers and validators put what people typed into messages.
"""

import logging
import sys
import traceback
from types import TracebackType
from typing import Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]
_FRAMES: Final = 12
_QUIET_LIBRARIES: Final = ("aio_pika", "aiormq", "pymongo", "httpx", "httpcore", "asyncio")


def configure_logging(service: str, level: str = "INFO") -> None:
    """Send everything to standard error; call it once, in a service's `main`."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_service(service),
        _describe_exception,
        _name_exceptions,
    ]
    renderer: Processor = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    # Our own lines do not go by way of the standard library's: that costs thrice as much.
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _without_library_text],
            pass_foreign_args=True,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)


def _add_service(service: str) -> Processor:
    def add(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    return add


def _describe_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    given = event.pop("exc_info", None)
    info = sys.exc_info() if given is True else given
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if isinstance(info, tuple) and info[0] is not None:
        event["exception"] = _describe(info)
    return event


def _name_exceptions(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    # An exception given as a field would be written with its message.
    for name, value in event.items():
        if isinstance(value, BaseException):
            event[name] = type(value).__qualname__
    return event


def _describe(info: _ExcInfo) -> dict[str, object]:
    kind, error, trace = info
    frames = traceback.extract_tb(trace)[-_FRAMES:]
    described: dict[str, object] = {
        "type": f"{kind.__module__}.{kind.__qualname__}",
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if error.__cause__ is not None:
        cause = type(error.__cause__)
        described["cause"] = f"{cause.__module__}.{cause.__qualname__}"
    return described


def _without_library_text(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    # A library's line keeps its constant text; what was filled in may hold an address or a name.
    record: logging.LogRecord = event["_record"]
    arguments = event.pop("positional_args", None)
    if record.name.startswith("uvicorn"):
        text = event["event"]  # of the server itself: ports, process ids, start and stop
    elif arguments and isinstance(record.msg, str):
        text = record.msg
    else:
        text = "(text withheld)"  # it may have been put together already
    return {**event, "event": "library.log", "logger": record.name, "text": text}
