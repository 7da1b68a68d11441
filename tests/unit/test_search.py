"""Names are found by the beginnings of their words, however people type them."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduler.mongo.search import (
    LONGEST,
    beginnings,
    name_begins,
    search_words,
    searchable,
    sort_key,
)
from shared.mongo import Document


def finds(text: str, name: str) -> bool:
    """Say whether a search finds a name, as MongoDB would say it."""
    return matches(name_begins("search", text), {"search": searchable(name)})


def matches(query: Document, document: Document) -> bool:
    """Answer the few operators that a search uses."""
    for field, wanted in query.items():
        if field == "$and":
            if not all(matches(part, document) for part in wanted):
                return False
            continue
        values: Any = document
        for part in field.split("."):
            values = values[part]
        if isinstance(wanted, dict) and "$in" in wanted:
            found = any(value in wanted["$in"] for value in values)
        elif isinstance(wanted, dict):
            found = any(re.search(wanted["$regex"], value) for value in values)
        else:
            found = wanted in values
        if not found:
            return False
    return True


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Amara Okafor", ["amara", "okafor"]),
        ("  Jos\u00e9  Garc\u00eda-M\u00e1rquez ", ["jose", "garcia", "marquez"]),
        ("Liam O'Connell", ["liam", "oconnell"]),
        ("Liam O\u2019Connell", ["liam", "oconnell"]),
        ("S\u00f8ren \u00c5str\u00f6m", ["soren", "astrom"]),
        ("So\u0308ren", ["soren"]),
        ("\u0141ukasz \u0110or\u0111e", ["lukasz", "dorde"]),
        ("Wei\u00dfm\u00fcller", ["weissmuller"]),
        ("STRASSE Stra\u00dfe", ["strasse", "strasse"]),
        ("\u00c6sa \u00deorsd\u00f3ttir \u0152uvre", ["aesa", "thorsdottir", "oeuvre"]),
        ("\u0130brahim I\u015f\u0131k", ["ibrahim", "isik"]),
        ("Dr. Ana de la Cruz, Jr.", ["dr", "ana", "de", "la", "cruz", "jr"]),
        ("\u674e\u5c0f\u9f99", ["\u674e\u5c0f\u9f99"]),
        (
            "\u041d\u0430\u0434\u0435\u0436\u0434\u0430 \u0419",
            ["\u043d\u0430\u0434\u0435\u0436\u0434\u0430", "\u0438"],
        ),
        ("Anne/Marie", ["anne", "marie"]),
        ("", []),
        ("--- . '", []),
    ],
)
def test_words_are_without_case_accents_and_apostrophes(name: str, words: list[str] | None) -> None:
    """As people type them who have no key for the letter."""
    found = search_words(name)
    assert found == words
    assert search_words(" ".join(found)) == found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ama", "Amara Okafor"),
        ("OKA", "Amara Okafor"),
        ("oka ama", "Amara Okafor"),
        ("o", "Amara Okafor"),
        ("soren", "S\u00f8ren Dahl"),
        ("S\u00d8REN d", "Soren Dahl"),
        ("garcia", "Jos\u00e9 Garc\u00eda-M\u00e1rquez"),
        ("marquez jose", "Jos\u00e9 Garc\u00eda-M\u00e1rquez"),
        ("Garc\u00eda-M\u00e1r", "Jose Garcia Marquez"),
        ("oconn", "Liam O'Connell"),
        ("o\u2019connell", "Liam OConnell"),
        ("Wei\u00dfm", "Hanna Weissmuller"),
        ("weissm", "Hanna Wei\u00dfm\u00fcller"),
        ("Lukasz", "\u0141ukasz Nowak"),
        ("wolfeschlegelstein", "Hubert Wolfeschlegelsteinhausen"),
        ("wolfeschle", "Hubert Wolfeschlegelsteinhausen"),
        ("\u5c0f\u9f99", "\u674e \u5c0f\u9f99"),
    ],
)
def test_a_beginning_of_each_word_finds_the_name(text: str, name: str) -> None:
    """In any order of the words."""
    assert finds(text, name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("mara", "Amara Okafor"),
        ("amara x", "Amara Okafor"),
        ("amarao", "Amara Okafor"),
        ("connell", "Liam O'Connell"),
        ("wolfeschlegelsteinx", "Hubert Wolfeschlegelsteinhausen"),
        ("wolfeschlegelstein x", "Hubert Wolfeschlegelsteinhausen"),
        ("wolfeschlegelsteinhausen2", "Hubert Wolfeschlegelsteinhausen"),
        ("", "Amara Okafor"),
        (" - . ", "Amara Okafor"),
        ("'", "Liam O'Connell"),
        (".*", "Amara Okafor"),
        ("wolfeschleg.*", "Hubert Wolfeschlegelsteinhausen"),
    ],
)
def test_anything_else_does_not(text: str, name: str) -> None:
    """Neither the middle of a word, nor two words run together, nor a pattern, nor nothing."""
    assert not finds(text, name)


def test_a_long_word_is_kept_short_and_compared_whole() -> None:
    """The index holds ten letters of it at most; what comes after is looked for beside it."""
    assert max(map(len, beginnings("Hubert Wolfeschlegelsteinhausen"))) == LONGEST
    conditions = name_begins("client.search", "wolfeschlegel")["$and"]
    assert conditions == [
        {"client.search.beginnings": "wolfeschle"},
        {"client.search.words": {"$regex": "^wolfeschlegel"}},
    ]


def test_one_short_word_is_an_equality() -> None:
    """Which an index answers in the order of a list; of several words, the longest leads."""
    assert name_begins("search", "Oka") == {"search.beginnings": "oka"}
    assert name_begins("search", "a oka")["$and"][0] == {"search.beginnings": "oka"}


@given(st.text(max_size=40), st.data())
def test_every_name_is_found_by_what_is_in_it(name: str, data: st.DataObject) -> None:
    """By any word of it, cut anywhere, and by its words together; and never fails."""
    words = search_words(name)
    assert all(words)
    if not words:
        assert not finds(name, name)
        return
    assert finds(name, name)
    word = data.draw(st.sampled_from(words))
    assert finds(word[: data.draw(st.integers(1, len(word)))], name)
    assert set(beginnings(name)) == {w[:n] for w in words for n in range(1, 1 + min(10, len(w)))}


def test_names_are_sorted_as_people_do() -> None:
    """Without case and accents, by the first word, then the next."""
    names = ["Zo\u00eb A", "\u00c9mile B", "emil C", "Eva", "adam", "Ada M", "\u00d8rsted"]
    assert sorted(names, key=sort_key) == [
        "Ada M",
        "adam",
        "emil C",
        "\u00c9mile B",
        "Eva",
        "\u00d8rsted",
        "Zo\u00eb A",
    ]
