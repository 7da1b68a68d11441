"""What was booked otherwise than asked, or is otherwise than before, in sentences (PRODUCT 8.4)."""

from collections.abc import Callable
from datetime import datetime

from services.notifier.client_news import ClientNews, ComparedWith
from services.notifier.languages import Sentence, Strong, Words
from services.notifier.letter import Listing
from services.notifier.times import length_in_words
from shared.schemas.appointment_details import Change
from shared.schemas.vocabulary import ChangedField, Modality


def changes_in_words(
    news: ClientNews, words: Words, when: Callable[[datetime], str]
) -> Listing | None:
    """Return the changes under a heading; None without any. `when` tells an instant."""
    if not news.changes:
        return None
    heading = (
        words.gettext("What is different from what you asked for")
        if news.compared_with is ComparedWith.ASKED
        else words.gettext("What is different from before")
    )
    return Listing(
        heading, tuple(_sentence(one, news.compared_with, words, when) for one in news.changes)
    )


def modality_in_words(modality: Modality, words: Words) -> str:
    """Return how they meet."""
    if modality is Modality.TELEHEALTH:
        return words.gettext("Online (telehealth)")
    return words.gettext("In person")


def _sentence(
    change: Change, compared_with: ComparedWith, words: Words, when: Callable[[datetime], str]
) -> Sentence:
    what = _what(change.field, words)
    then = _value(change.field, change.asked, words, when)
    now = Strong(_value(change.field, change.booked, words, when))
    if compared_with is ComparedWith.ASKED:
        return words.say(
            "%(what)s: you asked for %(asked)s; we booked %(booked)s.",
            what=what,
            asked=then,
            booked=now,
        )
    return words.say(
        "%(what)s: it was %(before)s; it is now %(now)s.", what=what, before=then, now=now
    )


def _what(field: ChangedField, words: Words) -> str:
    return {
        ChangedField.START: words.gettext("Time"),
        ChangedField.CLINICIAN: words.gettext("Clinician"),
        ChangedField.SERVICE: words.gettext("Kind of appointment"),
        ChangedField.MINUTES: words.gettext("Length"),
        ChangedField.MODALITY: words.gettext("How you meet"),
        ChangedField.LOCATION: words.gettext("Place"),
    }[field]


def _value(field: ChangedField, value: str, words: Words, when: Callable[[datetime], str]) -> str:
    match field:
        case ChangedField.START:
            return when(datetime.fromisoformat(value))
        case ChangedField.MINUTES:
            return length_in_words(int(value), words)
        case ChangedField.MODALITY:
            return modality_in_words(Modality(value), words)
        case _:
            return value
