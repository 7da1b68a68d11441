"""`history`: who did what and when, before and after; only ever added to (PRODUCT 8.12)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from shared.mongo import Collection, Database, Document, Session
from shared.schemas.appointment_changed import AppointmentChange
from shared.schemas.vocabulary import RequestStatus

_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One thing done, by staff, client or notifier; `id` makes writing it twice impossible.

    `before` and `after` hold only what changed. `at` in UTC. `client_id` is there when it is about
    the client's access to the portal, and about no request or appointment.
    """

    id: str
    practice_id: UUID
    request_id: UUID | None
    appointment_id: UUID | None
    action: str
    by_staff_id: UUID | None
    by_name: str
    at: datetime
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    client_id: UUID | None = None


class History:
    """Adds to the history and reads it; who may see it has been asked of what it is about."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["history"]

    async def add(self, entry: HistoryEntry, *, session: Session) -> None:
        """Insert an entry."""
        await self._collection.insert_one(
            {
                "_id": entry.id,
                "practice_id": entry.practice_id,
                "request_id": entry.request_id,
                "appointment_id": entry.appointment_id,
                "action": entry.action,
                "by": {"staff_id": entry.by_staff_id, "name": entry.by_name},
                "at": entry.at,
                "before": dict(entry.before),
                "after": dict(entry.after),
                **({} if entry.client_id is None else {"client_id": entry.client_id}),
            },
            session=session,
        )

    async def of_request(self, practice_id: UUID, request_id: UUID) -> list[HistoryEntry]:
        """Return what happened to a request, oldest first."""
        return await self._find({"practice_id": practice_id, "request_id": request_id})

    async def of_appointment(self, practice_id: UUID, appointment_id: UUID) -> list[HistoryEntry]:
        """Return what happened to an appointment, oldest first."""
        return await self._find({"practice_id": practice_id, "appointment_id": appointment_id})

    async def of_client(self, practice_id: UUID, client_id: UUID) -> list[HistoryEntry]:
        """Return what happened to a client's access to the portal, oldest first."""
        return await self._find({"practice_id": practice_id, "client_id": client_id})

    async def booked_at(self, practice_id: UUID, ids: Iterable[UUID]) -> dict[UUID, datetime]:
        """Return when each of the appointments was booked (UTC), where the history has it."""
        query = {
            "practice_id": practice_id,
            "appointment_id": {"$in": list(ids)},
            "action": {"$in": [AppointmentChange.BOOKED.value, RequestStatus.APPROVED.value]},
            "before.appointment": None,
        }
        cursor = self._collection.find(query, {"appointment_id": 1, "at": 1})
        return {row["appointment_id"]: row["at"] async for row in cursor}

    async def _find(self, query: Document) -> list[HistoryEntry]:
        cursor = self._collection.find(query).sort([("at", 1), ("_id", 1)]).limit(_MOST)
        return [
            HistoryEntry(
                id=row["_id"],
                practice_id=row["practice_id"],
                request_id=row["request_id"],
                appointment_id=row["appointment_id"],
                action=row["action"],
                by_staff_id=row["by"]["staff_id"],
                by_name=row["by"]["name"],
                at=row["at"],
                before=row["before"],
                after=row["after"],
                client_id=row.get("client_id"),
            )
            async for row in cursor
        ]
