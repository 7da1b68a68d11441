"""Names, labels and notes: what a clinician reads is what was sent, and nothing hides in it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.schemas.fields import NoteText, PersonName, ShortText

NAME = TypeAdapter[str](PersonName)
LABEL = TypeAdapter[str](ShortText)
NOTE = TypeAdapter[str](NoteText)

INVISIBLE = {
    "null": "\x00",
    "bell": "\x07",
    "escape": "\x1b",
    "unit separator": "\x1f",
    "delete": "\x7f",
    "next line": "\x85",
    "soft hyphen": "\u00ad",
    "arabic letter mark": "\u061c",
    "zero-width space": "\u200b",
    "left-to-right mark": "\u200e",
    "right-to-left mark": "\u200f",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "left-to-right embedding": "\u202a",
    "right-to-left override": "\u202e",
    "word joiner": "\u2060",
    "right-to-left isolate": "\u2067",
    "pop directional isolate": "\u2069",
    "byte order mark": "\ufeff",
    "private use": "\ue000",
    "lone surrogate": "\ud800",
    "tag": "\U000e0041",
    "noncharacter": "\uffff",
}
PLACES = {"inside": "Ana{}Maria", "before": "{}Ana", "after": "Ana{}"}
HIDDEN = [
    pytest.param(place.format(character), id=f"{name} {where}")
    for name, character in INVISIBLE.items()
    for where, place in PLACES.items()
]
LINE_BREAKS = [
    pytest.param(place.format(character), id=f"{character!r} {where}")
    for character in ("\n", "\r", "\r\n", "\t", "\v", "\f")
    for where, place in PLACES.items()
]
PEOPLE = [
    "S\u00f8ren Dahl",
    "Liam O'Connell",
    "Ren\u00e9e-Claire d'Aubign\u00e9",
    "\u05e9\u05e8\u05d4 \u05db\u05d4\u05df",
    "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",  # the joiner belongs to the Persian name
    "\u9ad8\u6a4b \u967d\u5b50",
    "X \u00c6 A-12",
    "Li",
]


@pytest.mark.parametrize("text", HIDDEN)
def test_a_name_hides_nothing(text: str) -> None:
    """An invisible character is refused wherever it stands, never quietly taken out."""
    with pytest.raises(ValidationError):
        NAME.validate_python(text)


@pytest.mark.parametrize("text", HIDDEN)
def test_a_note_hides_nothing(text: str) -> None:
    """A note may have several lines, but no direction marks and no control characters."""
    with pytest.raises(ValidationError):
        NOTE.validate_python(text)


@pytest.mark.parametrize("text", LINE_BREAKS)
def test_a_name_is_one_line(text: str) -> None:
    """A line break in a name is refused, at its ends too: it could end up in a mail header."""
    for kind in (NAME, LABEL):
        with pytest.raises(ValidationError):
            kind.validate_python(text)


@pytest.mark.parametrize("text", ["", " ", "   ", "\u00a0", "\u2003\u3000"])
def test_a_name_is_not_empty(text: str) -> None:
    """Spaces of any kind are no name."""
    with pytest.raises(ValidationError):
        NAME.validate_python(text)


@pytest.mark.parametrize("text", ["\u200d", "\u200c\u200d"])
def test_joiners_alone_are_no_name(text: str) -> None:
    """Joiners are allowed between letters; by themselves staff would see an empty name."""
    with pytest.raises(ValidationError):
        NAME.validate_python(text)


@pytest.mark.parametrize("name", PEOPLE)
def test_people_keep_their_names(name: str) -> None:
    """Names of the world are taken as they are written."""
    assert NAME.validate_python(name) == name


def test_decomposed_letters_are_composed() -> None:
    """José typed with a combining accent is the same name as with one letter."""
    assert NAME.validate_python("Jose\u0301") == "Jos\u00e9"


def test_spaces_around_a_name_are_not_part_of_it() -> None:
    """A name pasted with spaces around it is tidied."""
    assert NAME.validate_python("  Ana Maria ") == "Ana Maria"


def test_length_counts_what_is_kept() -> None:
    """200 letters are the most, counted after composing and stripping."""
    assert len(NAME.validate_python("e\u0301" * 200)) == 200
    assert len(NAME.validate_python(" " * 9 + "a" * 200)) == 200
    with pytest.raises(ValidationError):
        NAME.validate_python("a" * 201)


@pytest.mark.parametrize(
    "note",
    [
        "First line\nsecond line\n\twith a tab",
        "\U0001f469\u200d\U0001f469\u200d\U0001f467 family session, please",
        "Thank you \u2764\ufe0f\U0001f44b\U0001f3fd",
        "\u05e9\u05dc\u05d5\u05dd",
        "",
    ],
)
def test_notes_keep_lines_and_emoji(note: str) -> None:
    """What people type on their phones arrives unchanged, joined emoji included."""
    assert NOTE.validate_python(note) == note


@pytest.mark.parametrize("emoji", ["\U0001fa77", "\U0001fae8", "\U0001fae9"])
def test_notes_take_the_newest_emoji(emoji: str) -> None:
    """A pink heart (Unicode 15) is no control character, whatever Python's tables know."""
    assert NOTE.validate_python(f"Thank you {emoji}") == f"Thank you {emoji}"


def test_windows_line_ends_become_plain_ones() -> None:
    """A note typed on Windows has the same lines."""
    assert NOTE.validate_python("one\r\ntwo") == "one\ntwo"


def test_a_note_has_at_most_two_thousand_characters() -> None:
    """2,000 characters are the most."""
    assert NOTE.validate_python("x" * 2000) == "x" * 2000
    with pytest.raises(ValidationError):
        NOTE.validate_python("x" * 2001)


@pytest.mark.parametrize("value", [None, 5, True, ["Ana"], {"name": "Ana"}])
def test_only_text_is_text(value: object) -> None:
    """A number or a list is not turned into a name."""
    with pytest.raises(ValidationError):
        NAME.validate_python(value)


@given(st.text(max_size=60))
def test_what_is_taken_is_stable_and_plain(text: str) -> None:
    """Whatever is taken holds no control or direction character and is taken again unchanged."""
    try:
        kept = NAME.validate_python(text)
    except ValidationError:
        return
    assert NAME.validate_python(kept) == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert not {unicodedata.category(c) for c in kept} & {"Cc", "Cs", "Zl", "Zp"}
    assert not {unicodedata.bidirectional(c) for c in kept} & {"RLO", "LRO", "RLE", "LRI", "RLI"}
    # Nothing vanished but white space around it.
    assert kept == unicodedata.normalize("NFC", text).strip(
        " \u00a0\u1680\u202f\u205f\u3000"
        "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    )
