"""Names of people who do not exist: some are everywhere, many are rare; the same at each run."""

from itertools import accumulate
from random import Random
from typing import Final

_GIVEN: Final = """
Maria James Anna Michael Sofia David Emma Daniel Olivia John Ana Robert Laura Carlos Julia Mohammed
Sarah William Fatima José Elena Thomas Chloé Andrew Aisha Kevin Nina Luis Grace Peter Amara Samuel
Ingrid Omar Hannah Paulo Leila Victor Zoë Marcus Renée Hiroshi Yara Søren Priya Dmitri Keisha Björn
Mei Tariq Inês Aleksander Noor Quentin Ximena Eoin
"""
_FAMILY: Final = """
Smith Garcia Johnson Martinez Brown Nguyen Lee Williams Rodriguez Jones Miller Kim Davis Hernandez
Lopez Wilson Patel Anderson Gonzalez Taylor Chen Moore Jackson Martin Perez White Singh Thompson
Harris Ramirez Clark Lewis Khan Robinson Walker O'Connell Sanchez Ali Young Müller Cohen Torres
Silva Okafor Rossi Novak Larsen Dubois Haddad Kowalski Yamamoto Nakamura Fernández Lindqvist Petrov
Demir Mbeki Jiménez Østergaard Papadopoulos Van-der-Berg
"""
_ONSETS: Final = "b br c ch d dr f g gl h k l m n p qu r s st t th v w z"
_VOWELS: Final = "a e i o u ai ea ou"
_ENDS: Final = "ck d ford l ley ll m man n nd r rd s sen son sky t ton th well worth x"
_RARE_SHARE: Final = 0.2


class Names:
    """Draws full names; how often each comes falls with its place in the lists."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def draw(self) -> str:
        """Return the next name."""
        given = self._one_of(_GIVEN_WEIGHTS)
        if self._random.random() < _RARE_SHARE:
            return f"{given} {self._made_up()}"
        return f"{given} {self._one_of(_FAMILY_WEIGHTS)}"

    def _one_of(self, weights: dict[str, float]) -> str:
        (one,) = self._random.choices(list(weights), cum_weights=list(weights.values()))
        return one

    def _made_up(self) -> str:
        choice = self._random.choice
        syllables = "".join(choice(_ONSETS.split()) + choice(_VOWELS.split()) for _ in range(2))
        return (syllables + choice(_ENDS.split())).capitalize()


def _weights(names: str) -> dict[str, float]:
    """Return each with the running sum of 1/4, 1/5, 1/6 and so on: about Zipf's law."""
    each = names.split()
    return dict(zip(each, accumulate(1 / (place + 4) for place in range(len(each))), strict=True))


_GIVEN_WEIGHTS: Final = _weights(_GIVEN)
_FAMILY_WEIGHTS: Final = _weights(_FAMILY)
