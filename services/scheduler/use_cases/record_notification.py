"""Record what became of the e-mail to a client, as the notifier tells it (PRODUCT 8.10)."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.scheduler.domain.notification import Notification
from services.scheduler.mongo.history import HistoryEntry
from services.scheduler.mongo.notifications import ToldOf
from services.scheduler.mongo.store import Store
from shared.mongo import Session

THE_NOTIFIER: Final = "the notifier"


@dataclass(frozen=True, slots=True)
class EmailOutcome:
    """What became of the e-mail of one event; `smtp_code` is the mail server's, if it gave one.

    `client_id` is there when the e-mail was an invitation.
    """

    practice_id: UUID
    notification: Notification
    smtp_code: int | None = None
    client_id: UUID | None = None


async def record_notification(store: Store, outcome: EmailOutcome) -> bool:
    """Write it to what the e-mail told of; say whether to anything.

    That is a request and its appointment, or a client who was invited. Of what a later e-mail is
    about, an older outcome says nothing any more.

    Repetitions and outcomes out of order change nothing: see `NotificationStatus.replaces`.
    """

    async def body(session: Session) -> bool:
        told_of = await _record(store, outcome, session)
        if told_of is None:
            return False
        await store.history.add(_history_entry(outcome, told_of), session=session)
        return True

    return await store.transaction(body)


async def _record(store: Store, outcome: EmailOutcome, session: Session) -> ToldOf | None:
    practice_id, notification = outcome.practice_id, outcome.notification
    if outcome.client_id is not None:
        return await store.invitations.record(
            practice_id, outcome.client_id, notification, session=session
        )
    return await store.notifications.record(practice_id, notification, session=session)


def _history_entry(outcome: EmailOutcome, told_of: ToldOf) -> HistoryEntry:
    notification = outcome.notification
    action = f"email-{notification.status.value}"
    return HistoryEntry(
        id=f"{notification.event_id}:{action}",
        practice_id=outcome.practice_id,
        request_id=told_of.request_id,
        appointment_id=told_of.appointment_id,
        action=action,
        by_staff_id=None,
        by_name=THE_NOTIFIER,
        at=notification.at,
        before={"email": told_of.before.value},
        after={
            "email": notification.status.value,
            "reason": notification.reason,
            "smtp_code": outcome.smtp_code,
        },
        client_id=told_of.client_id,
    )
