"""What a practice sets of the e-mails to its clients."""

from dataclasses import dataclass
from typing import Final

from shared.schemas.vocabulary import Language


@dataclass(frozen=True, slots=True)
class EmailTexts:
    """What the practice adds in its own words, as plain text.

    `arrival` is how to come or connect, `cancelling` what holds for changing or cancelling,
    `closing` ends every e-mail.
    """

    arrival: str | None = None
    cancelling: str | None = None
    closing: str | None = None


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """How the practice writes to its clients, and of what.

    `sender_name` is who an e-mail is from (None: the practice's name), `reply_to` where answers go
    (None: the practice's address), `language` what clients are written to in who told no other.
    `staff_changes` says whether a client hears of what staff book, move or cancel without a
    request; `decline_messages` whether staff may write one when they decline (PRODUCT 8.7).
    """

    sender_name: str | None = None
    reply_to: str | None = None
    language: Language = Language.ENGLISH
    texts: EmailTexts = EmailTexts()
    staff_changes: bool = True
    decline_messages: bool = False


AS_USUAL: Final = EmailSettings()
"""Those of a practice that set none."""
