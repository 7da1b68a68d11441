"""E-mails to clients on their way, how a practice sets them, and messages with a decline."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.scheduler.domain.appointment_request import AppointmentRequest
from services.scheduler.domain.email_settings import EmailSettings
from services.scheduler.domain.notification import NotificationStatus
from services.scheduler.domain.people import Practice, StaffMember
from services.scheduler.mongo.history import HistoryEntry
from services.scheduler.use_cases.decide import find_request
from services.scheduler.use_cases.handle_failed_email import handle_failed_message
from services.scheduler.use_cases.read_history import request_history
from services.scheduler.use_cases.resend_decline_message import resend_decline_message
from services.scheduler.use_cases.show_to_do import show_to_do
from shared.schemas.published import EVENTS, AnyEvent, event_type
from tests.harness.outcomes import tell, told
from tests.harness.practice import NOW, SmallPractice, decline

_MODELS: Final[dict[str, Any]] = {event_type(model): model for model in EVENTS}
SORRY: Final = "We have no room until spring.\nTry Elm Row."


async def set_emails(small: SmallPractice, **changes: Any) -> Practice:
    """Set the practice's e-mails otherwise than they are as usual."""
    practice = replace(small.practice, emails=EmailSettings(**changes))
    await small.store.practices.save(practice)
    return practice


async def on_their_way(small: SmallPractice) -> dict[str, AnyEvent]:
    """Return all events of the practice in the outbox, by id."""
    rows = small.store.database["outbox"].find({"practice_id": small.practice.id})
    found: dict[str, AnyEvent] = {}
    async for row in rows:
        kind = next(name for name in _MODELS if f'"{name}"' in row["body"])
        event = _MODELS[kind].model_validate_json(row["body"])
        assert row["_id"] == event.id
        assert kind == f"openchair.{row['routing_key']}.v1"
        assert row["created_at"] == event.time
        found[event.id] = event
    return found


class Declined:
    """A request that was declined with a message, and what staff do about its e-mail."""

    def __init__(self, small: SmallPractice, request_id: UUID) -> None:
        self.small = small
        self.request_id = request_id
        self.event_id = f"{request_id}:declined"

    async def request(self) -> AppointmentRequest:
        """Return the request as it is."""
        return await find_request(self.small.store, self.small.priya, self.request_id)

    async def tell(
        self, status: NotificationStatus, *, minutes: int = 1, event_id: str | None = None
    ) -> bool:
        """Record an outcome, so many minutes after the decline."""
        outcome = told(status, event_id or self.event_id, minutes)
        return await tell(self.small.store, self.small.practice.id, outcome)

    async def resend(self, actor: StaffMember, *, minutes: int = 5) -> AppointmentRequest:
        """Send the message again."""
        return await resend_decline_message(
            self.small.store, actor, self.request_id, now=_after(minutes)
        )

    async def handle(self, actor: StaffMember, *, minutes: int = 5) -> AppointmentRequest:
        """Tick the failed message off."""
        return await handle_failed_message(
            self.small.store, actor, self.request_id, now=_after(minutes)
        )

    async def to_do(self, actor: StaffMember) -> list[UUID]:
        """Return the requests whose messages somebody's To-Do shows as failed."""
        shown = await show_to_do(self.small.store, actor, now=NOW)
        return [one.request.id for one in shown.failed_decline_messages]

    async def history(self) -> list[HistoryEntry]:
        """Return what happened since the decline, which is the first."""
        entries = await request_history(self.small.store, self.small.priya, self.request_id)
        return list(entries[1:])


async def decline_one(
    small: SmallPractice, *, message: str | None = SORRY, **fields: Any
) -> Declined:
    """Decline a request, of Amara's by default, with a message."""
    decided = await decline(small, await small.receive(**fields), message=message)
    return Declined(small, decided.request.id)


def _after(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)
