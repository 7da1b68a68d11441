"""Cursors of lists: opaque to callers, and checked when they come back.

A cursor holds the order of its list, the instant it ended with and the id: it is of no use with
another order. Of a list by name it holds the id alone, since it travels in URLs: the name is read
again.
"""

import base64
import json
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.scheduler.domain.refusals import UnknownCursor

CursorParameter = Annotated[
    str | None, Query(max_length=400, description="`next_cursor` of the page before.")
]


def encode(order: str, instant: datetime | None, identifier: UUID) -> str:
    """Return the cursor for what comes after a position; no instant in a list by name."""
    position = [order, instant and instant.isoformat(), str(identifier)]
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def decode_instant(cursor: str | None, order: str) -> tuple[datetime, UUID] | None:
    """Return the position in a cursor of a list by time in that order; None without a cursor.

    Raises:
        UnknownCursor: it is none of that list's.

    """
    if cursor is None:
        return None
    instant, identifier = _decode(cursor, order)
    if instant is None:
        raise UnknownCursor
    return instant, identifier


def decode_id(cursor: str | None, order: str) -> UUID | None:
    """Return the same for a list by name: the id of its last one; raises UnknownCursor."""
    if cursor is None:
        return None
    instant, identifier = _decode(cursor, order)
    if instant is not None:
        raise UnknownCursor
    return identifier


def _decode(cursor: str, order: str) -> tuple[datetime | None, UUID]:
    try:
        return _parse(cursor, order)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise UnknownCursor from None


def _parse(cursor: str, order: str) -> tuple[datetime | None, UUID]:
    content = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    told_order, instant, identifier = json.loads(content)
    if told_order != order:
        raise ValueError("another list's")
    if instant is None:
        return None, UUID(identifier)
    time = datetime.fromisoformat(instant)
    if time.tzinfo is None:
        raise ValueError("no offset")
    return time.astimezone(UTC), UUID(identifier)
