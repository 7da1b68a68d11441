"""Cursors of lists: opaque to callers, and checked when they come back."""

import base64
import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.scheduler.mongo.requests import ListPosition
from shared.http.problems import Problem


def encode(position: ListPosition | None) -> str | None:
    """Return the cursor for what comes after a position."""
    if position is None:
        return None
    content = json.dumps([position.relevant_time.isoformat(), str(position.request_id)])
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def decode(
    cursor: Annotated[
        str | None, Query(max_length=200, description="`next_cursor` of the page before.")
    ] = None,
) -> ListPosition | None:
    """Return the position in a cursor; a problem when it is none of ours."""
    if cursor is None:
        return None
    try:
        return _parse(cursor)
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise Problem(
            HTTPStatus.BAD_REQUEST, "unknown-cursor", "The cursor is not one of ours: start again."
        ) from None


def _parse(cursor: str) -> ListPosition:
    content = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    instant, request_id = json.loads(content)
    time = datetime.fromisoformat(instant)
    if time.tzinfo is None:
        raise ValueError("no offset")
    return ListPosition(time.astimezone(UTC), UUID(request_id))
