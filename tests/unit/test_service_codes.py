"""The catalogue of codes, and what a service takes from it."""

import pytest

from services.scheduler.domain.record_refusals import MinutesNeeded
from services.scheduler.domain.service_codes import CATALOGUE, Lengths, usual_lengths

# PRODUCT 8.14: usual minutes, fewest, most.
TOLD = {
    "90791": (60, None, None),
    "90832": (30, 16, 37),
    "90834": (45, 38, 52),
    "90837": (60, 53, None),
    "90846": (50, 26, None),
    "90847": (50, 26, None),
}


def test_the_catalogue_has_the_codes_that_were_promised() -> None:
    """With their lengths, each under its own code, with words of our own."""
    assert {code: entry.code for code, entry in CATALOGUE.items()} == {code: code for code in TOLD}
    for code, lengths in TOLD.items():
        assert CATALOGUE[code].lengths == Lengths(*lengths)
        assert CATALOGUE[code].label
        assert code not in CATALOGUE[code].label
    assert len({entry.label for entry in CATALOGUE.values()}) == len(TOLD)


def test_an_intake_is_for_new_clients() -> None:
    """The others are sessions."""
    kinds = {code: entry.appointment_type for code, entry in CATALOGUE.items()}
    assert kinds.pop("90791") == "Therapy Intake"
    assert set(kinds.values()) == {"Therapy Session"}


def test_what_is_not_given_is_the_catalogues() -> None:
    """Each field by itself; null is given."""
    assert usual_lengths("90834", {}) == Lengths(45, 38, 52)
    assert usual_lengths("90834", {"minutes": 50}) == Lengths(50, 38, 52)
    assert usual_lengths("90834", {"minutes": None}) == Lengths(45, 38, 52)
    assert usual_lengths("90834", {"most_minutes": None}) == Lengths(45, 38, None)
    assert usual_lengths("90834", {"fewest_minutes": 40, "most_minutes": 60}) == Lengths(45, 40, 60)


def test_an_unknown_code_needs_its_minutes() -> None:
    """A practice may have codes of its own, with a range or without one."""
    assert usual_lengths("GROUP", {"minutes": 90}) == Lengths(90)
    assert usual_lengths("GROUP", {"minutes": 90, "fewest_minutes": 60}) == Lengths(90, 60)
    with pytest.raises(MinutesNeeded):
        usual_lengths("GROUP", {"fewest_minutes": 60, "most_minutes": 90})
