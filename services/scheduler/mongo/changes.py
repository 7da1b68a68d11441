"""The change stream over `requests` and `appointments`, as plain records.

A position is the text of a resume token: hex digits, whose order as text is the order in time
(MongoDB manual, "Change Events", resume tokens).
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from bson import Timestamp
from pymongo.errors import OperationFailure

from services.scheduler.domain.people import StaffMember
from services.scheduler.mongo.access import may_see
from shared.mongo import Database, Document, is_outage

_AWAIT_MS: Final = 1000
_WHO_SEES_IT: Final = "visible_to"


class Subject(StrEnum):
    """What changed; the value is the event's name on the wire."""

    REQUEST = "request"
    APPOINTMENT = "appointment"


_SUBJECTS: Final = {"requests": Subject.REQUEST, "appointments": Subject.APPOINTMENT}


@dataclass(frozen=True, slots=True)
class Change:
    """One document that was inserted or changed, as it was when the stream came to it.

    `request_type` is None of an appointment. `access_changed` says that perhaps somebody who could
    see it before cannot any more.
    """

    position: str
    subject: Subject
    id: UUID
    practice_id: UUID
    visible_to: tuple[UUID, ...]
    status: str
    version: int
    request_type: str | None
    is_new: bool
    access_changed: bool

    def may_be_told_to(self, actor: StaffMember) -> bool:
        """Say whether the actor may see what changed."""
        return may_see(
            actor, {"practice_id": self.practice_id, _WHO_SEES_IT: list(self.visible_to)}
        )


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """Nothing more has happened, up to this position."""

    position: str


class HistoryLost(Exception):
    """The store does not know what came after a position: too long ago, or of another database."""


def _access_changed() -> Document:
    # Worked out by the server, so that only the field's name leaves it and not what was written.
    fields = {"$objectToArray": {"$ifNull": ["$updateDescription.updatedFields", {}]}}
    is_ours = {"$eq": [{"$indexOfBytes": ["$$this.k", _WHO_SEES_IT]}, 0]}
    cut = {"$ifNull": ["$updateDescription.truncatedArrays.field", []]}
    return {
        "$or": [
            {"$eq": ["$operationType", "replace"]},
            {"$in": [_WHO_SEES_IT, cut]},
            {"$anyElementTrue": [{"$map": {"input": fields, "in": is_ours}}]},
        ]
    }


_PIPELINE: Final[list[Document]] = [
    {
        "$match": {
            "operationType": {"$in": ["insert", "update", "replace"]},
            "ns.coll": {"$in": list(_SUBJECTS)},
        }
    },
    {
        "$project": {
            "operationType": 1,
            "ns.coll": 1,
            "documentKey._id": 1,
            **{
                f"fullDocument.{name}": 1
                for name in ("practice_id", _WHO_SEES_IT, "status", "version", "type")
            },
            "access_changed": _access_changed(),
        }
    },
]


class Changes:
    """Follows what is written to requests and appointments, by any process."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def position(self, *, ago: timedelta) -> str:
        """Return the position right before what was last written so long ago.

        Raises:
            HistoryLost: the store does not reach back so far.

        """
        now = (await self._database.command("ping"))["operationTime"]
        since = Timestamp(now.time - int(ago.total_seconds()), now.inc)
        step = {"$changeStream": {"startAtOperationTime": since}}
        try:
            # A first batch of none, so that the token is that of the beginning.
            opened = await self._database.command(
                {"aggregate": 1, "pipeline": [step], "cursor": {"batchSize": 0}}
            )
        except OperationFailure as error:
            if _is_away(error):
                raise
            raise HistoryLost from error
        cursor = opened["cursor"]
        await self._database.command({"killCursors": "$cmd.aggregate", "cursors": [cursor["id"]]})
        return str(cursor["postBatchResumeToken"]["_data"])

    async def follow(self, after: str) -> AsyncGenerator[Change | CaughtUp, None]:
        """Yield each change after a position; `CaughtUp` about each second without one.

        Raises:
            HistoryLost: the store does not know what came after that position.
            PyMongoError: the store is away; go on from the last position when it is back.

        """
        stream = self._database.watch(
            _PIPELINE,
            full_document="updateLookup",
            resume_after={"_data": after},
            max_await_time_ms=_AWAIT_MS,
        )
        try:
            async with stream:
                while stream.alive:  # type: ignore[truthy-function]  # a property
                    document = await stream.try_next()
                    token = stream.resume_token
                    if document is None and token is not None:
                        yield CaughtUp(token["_data"])
                    if document is not None and document.get("fullDocument"):
                        yield _from_document(document)  # unless it was deleted since
        except OperationFailure as error:
            if _is_away(error):
                raise
            raise HistoryLost from error
        raise HistoryLost  # the database was dropped


def _is_away(error: OperationFailure) -> bool:
    return is_outage(error) or error.has_error_label("ResumableChangeStreamError")


def _from_document(document: dict[str, Any]) -> Change:
    now = document["fullDocument"]
    return Change(
        position=document["_id"]["_data"],
        subject=_SUBJECTS[document["ns"]["coll"]],
        id=document["documentKey"]["_id"],
        practice_id=now["practice_id"],
        visible_to=tuple(now[_WHO_SEES_IT]),
        status=now["status"],
        version=now["version"],
        request_type=now.get("type"),
        is_new=document["operationType"] == "insert",
        access_changed=document["access_changed"],
    )
