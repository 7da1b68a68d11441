"""`openchair email-preview`: every kind in every language, as files."""

from pathlib import Path

import pytest

from cli.email_preview import parts_of
from cli.email_samples import samples
from cli.main import main
from shared.schemas.vocabulary import Language


def test_it_writes_each_part_of_each_email(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Text, HTML and calendar file, byte for byte what is sent, and a page that lists them."""
    assert main(["email-preview", "--out", str(tmp_path / "new" / "one")]) == 0
    out = tmp_path / "new" / "one"
    assert "30 e-mails" in capsys.readouterr().out
    index = (out / "index.html").read_text("utf-8")
    for sample in samples():
        for suffix, text in parts_of(sample.message).items():
            assert (out / f"{sample.name}.{suffix}").read_bytes().decode() == text
            assert f'href="{sample.name}.{suffix}"' in index
    for language in Language:
        look = (out / f"look.{language}.html").read_text("utf-8")
        assert look.count("<iframe") == 3 * 10


def test_every_kind_is_in_every_language() -> None:
    """Nothing is shown in one language only."""
    kinds = {sample.kind for sample in samples()}
    assert {(one.kind, one.language) for one in samples()} == {
        (kind, language) for kind in kinds for language in Language
    }


def test_a_place_that_cannot_be_written_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In words, with exit code 1."""
    (tmp_path / "file").write_text("")
    assert main(["email-preview", "--out", str(tmp_path / "file" / "out")]) == 1
    assert "file" in capsys.readouterr().err


def test_pictures_need_a_browser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without one it says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    arguments = ["--out", str(tmp_path / "out"), "--pictures", str(tmp_path / "pictures")]
    assert main(["email-preview", *arguments]) == 1
    assert "apt-get install chromium" in capsys.readouterr().err
