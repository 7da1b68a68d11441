"""An application that takes every kind of input, and what a problem of it must look like."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

import httpx
from fastapi import FastAPI, Header, Query
from pydantic import BaseModel, ConfigDict, Field

from shared.http.app import create_app
from shared.http.problems import TYPE_PREFIX, Problem
from shared.schemas.fields import (
    EmailAddress,
    NoteText,
    PersonName,
    PhoneNumber,
    UtcMinute,
    ZoneName,
)

SECRET = "soren-dahl"


class Word(StrEnum):
    """A choice of three."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"


class Inner(BaseModel):
    """A part of the input."""

    model_config = ConfigDict(extra="forbid")

    name: PersonName | None = None


class Input(BaseModel):
    """Every kind of field that our APIs take."""

    model_config = ConfigDict(extra="forbid")

    id: UUID | None = None
    start: UtcMinute | None = None
    born: date | None = None
    word: Word | None = None
    minutes: Annotated[int, Field(ge=5, le=720, strict=True)] | None = None
    number: int | None = None
    ratio: float | None = None
    flag: bool | None = None
    name: PersonName | None = None
    note: NoteText | None = None
    phone: PhoneNumber | None = None
    email: EmailAddress | None = None
    zone: ZoneName | None = None
    inner: Inner | None = None
    many: list[Inner] | None = None


@asynccontextmanager
async def no_lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Nothing starts and nothing stops."""
    yield


def build() -> FastAPI:
    """Return an application with a route of each kind."""
    app = create_app(title="Test", lifespan=no_lifespan)

    @app.post("/input")
    async def take(
        body: Input,
        key: Annotated[str | None, Header(pattern=r"^[\x21-\x7e]{1,20}$")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        status: Word = Word.FIRST,
    ) -> dict[str, str]:
        del body, key, limit, status
        return {"taken": "yes"}

    @app.get("/things/{thing_id}")
    async def thing(thing_id: UUID) -> dict[str, str]:
        return {"id": str(thing_id)}

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError(SECRET)

    @app.get("/refused")
    async def refused() -> None:
        raise Problem(HTTPStatus.CONFLICT, "slot-taken", "Taken.", clashes=[{"id": 1}])

    return app


def problem_of(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Return the problem document, which must be whole and must not repeat the input."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    told: dict[str, Any] = answer.json()
    assert told["type"] == f"{TYPE_PREFIX}{code}"
    assert told["status"] == status
    assert told["title"] == HTTPStatus(status).phrase
    assert told["detail"]
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    return told
