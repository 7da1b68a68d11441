"""Reads all that there is from the database's documents, by name."""

import asyncio
import json
from datetime import datetime
from uuid import UUID

from services.scheduler.mongo.store import Store
from shared.mongo import Document
from shared.schemas.vocabulary import Modality, RequestType
from tests.integration.state_machine.names import Names
from tests.integration.state_machine.operations import Clash, Wish
from tests.integration.state_machine.records import (
    Appointment,
    Busy,
    Done,
    Picture,
    Request,
    Slot,
    Told,
)


async def take_picture(store: Store, names: Names) -> Picture:
    """Return it."""
    parts = ("requests", "appointments", "clients", "history", "outbox", "calendar_days")
    read = (store.database[part].find({}).to_list(None) for part in parts)
    requests, appointments, clients, history, outbox, days = await asyncio.gather(*read)
    look = _Looking(names)
    return Picture(
        {names.name_of(row["_id"]): look.request(row) for row in requests},
        {names.name_of(row["_id"]): look.appointment(row) for row in appointments},
        {names.name_of(row["_id"]): look.everybody(row["assigned_staff_ids"]) for row in clients},
        {names.in_text(row["_id"]): look.done(row) for row in history},
        {names.in_text(row["_id"]): look.told(row) for row in outbox},
        sorted((look.busy(day, one) for day in days for one in day["busy"]), key=repr),
    )


class _Looking:
    def __init__(self, names: Names) -> None:
        self._names = names

    def everybody(self, ids: list[UUID]) -> set[str]:
        return {self._names.name_of(one) for one in ids}

    def request(self, row: Document) -> Request:
        asked, decision = row["asked"], row["decision"]
        return Request(
            practice=self._names.name_of(row["practice_id"]),
            kind=RequestType(row["type"]),
            submitted_by=row["submitted_by"],
            start=asked["start"],
            service=self._name(asked["service_id"]),
            clinician=self._name(asked["clinician_id"]),
            minutes=asked["minutes"],
            original=self._name(asked["appointment_id"]),
            original_start=asked["original_start"],
            flags=set(row["flags"]),
            visible_to=self.everybody(row["visible_to"]),
            client=self._name(row["client"]["client_id"]),
            status=row["status"],
            version=row["version"],
            decided_by=self._name(decision and decision["by_staff_id"]),
            wish=self._wish(decision["edits"]) if decision else Wish(),
            reason=decision and decision["reason"],
            booked=self._name(decision and decision["appointment_id"]),
            followed_up=row["follow_up"] and row["follow_up"]["done"],
            email=self._email(row),
        )

    def appointment(self, row: Document) -> Appointment:
        return Appointment(
            practice=self._names.name_of(row["practice_id"]),
            client=self._names.name_of(row["client_id"]),
            slot=Slot(
                start=row["start"],
                minutes=row["minutes"],
                clinician=self._names.name_of(row["clinician_id"]),
                service=self._names.name_of(row["service_id"]),
                modality=Modality(row["modality"]),
                location=row["location"],
                alert=row["alert"],
            ),
            visible_to=self.everybody(row["visible_to"]),
            booked=row["status"] == "booked",
            sequence=row["sequence"],
            version=row["version"],
            requests=self.everybody(row["request_ids"]),
            email=self._email(row),
        )

    def done(self, row: Document) -> Done:
        return Done(
            action=row["action"],
            by=self._name(row["by"]["staff_id"]),
            at=row["at"],
            request=self._name(row["request_id"]),
            appointment=self._name(row["appointment_id"]),
            overlaps=frozenset(map(self._overlap, row["after"].get("overlaps", ()))),
        )

    def told(self, row: Document) -> Told:
        about = json.loads(row["body"])["data"].get("appointment")
        if about is None:
            return Told(row["routing_key"], row["created_at"])
        return Told(
            row["routing_key"],
            row["created_at"],
            about["sequence"],
            about["status"],
            datetime.fromisoformat(about["start"]),
            about["minutes"],
            self._names.name_of(UUID(about["clinician_id"])),
        )

    def busy(self, day: Document, one: Document) -> Busy:
        return Busy(
            self._names.name_of(day["clinician_id"]),
            f"{day['day']:%F}",
            self._names.name_of(one["appointment_id"]),
            one["start"],
            one["end"],
        )

    def _wish(self, edits: Document) -> Wish:
        return Wish(
            start=edits["start"],
            minutes=edits["minutes"],
            clinician=self._name(edits["clinician_id"]),
            service=self._name(edits["service_id"]),
            modality=edits["modality"] and Modality(edits["modality"]),
            location=edits["location"],
            alert=edits["alert"],
            client=self._name(edits["client_id"]),
        )

    def _overlap(self, told: Document) -> Clash:
        return Clash(
            self._name(told["appointment_id"] and UUID(told["appointment_id"])),
            datetime.fromisoformat(told["start"]),
            datetime.fromisoformat(told["end"]),
        )

    def _email(self, row: Document) -> str | None:
        sent = row["notification"]
        return None if sent is None else self._names.in_text(sent["event_id"])

    def _name(self, identifier: UUID | None) -> str | None:
        return self._names.name_or_none(identifier)
