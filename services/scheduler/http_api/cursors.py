"""Cursors of lists: opaque to callers, and checked when they come back.

A cursor holds the order of its list, the value it ended with and the id: it is of no use with
another order.
"""

import base64
import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Query

from shared.http.problems import Problem

Value = datetime | str

CursorParameter = Annotated[
    str | None, Query(max_length=1200, description="`next_cursor` of the page before.")
]


def encode(order: str, value: Value, identifier: UUID) -> str:
    """Return the cursor for what comes after a position."""
    told = value.isoformat() if isinstance(value, datetime) else value
    position = [order, isinstance(value, datetime), told, str(identifier)]
    content = json.dumps(position, ensure_ascii=False)
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def decode(cursor: str, order: str) -> tuple[Value, UUID]:
    """Return the position in a cursor of a list in that order; a problem when it is none."""
    try:
        return _parse(cursor, order)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise _unknown() from None


def decode_instant(cursor: str | None, order: str) -> tuple[datetime, UUID] | None:
    """Return the same for a list that is sorted by time; None without a cursor."""
    if cursor is None:
        return None
    value, identifier = decode(cursor, order)
    if not isinstance(value, datetime):
        raise _unknown()
    return value, identifier


def decode_text(cursor: str | None, order: str) -> tuple[str, UUID] | None:
    """Return the same for a list that is sorted by name; None without a cursor."""
    if cursor is None:
        return None
    value, identifier = decode(cursor, order)
    if not isinstance(value, str):
        raise _unknown()
    return value, identifier


def _unknown() -> Problem:
    # A new one each time: an exception that is kept collects a traceback with each raise.
    return Problem(
        HTTPStatus.BAD_REQUEST,
        "unknown-cursor",
        "The cursor is not one of this list in this order: start again without it.",
    )


def _parse(cursor: str, order: str) -> tuple[Value, UUID]:
    content = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    told_order, is_instant, value, identifier = json.loads(content)
    if told_order != order or not isinstance(value, str):
        raise ValueError("another list's")
    if not is_instant:
        return value, UUID(identifier)
    time = datetime.fromisoformat(value)
    if time.tzinfo is None:
        raise ValueError("no offset")
    return time.astimezone(UTC), UUID(identifier)
