"""The outcome of an e-mail, inside the document of what it tells of."""

from dataclasses import asdict

from services.scheduler.domain.notification import Notification, NotificationStatus
from shared.mongo import Document


def to_document(notification: Notification | None) -> Document | None:
    """Return the sub-document."""
    if notification is None:
        return None
    return {**asdict(notification), "status": notification.status.value}


def from_document(document: Document | None) -> Notification | None:
    """Return the outcome."""
    if document is None:
        return None
    return Notification(
        event_id=document["event_id"],
        status=NotificationStatus(document["status"]),
        at=document["at"],
        reason=document["reason"],
        handled_by=document["handled_by"],
    )
