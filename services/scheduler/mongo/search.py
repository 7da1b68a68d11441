"""Search for names by the beginnings of their words, without case and accents.

A document holds every beginning of every word, so that a search is an equality that an index
answers in the order of a list, however many names match. A range over whole words could not be
sorted by the index.
"""

import re
import unicodedata
from typing import Final

from shared.mongo import Document

LONGEST: Final = 10
"""Letters of the longest beginning kept; longer words are compared after that."""

_LONGEST_SORT_KEY: Final = 200  # some letters are taken apart into eighteen

# What Unicode does not take apart, as people type it who have no key for it.
_PLAIN: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
)
_BETWEEN_WORDS: Final = re.compile(r"[\s\-.,/]+")
_INSIDE_WORDS: Final = re.compile(r"['\u2019`]")


def search_words(name: str) -> list[str]:
    """Return the words of a name without case, accents and apostrophes."""
    folded = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    one_spelling = _INSIDE_WORDS.sub("", plain.translate(_PLAIN))
    return [word for word in _BETWEEN_WORDS.split(one_spelling) if word]


def beginnings(name: str) -> list[str]:
    """Return what a document keeps of a name to be found by."""
    words = search_words(name)
    return sorted({word[:end] for word in words for end in range(1, min(len(word), LONGEST) + 1)})


def name_begins(field: str, text: str) -> Document:
    """Return the filter for names of which each word of `text` begins a word.

    `field` holds `words` and `beginnings`. A text without words matches nothing.
    """
    words = sorted(search_words(text), key=len, reverse=True)
    if not words:
        return {f"{field}.beginnings": {"$in": []}}
    conditions: list[Document] = [{f"{field}.beginnings": word[:LONGEST]} for word in words]
    conditions += [
        {f"{field}.words": {"$regex": f"^{re.escape(word)}"}}
        for word in words
        if len(word) > LONGEST
    ]
    return conditions[0] if len(conditions) == 1 else {"$and": conditions}


def searchable(name: str) -> Document:
    """Return the sub-document that `name_begins` looks into; `sort` orders names as people do."""
    return {"words": search_words(name), "beginnings": beginnings(name), "sort": sort_key(name)}


def sort_key(name: str) -> str:
    """Return what names are sorted by: their words without case and accents.

    It is cut where a page's cursor would not hold more.
    """
    return " ".join(search_words(name))[:_LONGEST_SORT_KEY]
