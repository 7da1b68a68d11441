"""Languages: whose it is, and catalogs that are whole."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import available_timezones

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po
from markupsafe import escape

from services.notifier import languages
from services.notifier.languages import CATALOGS, Sentence, Strong, literally, words_of
from services.notifier.times import day_and_time, length_in_words, zone_in_words
from shared.schemas.fields import _NOT_PLACES
from shared.schemas.vocabulary import Language
from tests.unit.builders import approved_event, client_wire, practice_wire
from tests.unit.test_compose_email import compose, part_of

NEW_YORK, BERLIN, MADRID = "America/New_York", "Europe/Berlin", "Europe/Madrid"
OTHERS = [language for language in Language if language is not Language.ENGLISH]
KEYWORDS: dict[str, Any] = {**DEFAULT_KEYWORDS, "say": None}
PLACES = re.compile(r"%\((\w+)\)s")
NOON = datetime(2027, 3, 1, 18, tzinfo=UTC)


def in_the_code() -> set[str | tuple[str, ...]]:
    """Return the messages that the notifier says."""
    directory = CATALOGS.parent
    found = extract_from_dir(directory, [("**.py", "python")], keywords=KEYWORDS)
    return {message for _, _, message, _, _ in found}


def catalog(language: Language) -> Catalog:
    """Return a language's catalog."""
    path = CATALOGS / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def forms(text: Any) -> tuple[str, ...]:
    """Return a message's forms, of which most have one."""
    return tuple(text) if isinstance(text, list | tuple) else (str(text),)


def messages() -> Iterator[tuple[Language, Message]]:
    """Yield every translation."""
    for language in OTHERS:
        yield from ((language, message) for message in catalog(language) if message.id)


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated_and_no_other(language: Language) -> None:
    """`make catalogs` was run, and somebody translated what was new."""
    translated = {message.id for message in catalog(language) if message.id and message.string}
    assert translated == in_the_code()


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_a_guess(language: Language) -> None:
    """None is marked as fuzzy, none left over from what the code once said."""
    whole = catalog(language)
    assert not whole.obsolete
    assert not [message.id for message in whole if message.id and message.fuzzy]


def test_translations_have_the_same_places() -> None:
    """A value is neither lost nor asked for in vain, in any form."""
    for language, message in messages():
        wanted = {frozenset(PLACES.findall(text)) for text in forms(message.id)}
        told = {frozenset(PLACES.findall(text)) for text in forms(message.string)}
        assert told == wanted, (language, message.id)
        for text in forms(message.string):
            assert text.strip() == text, (language, text)
            assert "%" not in PLACES.sub("", text), (language, text)


def test_catalogs_are_compiled_as_they_are() -> None:
    """What is read from the file is what is said."""
    for language, message in messages():
        if isinstance(message.id, str):
            assert words_of(language, BERLIN).gettext(message.id) == message.string


@pytest.mark.parametrize(
    ("of_client", "of_practice", "spoken"),
    [
        (None, None, "en"),
        (None, "de", "de"),
        ("es", None, "es"),
        ("es", "de", "es"),
        ("en", "de", "en"),
    ],
)
def test_whose_language_counts(of_client: str | None, of_practice: str | None, spoken: str) -> None:
    """The client's choice, else the practice's, else English; and the HTML says which it is."""
    message = compose(
        approved_event(
            client=client_wire(language=of_client), practice=practice_wire(language=of_practice)
        )
    )
    subject = {
        "en": "Appointment confirmed",
        "de": "Termin best\u00e4tigt",
        "es": "Cita confirmada",
    }
    assert message["Subject"] == f"{subject[spoken]}: Harbor Street Practice"
    assert f'<html lang="{spoken}">' in part_of(message, "html")


@pytest.mark.parametrize(
    ("language", "zone", "told"),
    [
        ("en", NEW_YORK, "Monday, March 1, 2027 at 1:00 PM"),
        ("en", "US/Eastern", "Monday, March 1, 2027 at 1:00 PM"),
        ("en", "Europe/London", "Monday, 1 March 2027 at 18:00"),
        ("en", "GB", "Monday, 1 March 2027 at 18:00"),
        ("en", "Etc/UTC", "Monday, March 1, 2027 at 6:00 PM"),
        ("de", BERLIN, "Montag, 1. M\u00e4rz 2027 um 19:00 Uhr"),
        ("de", NEW_YORK, "Montag, 1. M\u00e4rz 2027 um 13:00 Uhr"),
        ("es", MADRID, "lunes, 1 de marzo de 2027, a las 19:00"),
        ("es", NEW_YORK, "lunes, 1 de marzo de 2027, a la 1:00 p.m."),
        ("es", "America/Chicago", "lunes, 1 de marzo de 2027, a las 12:00 p.m."),
        ("es", "America/Mexico_City", "lunes, 1 de marzo de 2027, a las 12:00 p.m."),
    ],
)
def test_dates_are_written_as_the_practices_country_does(
    language: str, zone: str, told: str
) -> None:
    """Its language is the client's; whether it is 1 PM or 13:00 is the country's."""
    assert day_and_time(NOON, zone, words_of(Language(language), zone)) == told


@pytest.mark.parametrize("language", Language)
def test_every_zone_has_words_in_every_language(language: Language) -> None:
    """Whatever zone a practice or a client may have, and no space that mail readers box."""
    for zone in available_timezones() - _NOT_PLACES:
        words = words_of(language, zone)
        told = day_and_time(NOON, zone, words) + zone_in_words(NOON, zone, words)
        assert "%" not in told, zone
        assert "\u202f" not in told, zone
        assert zone_in_words(NOON, zone, words).strip(), zone


def test_lengths_are_in_words() -> None:
    """One or many."""
    assert [length_in_words(1, words_of(one, BERLIN)) for one in Language] == [
        "1 minute",
        "1 Minute",
        "1 minuto",
    ]
    assert [length_in_words(90, words_of(one, BERLIN)) for one in Language] == [
        "90 minutes",
        "90 Minuten",
        "90 minutos",
    ]


def test_a_sentence_is_escaped_in_html_only() -> None:
    """Values and the message itself; what is strong stays strong, and is escaped too."""
    sentence = Sentence("<%(one)s & %(two)s>", {"one": "<b>", "two": Strong("<i>")})
    assert str(sentence) == "<<b> & <i>>"
    assert escape(sentence) == "&lt;&lt;b&gt; &amp; <strong>&lt;i&gt;</strong>&gt;"
    assert str(literally("100 % (so)s")) == "100 % (so)s"


def test_a_value_is_never_a_message() -> None:
    """A name that looks like a place of ours is just a name."""
    name = "%(clinician)s %s %d 100%"
    text = part_of(compose(approved_event(client=client_wire(name=name))), "plain")
    assert f"Hello {name}," in text


def test_catalogs_are_read_once() -> None:
    """Not for each e-mail."""
    assert languages.words_of(Language.GERMAN, BERLIN) is words_of(Language.GERMAN, BERLIN)
