"""A practice's e-mail settings inside its document."""

from dataclasses import asdict

from services.scheduler.domain.email_settings import EmailSettings, EmailTexts
from shared.mongo import Document
from shared.schemas.vocabulary import Language

STAFF_CHANGES = "emails_staff_changes"
"""Beside the others, not among them: a process of the version before reads it there."""


def to_fields(settings: EmailSettings) -> Document:
    """Return the fields of the practice's document."""
    return {
        "emails": {
            "sender_name": settings.sender_name,
            "reply_to": settings.reply_to,
            "language": settings.language.value,
            "texts": asdict(settings.texts),
            "decline_messages": settings.decline_messages,
        },
        STAFF_CHANGES: settings.staff_changes,
    }


def from_document(document: Document) -> EmailSettings:
    """Return the settings in the practice's document."""
    # A process of the version before writes none, also after the records were brought up to date.
    stored = document.get("emails")
    if stored is None:
        return EmailSettings(staff_changes=document[STAFF_CHANGES])
    return EmailSettings(
        sender_name=stored["sender_name"],
        reply_to=stored["reply_to"],
        language=Language(stored["language"]),
        texts=EmailTexts(**stored["texts"]),
        staff_changes=document[STAFF_CHANGES],
        decline_messages=stored["decline_messages"],
    )
