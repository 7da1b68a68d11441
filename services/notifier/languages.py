"""The languages clients are written to in: which one it is, and its words (gettext catalogs).

The messages in the code are the English ones; `locale/` holds the others as `.po` files, which are
compiled when they are first read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.core import Locale, get_global
from babel.localedata import exists
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from markupsafe import Markup, escape

from shared.schemas.appointment_details import Addressee, PracticeContact
from shared.schemas.vocabulary import Language

CATALOGS: Final = Path(__file__).parent / "locale"
_WITHOUT_TERRITORY: Final = {
    Language.ENGLISH: "en_US",
    Language.GERMAN: "de_DE",
    Language.SPANISH: "es_ES",
}


class Strong(str):
    """What stands out in its sentence."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return it for HTML, escaped."""
        return Markup("<strong>{}</strong>").format(str(self))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A message with what it says in its places; in HTML those are escaped."""

    message: str
    values: Mapping[str, str]

    def __str__(self) -> str:
        return self.message % self.values

    def __html__(self) -> str:
        """Return it for HTML."""
        return escape(self.message) % self.values


def literally(text: str) -> Sentence:
    """Return a text as a sentence, so that nothing in it, a name say, becomes a link."""
    return Sentence("%(text)s", {"text": text})


@dataclass(frozen=True, slots=True)
class Words:
    """How to say things in one language, with dates and times as one place writes them."""

    language: Language
    locale: Locale
    _catalog: NullTranslations

    def gettext(self, message: str) -> str:
        """Return a message in this language."""
        return self._catalog.gettext(message)

    def ngettext(self, one: str, many: str, number: int) -> str:
        """Return the form of a message that goes with a number."""
        return self._catalog.ngettext(one, many, number)

    def say(self, message: str, /, **values: str) -> Sentence:
        """Return a sentence; `%(name)s` in the message are the places of the values."""
        return Sentence(self.gettext(message), values)


def words_for(client: Addressee, practice: PracticeContact) -> Words:
    """Return the client's language, without one the practice's, and else English.

    Dates and times are written as they are where the practice is.
    """
    return words_of(client.language or practice.language or Language.ENGLISH, practice.time_zone)


@lru_cache(maxsize=512)
def words_of(language: Language, zone: str) -> Words:
    """Return a language as it is written in an IANA zone's country."""
    return Words(language, _locale(language, zone), _catalog(language))


def _locale(language: Language, zone: str) -> Locale:
    canonical = get_global("zone_aliases").get(zone, zone)
    territory = get_global("zone_territories").get(canonical, "")
    name = f"{language}_{territory}"
    return Locale.parse(name if exists(name) else _WITHOUT_TERRITORY[language])


@lru_cache
def _catalog(language: Language) -> NullTranslations:
    if language is Language.ENGLISH:
        return NullTranslations()
    with (CATALOGS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)
