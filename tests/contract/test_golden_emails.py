"""What each kind of e-mail says in each language, word for word; `make emails` writes it anew."""

import pytest

from cli.email_samples import Sample, samples
from tests.contract.golden_emails import GOLDEN, golden_files

ALL = list(samples())


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_the_email_says_what_it_said(sample: Sample) -> None:
    """A changed word is seen in a file, in the language that it is in."""
    kept = {path: path.read_bytes().decode() for path in golden_files(sample)}
    assert golden_files(sample) == kept


def test_no_golden_email_is_left_over() -> None:
    """Each file is one of a sample."""
    assert {path for sample in ALL for path in golden_files(sample)} == set(GOLDEN.iterdir())
