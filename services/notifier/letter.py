"""What an e-mail says, part by part, and its two forms: plain text and HTML.

Both are made of the same value, so that who reads only text misses nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from css_inline import CSSInliner
from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.utils import urlize
from markupsafe import Markup

from services.notifier.languages import Sentence, Words


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what it labels; the first line is what matters."""

    label: str
    lines: tuple[Sentence | str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """Sentences under a heading."""

    heading: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody at the practice wrote, under a heading of ours; lines and paragraphs count."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Button:
    """Where to go on, on the web."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach the practice; `text` is what the practice says about it."""

    intro: str
    button: Button | None
    phone: str | None
    email: str | None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail's words. `remarks` follow the facts; `footnote` is small print."""

    words: Words
    subject: str
    headline: str
    client_name: str
    practice_name: str
    lead: tuple[Sentence | str, ...] = ()
    facts: tuple[Fact, ...] = ()
    remarks: tuple[Sentence, ...] = ()
    listing: Listing | None = None
    notes: tuple[Note, ...] = ()
    button: Button | None = None
    contact: Contact | None = None
    closing: str | None = None
    footnote: str | None = None


def to_text(letter: Letter) -> str:
    """Return the plain text."""
    text = _text.render(_view(letter))
    return _MANY_EMPTY_LINES.sub("\n\n", text).strip("\n") + "\n"


def to_html(letter: Letter) -> str:
    """Return the HTML; it needs nothing from elsewhere, neither pictures nor style sheets."""
    return _CLOCK_TIME.sub("\\1\u00a0\\2", _html.render(_view(letter)))


def _view(letter: Letter) -> dict[str, object]:
    words = letter.words
    return {
        "letter": letter,
        "greeting": words.say("Hello %(name)s,", name=letter.client_name),
        "portal": words.gettext("Portal"),
        "phone": words.gettext("Phone"),
        "email": words.gettext("E-mail"),
    }


def _paragraphs(text: str) -> Iterator[Markup]:
    """Yield each paragraph as HTML: escaped, its lines kept, its web addresses linked."""
    for paragraph in _EMPTY_LINES.split(text.strip()):
        yield Markup("<br>").join(_linked(line) for line in paragraph.split("\n"))


def _dialled(phone: str) -> str:
    return re.sub(r"[^+0-9]", "", phone)


def _addressed(email: str) -> str:
    return quote(email, safe="@")


def _linked(line: str) -> Markup:
    return Markup(urlize(str(line), rel="noopener"))  # noqa: S704  it escapes what it does not add


_EMPTY_LINES: Final = re.compile(r"\n\s*\n")
_CLOCK_TIME: Final = re.compile(r"(\d:\d\d) ([AaPp]\.?[Mm]\b|Uhr\b)")  # stays on one line
_MANY_EMPTY_LINES: Final = re.compile(r"\n{3,}")

_loader: Final = PackageLoader("services.notifier")
_plain: Final = Environment(  # noqa: S701  the text part is text
    loader=_loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_markup: Final = Environment(
    autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_markup.filters["paragraphs"] = _paragraphs
_markup.filters["linked"] = _linked
_markup.filters["dialled"] = _dialled
_markup.filters["addressed"] = _addressed

_text: Final = _plain.get_template("letter.txt.j2")
# Styles move into the elements once, in the template, not in each e-mail: some mail readers drop
# style sheets. What can only be one, for dark mode and small screens, is marked to be kept.
_html: Final = _markup.from_string(
    CSSInliner(load_remote_stylesheets=False)
    .inline(_loader.get_source(_markup, "letter.html.j2")[0])
    .replace(' data-css-inline="keep"', "")
)
